#include "schema/json_reader.h"

#include <cstring>

#include "base/ascii.h"
#include "base/utf8.h"

namespace courtside {
namespace {

constexpr std::uint64_t repeated(std::uint8_t byte) { return 0x0101010101010101u * byte; }

// Sets the high bit of each zero byte. Bytes above the first zero byte may be wrong; callers only
// use the first.
std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - repeated(1)) & ~word & repeated(0x80);
}

std::uint64_t bytes_to_look_at(std::uint64_t word) {
  const std::uint64_t controls = (word - repeated(0x20)) & ~word & repeated(0x80);
  return controls | zero_bytes(word ^ repeated('"')) | zero_bytes(word ^ repeated('\\'));
}

bool needs_look(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// The number of leading bytes that are not a quote, a backslash or a control character. It looks at
// eight at a time: most of an event is strings.
std::size_t plain_length(std::string_view text) {
  std::size_t length = 0;
  while (length + 8 <= text.size()) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + length, 8);
    const std::uint64_t found = bytes_to_look_at(word);
    if (found != 0) return length + static_cast<std::size_t>(__builtin_ctzll(found)) / 8;
    length += 8;
  }
  while (length < text.size() && !needs_look(text[length])) ++length;
  return length;
}

char closer_of(char bracket) { return bracket == '{' ? '}' : ']'; }

}  // namespace

bool JsonReader::fault() {
  faulty_ = true;
  at_ = end_;
  return false;
}

void JsonReader::skip_space() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
}

bool JsonReader::take(char expected) {
  if (at_ == end_ || *at_ != expected) return false;
  ++at_;
  return true;
}

JsonKind JsonReader::peek() {
  skip_space();
  if (at_ == end_) return JsonKind::kNone;
  switch (*at_) {
    case '{': return JsonKind::kObject;
    case '[': return JsonKind::kArray;
    case '"': return JsonKind::kString;
    case 't':
    case 'f': return JsonKind::kBool;
    case 'n': return JsonKind::kNull;
    default: return *at_ == '-' || is_digit(*at_) ? JsonKind::kNumber : JsonKind::kNone;
  }
}

bool JsonReader::begin(char bracket) {
  skip_space();
  if (!take(bracket)) return false;
  first_ = true;
  return true;
}

// Steps to the next member or element. False at the closing bracket, which is consumed.
bool JsonReader::step(char closer) {
  skip_space();
  if (take(closer)) {
    first_ = false;
    return false;
  }
  if (!first_ && !take(',')) return fault();
  first_ = false;
  return true;
}

bool JsonReader::next_member() { return !faulty_ && step('}') && read_key(); }

bool JsonReader::next_element() { return !faulty_ && step(']'); }

bool JsonReader::at_end() {
  skip_space();
  return !faulty_ && at_ == end_;
}

bool JsonReader::read_key() {
  skip_space();
  const char* begin = at_;
  key_ = {.kind = JsonKind::kString};
  if (at_ == end_ || *at_ != '"' || !read_string(key_.escaped)) return fault();
  key_.raw = {begin, static_cast<std::size_t>(at_ - begin)};
  skip_space();
  return take(':') || fault();
}

JsonValue JsonReader::value() {
  JsonValue value{.kind = peek()};
  const char* begin = at_;
  if (value.is(JsonKind::kObject) || value.is(JsonKind::kArray)) {
    value.depth = read_nested();
  } else if (faulty_ || !read_scalar(value.kind, value.escaped)) {
    fault();
  }
  if (faulty_) return {};
  value.raw = {begin, static_cast<std::size_t>(at_ - begin)};
  return value;
}

bool JsonReader::read_scalar(JsonKind kind, bool& escaped) {
  switch (kind) {
    case JsonKind::kString: return read_string(escaped);
    case JsonKind::kNumber: return read_number();
    case JsonKind::kBool: return read_word(*at_ == 't' ? "true" : "false");
    case JsonKind::kNull: return read_word("null");
    default: return false;
  }
}

// Reads an object or array to its end and returns its depth. It keeps a list of open brackets
// instead of recursing: a sender may nest as deep as the message is long.
std::size_t JsonReader::read_nested() {
  std::size_t depth = 0;
  open_.clear();
  do {
    const JsonKind kind = peek();
    bool ignored = false;
    bool more = false;  // a non-empty object or array begins here
    if (kind == JsonKind::kObject || kind == JsonKind::kArray) {
      more = open(*at_);
      if (open_.size() > depth) depth = open_.size();
    } else if (!read_scalar(kind, ignored)) {
      fault();
    }
    if (!more && !faulty_) close_or_continue();
  } while (!faulty_ && !open_.empty());
  return depth;
}

// Reads the opening bracket and, in an object, the first key. False when it is empty.
bool JsonReader::open(char bracket) {
  open_.push_back(bracket);
  ++at_;
  skip_space();
  if (at_ != end_ && *at_ == closer_of(bracket)) return false;
  return bracket == '[' || read_key();
}

// Called after a value, or at an empty pair of brackets. Reads closing brackets, and a comma when
// another value follows.
void JsonReader::close_or_continue() {
  while (!open_.empty()) {
    skip_space();
    if (take(closer_of(open_.back()))) {
      open_.pop_back();
      continue;
    }
    if (!take(',')) {
      fault();
    } else if (open_.back() == '{') {
      read_key();
    }
    return;
  }
}

bool JsonReader::read_word(std::string_view word) {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool JsonReader::read_digits() {
  const char* begin = at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return at_ != begin;
}

bool JsonReader::read_number() {
  take('-');
  if (!take('0') && !read_digits()) return false;
  if (take('.') && !read_digits()) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    return read_digits();
  }
  return true;
}

bool JsonReader::read_string(bool& escaped) {
  ++at_;  // the quote
  for (;;) {
    at_ += plain_length({at_, static_cast<std::size_t>(end_ - at_)});
    if (take('"')) return true;
    if (!take('\\')) return false;  // a control character, or the end
    escaped = true;
    if (!read_escape()) return false;
  }
}

bool JsonReader::read_escape() {
  if (at_ == end_) return false;
  const char kind = *at_++;
  if (kind != 'u') return std::strchr("\"\\/bfnrt", kind) != nullptr && kind != '\0';
  for (int digit = 0; digit < 4; ++digit, ++at_) {
    if (at_ == end_ || !is_hex(*at_)) return false;
  }
  return true;
}

JsonValue read_json(std::string_view text) {
  if (!is_utf8(text)) return {};
  JsonReader reader(text);
  const JsonValue value = reader.value();
  return reader.at_end() ? value : JsonValue{};
}

}  // namespace courtside
