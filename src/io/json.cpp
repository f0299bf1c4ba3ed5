#include "io/json.h"

#include <set>
#include <vector>

#include <longclip/error.h>

namespace longclip::io {

nlohmann::json parse_json(std::string_view text, const std::string& name) {
  using nlohmann::json;
  constexpr int deepest = 64;
  std::vector<std::set<std::string>> keys;  // of each object that is open
  const auto check = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > deepest)
      throw InvalidFile(name + ": JSON nested more than " + std::to_string(deepest) + " levels deep");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw InvalidFile(name + ": JSON has the key " + value.dump(-1, ' ', true, json::error_handler_t::replace) +
                        " twice");
    }
    return true;
  };
  try {
    return json::parse(text, check);
  } catch (const json::exception& error) {
    // nlohmann's text begins with an identifier in brackets, and may quote the offending bytes.
    std::string reason = error.what();
    if (const auto end = reason.find("] "); end != std::string::npos) reason.erase(0, end + 2);
    for (char& c : reason) {
      if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '?';
    }
    throw InvalidFile(name + ": not valid JSON: " + reason);
  }
}

}  // namespace longclip::io
