#include "dataset/captions.h"

#include <algorithm>

#include <longclip/error.h>

#include "text/utf8.h"

namespace longclip::dataset {

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == text.npos; }

std::string checked_caption(std::string_view caption, const Place& place, const std::string& name) {
  if (is_blank(caption)) place.fail(name + " is empty");
  try {
    text::check_utf8(caption);
  } catch (const InvalidInput& error) {
    place.fail(error.what());
  }
  return std::string(caption);
}

std::string first_sentence(const std::string& caption) {
  const auto sentence = caption.substr(0, caption.find(". "));
  return is_blank(sentence) ? caption : sentence;
}

std::string on_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace longclip::dataset
