#include "dataset/json_records.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include <longclip/error.h>

namespace longclip::dataset {
namespace {

using nlohmann::json;

constexpr std::size_t kDeepest = 64;
constexpr std::size_t kReleasedAtATime = std::size_t{16} << 20;  // bytes

// The bytes as nlohmann's lexer takes them. All copies tell, through `at`, how far it has read.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* byte, const char** at) : byte_(byte), at_(at) {}

  reference operator*() const { return *byte_; }
  Cursor& operator++() {
    *at_ = ++byte_;
    return *this;
  }
  Cursor operator++(int) {
    Cursor before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const Cursor& a, const Cursor& b) { return a.byte_ == b.byte_; }

 private:
  const char* byte_;
  const char** at_;
};

// nlohmann's reason, without its identifier and its place, which is told in our own way; it may
// quote the bytes at fault.
std::string reason_of(const char* what) {
  std::string reason = what;
  if (const auto end = reason.find("] "); end != reason.npos) reason.erase(0, end + 2);
  if (reason.starts_with("parse error at")) reason.erase(0, std::min(reason.find(": "), reason.size() - 2) + 2);
  std::replace_if(
      reason.begin(), reason.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return reason;
}

// Hears of the events of a text (nlohmann's SAX interface) and makes records of them.
class RecordMaker {
 public:
  RecordMaker(const Source& source, std::string_view text, const std::vector<std::string_view>& keys,
              const std::function<bool(Record)>& visit)
      : source_(source), text_(text), keys_(keys), visit_(visit), at_(text.data()) {}

  // Says that the records stand in a list, or in the lists of an object, not alone.
  void expect_list() { record_depth_ = 1; }
  void expect_lists(const std::vector<std::string_view>& lists) {
    record_depth_ = 2;
    lists_ = &lists;
  }

  void run() { json::sax_parse(Cursor(text_.data(), &at_), Cursor(text_.data() + text_.size(), &at_), this); }

  bool null() { return scalar(nullptr); }
  bool boolean(bool value) { return scalar(value); }
  bool number_integer(json::number_integer_t value) { return scalar(value); }
  bool number_unsigned(json::number_unsigned_t value) { return scalar(value); }
  bool number_float(json::number_float_t value, const std::string&) { return scalar(value); }
  bool string(std::string& value) { return scalar(std::move(value)); }
  bool binary(json::binary_t&) { return false; }  // no JSON has one

  bool start_object(std::size_t) { return start(json::object(), /*object=*/true); }
  bool start_array(std::size_t) { return start(json::array(), /*object=*/false); }
  bool end_object() { return end(); }
  bool end_array() { return end(); }

  bool key(std::string& key) {
    if (!open_.back().insert(key).second) fail_here("the JSON has the key \"" + key + "\" twice in one object");
    if (passed_over_ == 0) {
      const bool of_file = lists_ != nullptr && open_.size() == 1;
      const bool of_record = open_.size() == record_depth_ + 1;
      pass_next_ = (of_file && !contains(*lists_, key)) || (of_record && !contains(keys_, key));
      if (of_file) list_ = key;
      key_ = std::move(key);
    }
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const json::exception& error) {
    fail_here("not valid JSON: " + reason_of(error.what()));
  }

 private:
  static bool contains(const std::vector<std::string_view>& list, const std::string& key) {
    return std::find(list.begin(), list.end(), key) != list.end();
  }

  // Of the token that was read last; a number is known to end only once the byte after it is read.
  std::size_t position() const {
    const auto read = static_cast<std::size_t>(at_ - source_.bytes.data());
    return read == 0 ? 0 : read - 1;
  }
  [[noreturn]] void fail_here(const std::string& reason) const { source_.fail(position(), reason); }

  bool in_record() const { return !values_.empty(); }

  bool scalar(json value) {
    if (std::exchange(pass_next_, false) || passed_over_ != 0) return true;
    if (!in_record()) fail_shape();
    place(std::move(value));
    return true;
  }

  bool start(json value, bool object) {
    if (open_.size() == kDeepest) {
      fail_here("the JSON is nested more than " + std::to_string(kDeepest) + " levels deep");
    }
    if (std::exchange(pass_next_, false)) {
      passed_over_ = open_.size() + 1;
    } else if (passed_over_ == 0) {
      enter(std::move(value), object);
    }
    open_.emplace_back();
    return true;
  }

  void enter(json value, bool object) {
    if (in_record()) {
      values_.push_back(place(std::move(value)));
    } else if (open_.size() == record_depth_) {
      if (!object) fail_shape();
      record_ = std::move(value);
      record_at_ = position();
      values_.push_back(&record_);
    } else {
      const bool file_is_object = lists_ != nullptr && open_.empty();
      if (object != file_is_object) fail_shape();
      index_ = 0;
    }
  }

  bool end() {
    const std::size_t depth = open_.size();
    open_.pop_back();
    if (passed_over_ != 0) {
      if (passed_over_ == depth) passed_over_ = 0;
      return true;
    }
    if (!in_record()) return true;
    values_.pop_back();
    if (in_record()) return true;
    const auto index = record_depth_ == 0 ? std::nullopt : std::optional(index_++);
    return visit_({std::move(record_), list_, index, {source_, record_at_}});
  }

  // Puts `value` where the innermost open value of the record wants it.
  json* place(json value) {
    json& parent = *values_.back();
    if (parent.is_object()) return &(parent[key_] = std::move(value));
    parent.push_back(std::move(value));
    return &parent.back();
  }

  [[noreturn]] void fail_shape() const {
    if (open_.empty()) {
      fail_here(record_depth_ == 1 ? "the JSON is not a list of records" : "the JSON is not an object");
    }
    fail_here(open_.size() < record_depth_ ? "\"" + list_ + "\" is not a list" : "a record is not an object");
  }

  const Source& source_;
  std::string_view text_;
  const std::vector<std::string_view>& keys_;
  const std::function<bool(Record)>& visit_;
  const std::vector<std::string_view>* lists_ = nullptr;
  std::size_t record_depth_ = 0;  // objects and lists around a record

  const char* at_;                           // how far the lexer has read
  std::vector<std::set<std::string>> open_;  // what is open, outermost first: of an object the keys so far
  std::string key_;                          // whose value comes next
  std::string list_;                         // that is open
  std::size_t index_ = 0;
  bool pass_next_ = false;       // the next value is not wanted
  std::size_t passed_over_ = 0;  // the depth of the value that is being passed over; 0: none
  std::vector<json*> values_;    // of the record, those that are open
  json record_;
  std::size_t record_at_ = 0;
};

// Stops at the first key of the file's object that is looked for, and at whatever is amiss.
class KeyFinder : public nlohmann::json_sax<json> {
 public:
  explicit KeyFinder(const std::vector<std::string_view>& keys) : keys_(keys) {}

  std::string_view found() const { return found_; }

  bool null() override { return depth_ > 0; }
  bool boolean(bool) override { return depth_ > 0; }
  bool number_integer(json::number_integer_t) override { return depth_ > 0; }
  bool number_unsigned(json::number_unsigned_t) override { return depth_ > 0; }
  bool number_float(json::number_float_t, const std::string&) override { return depth_ > 0; }
  bool string(std::string&) override { return depth_ > 0; }
  bool binary(json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return ++depth_ > 0; }
  bool end_object() override { return --depth_ > 0; }
  bool start_array(std::size_t) override { return depth_++ > 0; }
  bool end_array() override { return --depth_ > 0; }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }
  bool key(std::string& key) override {
    if (depth_ > 1) return true;
    const auto match = std::find(keys_.begin(), keys_.end(), key);
    if (match == keys_.end()) return true;
    found_ = *match;
    return false;
  }

 private:
  const std::vector<std::string_view>& keys_;
  std::string_view found_;
  std::size_t depth_ = 0;
};

}  // namespace

void for_each_record(const Source& source, const RecordLayout& layout, const std::function<bool(Record)>& visit) {
  std::size_t released = 0;
  const std::function<bool(Record)> visit_and_release = [&](Record record) {
    if (record.place.at - released > kReleasedAtATime) {
      source.release(released, record.place.at);
      released = record.place.at;
    }
    return visit(std::move(record));
  };
  RecordMaker maker(source, source.bytes, layout.keys, visit_and_release);
  if (layout.lists.empty()) {
    maker.expect_list();
  } else {
    maker.expect_lists(layout.lists);
  }
  maker.run();
}

Record read_record(std::string_view line, const Place& place, const std::vector<std::string_view>& keys) {
  std::optional<Record> result;
  const std::function<bool(Record)> visit = [&](Record record) {
    result.emplace(std::move(record));
    return true;
  };
  RecordMaker(place.source, line, keys, visit).run();
  return *std::move(result);
}

std::string_view first_key_among(std::string_view bytes, const std::vector<std::string_view>& keys) {
  KeyFinder finder(keys);
  json::sax_parse(bytes.begin(), bytes.end(), &finder);
  return finder.found();
}

}  // namespace longclip::dataset
