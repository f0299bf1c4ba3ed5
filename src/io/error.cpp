#include <longclip/error.h>

#include <utility>

namespace longclip {

namespace {

// A line that stays one on a terminal, whatever names and quotations stand in it.
std::string without_controls(const std::string& text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else {
      line += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return line;
}

}  // namespace

Error::Error(const std::string& line) : std::runtime_error(without_controls(line)) {}

// The destructors stand here so that each class has one home for its type information, and a
// consumer of the shared library catches what the library throws.
Error::~Error() = default;
InvalidInput::~InvalidInput() = default;
InvalidFile::~InvalidFile() = default;
UnsupportedModel::~UnsupportedModel() = default;
DeviceError::~DeviceError() = default;
InputErrors::~InputErrors() = default;

namespace {

std::string summary(const std::vector<InputError>& errors) {
  if (errors.empty()) return "no input failed";
  std::string line = "input " + std::to_string(errors.front().index) + ": " + errors.front().reason;
  if (errors.size() > 1) line += " (and " + std::to_string(errors.size() - 1) + " more)";
  return line;
}

}  // namespace

InputErrors::InputErrors(std::vector<InputError> errors) : InvalidInput(summary(errors)), errors_(std::move(errors)) {}

}  // namespace longclip
