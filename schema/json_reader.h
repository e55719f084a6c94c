// Reads JSON text value by value, strictly as RFC 8259 has it, and hands out the bytes of each
// value as they stand.
//
//   JsonReader reader(text);
//   if (reader.begin_object()) {
//     while (reader.next_member()) {
//       use(reader.key(), reader.value());
//     }
//   }
//   if (!reader.at_end()) return fail(...);  // the one place where grammar is judged
//
// Why a reader of our own: `data` must be checked whole and kept as it came. simdjson's DOM refuses
// 1e400 and big integers, its on-demand reader does not look at what is not asked for, and a second
// pass that does look would be this reader again. What simdjson does best, checking UTF-8, it does
// here too (is_utf8).
//
// After a fault every begin_ and next_ answers false and at_end() does, so loops just end.
// Threads: a value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "schema/json_value.h"

namespace courtside {

class JsonReader {
 public:
  // REQUIRES: is_utf8(text), and the text outlives the reader and what it hands out.
  explicit JsonReader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  // What the next value is, without reading it; kNone where none can begin.
  JsonKind peek();

  // Enters an object; then next_member() steps to each key, and its value must be read with
  // value(), or entered and read to its end. False when the next value is no object.
  bool begin_object() { return begin('{'); }
  bool next_member();
  // The key's token, quotes included, as JsonValue of kind kString.
  const JsonValue& key() const { return key_; }

  // The same for an array.
  bool begin_array() { return begin('['); }
  bool next_element();

  // Reads the next value, whatever it is.
  JsonValue value();

  // True when everything was read without a fault and only white space is left.
  bool at_end();
  bool faulty() const { return faulty_; }

 private:
  bool begin(char bracket);
  bool step(char closer);
  void skip_space();
  bool take(char expected);
  bool read_key();
  bool read_string(bool& escaped);
  bool read_escape();
  bool read_number();
  bool read_digits();
  bool read_scalar(JsonKind kind, bool& escaped);
  bool read_word(std::string_view word);
  std::size_t read_nested();
  bool open(char bracket);
  void close_or_continue();
  bool fault();

  const char* at_;
  const char* end_;
  bool first_ = false;  // of the innermost entered object or array
  bool faulty_ = false;
  std::string open_;  // brackets within the value that is being read: depth is the sender's choice
  JsonValue key_;
};

// One value and nothing else, or kNone when the text is anything else.
JsonValue read_json(std::string_view text);

}  // namespace courtside
