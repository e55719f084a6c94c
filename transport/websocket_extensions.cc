#include "transport/websocket_extensions.h"

#include <utility>

namespace courtside {
namespace {

bool is_token_character(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool is_digit = c >= '0' && c <= '9';
  return is_letter || is_digit ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Takes parts from the front of the text; each function returns whether it found one.
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
  bool take_token(std::string& token) {
    token.clear();
    while (!rest_.empty() && is_token_character(rest_.front())) take_character(token);
    return !token.empty();
  }
  // The text within the quotes must be a token too.
  bool take_quoted_token(std::string& token) {
    if (!take('"')) return false;
    std::string text;
    while (!take('"')) {
      take('\\');
      if (rest_.empty()) return false;
      take_character(text);
    }
    Reader inner(text);
    return inner.take_token(token) && inner.at_end();
  }

 private:
  void take_character(std::string& text) {
    text.push_back(rest_.front());
    rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

// `;name`, `;name=value` or `;name="value"`.
bool take_parameter(Reader& reader, WebSocketExtension::Parameter& parameter) {
  reader.skip_blanks();
  if (!reader.take_token(parameter.name)) return false;
  reader.skip_blanks();
  if (!reader.take('=')) return true;
  reader.skip_blanks();
  std::string& value = parameter.value.emplace();
  return reader.take_quoted_token(value) || reader.take_token(value);
}

bool take_extension(Reader& reader, WebSocketExtension& extension) {
  if (!reader.take_token(extension.name)) return false;
  reader.skip_blanks();
  while (reader.take(';')) {
    if (!take_parameter(reader, extension.parameters.emplace_back())) return false;
    reader.skip_blanks();
  }
  return reader.at_end() || reader.take(',');
}

}  // namespace

std::optional<std::vector<WebSocketExtension>> parse_extensions(std::string_view text) {
  std::vector<WebSocketExtension> extensions;
  Reader reader(text);
  while (true) {
    reader.skip_blanks();
    if (reader.at_end()) return extensions;
    if (reader.take(',')) continue;  // an empty element
    if (!take_extension(reader, extensions.emplace_back())) return std::nullopt;
  }
}

}  // namespace courtside
