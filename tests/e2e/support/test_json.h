// JSON for the tests. A value is a slice of its text, so that a test can compare bytes; it uses
// none of the server's JSON code.
//
// parse() checks the whole text against the grammar of RFC 8259; member lookup scans. Accessing
// something that is missing is a Failure that quotes the value. Threads: values; copy them freely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace courtside::e2e {

class Json {
 public:
  static Json parse(std::string text);

  // The value's own bytes, without surrounding blanks. Valid as long as any Json of this text
  // lives.
  std::string_view raw() const { return raw_; }

  bool is_object() const { return raw_.front() == '{'; }
  bool is_array() const { return raw_.front() == '['; }
  bool is_text() const { return raw_.front() == '"'; }
  bool is_null() const { return raw_ == "null"; }

  std::string text() const;
  std::int64_t number() const;
  bool boolean() const;

  bool has(std::string_view member) const;
  Json operator[](std::string_view member) const;
  Json at(std::size_t index) const;
  std::size_t size() const { return is_object() ? members().size() : items().size(); }

  std::vector<std::pair<std::string, Json>> members() const;
  std::vector<Json> items() const;

 private:
  Json(std::shared_ptr<const std::string> source, std::string_view raw)
      : source_(std::move(source)), raw_(raw) {}

  std::shared_ptr<const std::string> source_;
  std::string_view raw_;
};

// The text as a JSON string, quotes included.
std::string json_string(std::string_view text);

}  // namespace courtside::e2e
