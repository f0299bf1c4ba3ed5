#include <longclip/error.h>

#include <utility>

namespace longclip {

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
