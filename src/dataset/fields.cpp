#include "dataset/fields.h"

#include <algorithm>

namespace longclip::dataset {

const nlohmann::json& Fields::at(const char* key) const {
  const auto found = record_.value.find(key);
  if (found == record_.value.end()) fail("\"" + std::string(key) + "\" is missing");
  return *found;
}

std::string Fields::text(const char* key) const {
  const auto& value = at(key);
  if (!value.is_string()) fail(key, "a string");
  return value.get<std::string>();
}

std::int64_t Fields::integer(const char* key, std::int64_t low, std::int64_t high) const {
  const auto& value = at(key);
  if (!value.is_number_integer()) fail(key, "a whole number");
  // An unsigned number that is none of the signed ones reads as a negative one.
  const bool fits = !value.is_number_unsigned() || value.get<std::uint64_t>() <= static_cast<std::uint64_t>(high);
  const auto number = value.get<std::int64_t>();
  if (!fits || number < low || number > high) fail(key, "a number in range");
  return number;
}

std::vector<std::string> Fields::texts(const char* key) const {
  const auto& value = at(key);
  if (value.is_string()) return {value.get<std::string>()};
  const bool strings = value.is_array() && std::all_of(value.begin(), value.end(), [](const nlohmann::json& element) {
                         return element.is_string();
                       });
  if (!strings) fail(key, "a string or a list of strings");
  return value.get<std::vector<std::string>>();
}

void Fields::fail(const char* key, const char* wanted) const { fail("\"" + std::string(key) + "\" is not " + wanted); }

void Fields::fail(const std::string& reason) const {
  if (!record_.index) record_.place.fail(reason);
  const std::string list = record_.list.empty() ? "" : " of \"" + record_.list + "\"";
  record_.place.fail("record " + std::to_string(*record_.index) + list + ": " + reason);
}

}  // namespace longclip::dataset
