// JSON as the tests read it: a value is a slice of the text it came in, so that a test can compare
// bytes, and nothing of the server's own JSON code is used to judge what the server sent.
//
// parse() holds the whole text against the grammar of RFC 8259; members are looked up by scanning.
// Asking for what is not there is a Failure that quotes the value. Threads: values, copy them
// freely.
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

  // The value's own bytes, without blanks around it. Valid as long as any Json of this text lives.
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
