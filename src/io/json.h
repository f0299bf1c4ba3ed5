#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace longclip::io {

// Parses foreign JSON: UTF-8, no duplicate keys (most parsers keep the last silently), at most
// 64 levels deep. Throws InvalidFile; `name` is the file it came from.
nlohmann::json parse_json(std::string_view text, const std::string& name);

}  // namespace longclip::io
