// Reads JSON text value by value, strictly by RFC 8259, and returns the bytes of each value
// unchanged.
//
//   JsonReader reader(text);
//   if (reader.begin_object()) {
//     while (reader.next_member()) {
//       use(reader.key(), reader.value());
//     }
//   }
//   if (!reader.at_end()) return fail(...);  // check the grammar here, once
//
// Why not simdjson: `data` must be checked whole and kept byte for byte. simdjson's DOM refuses
// 1e400 and big integers; its on-demand reader does not check values that are not read, and a
// second pass that does would be this reader again. simdjson still checks UTF-8 here (is_utf8).
//
// After a fault every begin_, next_ and at_end() returns false, so loops end. Threads: a value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "schema/json_value.h"

namespace courtside {

class JsonReader {
 public:
  // REQUIRES: is_utf8(text), and the text outlives the reader and its results.
  explicit JsonReader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  // The kind of the next value, without reading it; kNone when no value can begin here.
  JsonKind peek();

  // Enters an object. next_member() then steps to each key; read the key's value with value(), or
  // enter it and read it to its end. False when the next value is not an object.
  bool begin_object() { return begin('{'); }
  bool next_member();
  // The key's token with its quotes, as a JsonValue of kind kString.
  const JsonValue& key() const { return key_; }

  // The same for an array.
  bool begin_array() { return begin('['); }
  bool next_element();

  // Reads the next value of any kind.
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
  bool first_ = false;  // in the innermost object or array that was entered
  bool faulty_ = false;
  std::string open_;  // open brackets of the value being read: the sender chooses the depth
  JsonValue key_;
};

// Reads a text that is exactly one value; kNone otherwise.
JsonValue read_json(std::string_view text);

}  // namespace courtside
