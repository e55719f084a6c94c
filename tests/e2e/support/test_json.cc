#include "tests/e2e/support/test_json.h"

#include <algorithm>
#include <charconv>

#include "tests/e2e/support/wait.h"

namespace courtside::e2e {
namespace {

constexpr int kDepthMax = 200;

// Scans JSON text and finds where values end.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ == text_.size(); }

  void blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }

  bool skip(char wanted) {
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  void need(char wanted) {
    if (!skip(wanted)) malformed(std::string("expected ") + wanted);
  }

  // The value that begins here, without surrounding blanks.
  std::string_view value(int depth = 0) {
    if (depth > kDepthMax) malformed("too deep");
    const std::size_t begin = at_;
    switch (at_ < text_.size() ? text_[at_] : '\0') {
      case '{': object(depth); break;
      case '[': array(depth); break;
      case '"': string(); break;
      case 't': word("true"); break;
      case 'f': word("false"); break;
      case 'n': word("null"); break;
      default: number();
    }
    return text_.substr(begin, at_ - begin);
  }

  std::string_view string() {
    const std::size_t begin = at_;
    need('"');
    while (!skip('"')) {
      if (done() || static_cast<unsigned char>(text_[at_]) < 0x20) malformed("in a string");
      if (text_[at_++] == '\\') escape();
    }
    return text_.substr(begin, at_ - begin);
  }

 private:
  [[noreturn]] void malformed(const std::string& why) const {
    give_up("not JSON at byte " + std::to_string(at_) + " (" + why +
            "): " + std::string(text_.substr(0, 400)));
  }

  void escape() {
    if (skip('u')) {
      for (int i = 0; i < 4; ++i) {
        if (done() || !std::isxdigit(static_cast<unsigned char>(text_[at_]))) malformed("in \\u");
        ++at_;
      }
      return;
    }
    if (done() || std::string_view("\"\\/bfnrt").find(text_[at_]) == text_.npos) {
      malformed("unknown escape");
    }
    ++at_;
  }

  void word(std::string_view wanted) {
    if (text_.substr(at_, wanted.size()) != wanted) malformed("unknown word");
    at_ += wanted.size();
  }

  bool digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > begin;
  }

  void number() {
    skip('-');
    if (!skip('0') && !digits()) malformed("no value");
    if (skip('.') && !digits()) malformed("in a number");
    if (skip('e') || skip('E')) {
      if (!skip('+')) skip('-');
      if (!digits()) malformed("in an exponent");
    }
  }

  void object(int depth) {
    need('{');
    blanks();
    if (skip('}')) return;
    do {
      blanks();
      string();
      blanks();
      need(':');
      blanks();
      value(depth + 1);
      blanks();
    } while (skip(','));
    need('}');
  }

  void array(int depth) {
    need('[');
    blanks();
    if (skip(']')) return;
    do {
      blanks();
      value(depth + 1);
      blanks();
    } while (skip(','));
    need(']');
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6), put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 0x3f)), put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

// `raw` passed Scanner::string.
std::string unescaped(std::string_view raw) {
  const auto hex4 = [raw](std::size_t at) {
    std::uint32_t value = 0;
    std::from_chars(raw.data() + at, raw.data() + at + 4, value, 16);
    return value;
  };
  std::string out;
  for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out += raw[i];
      continue;
    }
    const char kind = raw[++i];
    if (kind != 'u') {
      const std::size_t known = std::string_view("bfnrt").find(kind);
      out += known == std::string_view::npos ? kind : "\b\f\n\r\t"[known];
      continue;
    }
    std::uint32_t c = hex4(i + 1);
    i += 4;
    if (c >= 0xd800 && c < 0xdc00 && raw.substr(i + 1, 2) == "\\u") {
      c = 0x10000 + ((c - 0xd800) << 10) + (hex4(i + 3) - 0xdc00);
      i += 6;
    }
    append_utf8(out, c);
  }
  return out;
}

}  // namespace

Json Json::parse(std::string text) {
  auto source = std::make_shared<const std::string>(std::move(text));
  Scanner scanner(*source);
  scanner.blanks();
  const std::string_view raw = scanner.value();
  scanner.blanks();
  if (!scanner.done()) give_up("more than one JSON value: " + source->substr(0, 400));
  return Json(std::move(source), raw);
}

std::string Json::text() const {
  if (!is_text()) give_up("no string: " + std::string(raw_));
  return unescaped(raw_);
}

std::int64_t Json::number() const {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(raw_.data(), raw_.data() + raw_.size(), value);
  if (error != std::errc() || end != raw_.data() + raw_.size()) {
    give_up("no whole number: " + std::string(raw_));
  }
  return value;
}

bool Json::boolean() const {
  if (raw_ != "true" && raw_ != "false") give_up("no boolean: " + std::string(raw_));
  return raw_ == "true";
}

std::vector<std::pair<std::string, Json>> Json::members() const {
  if (!is_object()) give_up("no object: " + std::string(raw_));
  std::vector<std::pair<std::string, Json>> found;
  Scanner scanner(raw_);
  scanner.need('{');
  scanner.blanks();
  while (!scanner.skip('}')) {
    const std::string_view name = scanner.string();
    scanner.blanks();
    scanner.need(':');
    scanner.blanks();
    found.emplace_back(unescaped(name), Json(source_, scanner.value()));
    scanner.blanks();
    scanner.skip(',');
    scanner.blanks();
  }
  return found;
}

std::vector<Json> Json::items() const {
  if (!is_array()) give_up("no array: " + std::string(raw_));
  std::vector<Json> found;
  Scanner scanner(raw_);
  scanner.need('[');
  scanner.blanks();
  while (!scanner.skip(']')) {
    found.push_back(Json(source_, scanner.value()));
    scanner.blanks();
    scanner.skip(',');
    scanner.blanks();
  }
  return found;
}

bool Json::has(std::string_view member) const {
  const auto all = members();
  return std::any_of(all.begin(), all.end(), [&](const auto& m) { return m.first == member; });
}

Json Json::operator[](std::string_view member) const {
  for (auto& [name, value] : members()) {
    if (name == member) return value;
  }
  give_up("no member " + std::string(member) + ": " + std::string(raw_));
}

Json Json::at(std::size_t index) const {
  const auto all = items();
  if (index >= all.size()) give_up("no item " + std::to_string(index) + ": " + std::string(raw_));
  return all[index];
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace courtside::e2e
