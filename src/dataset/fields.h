#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "dataset/json_records.h"

namespace longclip::dataset {

// Reads the fields of a record and complains of them by the record's line and number.
class Fields {
 public:
  explicit Fields(const Record& record) : record_(record) {}

  bool has(const char* key) const { return record_.value.contains(key); }

  // Those that must be there.
  std::string text(const char* key) const;
  std::int64_t integer(const char* key, std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                       std::int64_t high = std::numeric_limits<std::int64_t>::max()) const;
  // A string, or a list of strings.
  std::vector<std::string> texts(const char* key) const;

  // Those that may: the value, or what a missing field stands for.
  std::string text_or(const char* key, std::string missing) const { return has(key) ? text(key) : missing; }
  int integer_or(const char* key, int missing) const {
    return has(key) ? static_cast<int>(integer(key, 0, std::numeric_limits<int>::max())) : missing;
  }
  std::vector<std::string> texts_or_none(const char* key) const {
    return has(key) ? texts(key) : std::vector<std::string>();
  }

  const nlohmann::json& at(const char* key) const;
  [[noreturn]] void fail(const std::string& reason) const;

 private:
  [[noreturn]] void fail(const char* key, const char* wanted) const;

  const Record& record_;
};

}  // namespace longclip::dataset
