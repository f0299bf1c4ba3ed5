#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace longclip::cli {

// Keys stay in the order in which the documentation shows them.
using Json = nlohmann::ordered_json;

// One line, with its line break. Bytes that are no UTF-8 (a file name may hold any) become U+FFFD.
std::string json_line(const Json& value);

// A float as the shortest decimal number that reads back to it.
Json json_number(float value);

}  // namespace longclip::cli
