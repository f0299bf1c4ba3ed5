#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dataset/source.h"

namespace longclip::dataset {

// An object of a JSON file that stands in memory alone, while the file streams by.
struct Record {
  nlohmann::json value;              // of its keys those that were asked for
  std::string list;                  // the key of the list it stands in; empty where the list is the whole file
  std::optional<std::size_t> index;  // in its list; none if it stands alone
  Place place;
};

// Where the records of a file stand.
struct RecordLayout {
  // Of the file's object the keys that hold lists of records; empty: the file is the list.
  std::vector<std::string_view> lists;
  std::vector<std::string_view> keys;  // of a record; what the others hold is passed over
};

// Calls visit(record) for each, in order, until it returns false. Refuses, with the line, what is
// not of this layout, not JSON, not UTF-8, nested more than 64 levels deep, or has a key twice.
// Memory: one record.
void for_each_record(const Source& source, const RecordLayout& layout, const std::function<bool(Record)>& visit);

// A file that is one record, or the line `line` at `place` of one. The same is refused.
Record read_record(std::string_view line, const Place& place, const std::vector<std::string_view>& keys);

// Of the object that the file begins with the first key among `keys`; empty if there is none, or no
// object.
std::string_view first_key_among(std::string_view bytes, const std::vector<std::string_view>& keys);

}  // namespace longclip::dataset
