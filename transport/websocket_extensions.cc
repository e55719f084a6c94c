#include "transport/websocket_extensions.h"

#include <string>

namespace courtside {
namespace {

bool is_token_character(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool is_digit = c >= '0' && c <= '9';
  return is_letter || is_digit ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Takes tokens from the front of the text; each function returns whether it found one.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
      rest_.remove_prefix(1);
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_token() {
    const std::size_t before = rest_.size();
    while (!rest_.empty() && is_token_character(rest_.front())) rest_.remove_prefix(1);
    return rest_.size() < before;
  }
  // The text within the quotes must be a token too.
  bool take_quoted_token() {
    std::string value;
    if (!take('"')) return false;
    while (!take('"')) {
      take('\\');
      if (rest_.empty()) return false;
      value.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    Reader inner(value);
    return inner.take_token() && inner.at_end();
  }

 private:
  std::string_view rest_;
};

// `;name`, `;name=value` or `;name="value"`.
bool take_parameter(Reader& reader) {
  reader.skip_blanks();
  if (!reader.take_token()) return false;
  reader.skip_blanks();
  if (!reader.take('=')) return true;
  reader.skip_blanks();
  return reader.take_quoted_token() || reader.take_token();
}

}  // namespace

bool is_extension_list(std::string_view text) {
  Reader reader(text);
  while (true) {
    reader.skip_blanks();
    if (reader.at_end()) return true;
    if (reader.take(',')) continue;  // an empty element
    if (!reader.take_token()) return false;
    reader.skip_blanks();
    while (reader.take(';')) {
      if (!take_parameter(reader)) return false;
      reader.skip_blanks();
    }
    if (!reader.at_end() && !reader.take(',')) return false;
  }
}

}  // namespace courtside
