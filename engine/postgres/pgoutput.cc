#include "engine/postgres/pgoutput.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/format.h"

namespace courtside {
namespace {

// Takes a frame apart; after a fault everything is zero and is_sound() is false.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number(std::size_t size_bytes) {
    const std::string_view bytes = take(size_bytes);
    std::uint64_t out = 0;
    for (const char c : bytes) out = (out << 8) | static_cast<unsigned char>(c);
    return out;
  }

  // Up to a zero byte.
  std::string_view text() {
    const std::size_t end = rest_.find('\0');
    if (end == std::string_view::npos) return fault();
    const std::string_view out = take(end);
    take(1);
    return out;
  }

  std::string_view rest() const { return rest_; }
  bool is_sound() const { return is_sound_; }
  bool is_at_end() const { return is_sound_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t size_bytes) {
    if (size_bytes > rest_.size()) return fault();
    const std::string_view out = rest_.substr(0, size_bytes);
    rest_.remove_prefix(size_bytes);
    return out;
  }
  std::string_view fault() {
    is_sound_ = false;
    rest_ = {};
    return {};
  }

  std::string_view rest_;
  bool is_sound_ = true;
};

constexpr std::uint64_t kTransactional = 1;

tl::unexpected<Error> refuse(const char* what) {
  return fail(Code::internal, format("the server sent no sound {} of pgoutput", what));
}

Result<PgFrame> parse_begin(Cursor cursor) {
  const PgBegin begin{.commit = {cursor.number(8)}};
  cursor.number(8);
  cursor.number(4);
  if (!cursor.is_at_end()) return refuse("begin");
  return begin;
}

Result<PgFrame> parse_commit(Cursor cursor) {
  cursor.number(1);
  PgCommit commit{.commit = {cursor.number(8)}, .end = {}};
  commit.end = {cursor.number(8)};
  cursor.number(8);
  if (!cursor.is_at_end() || commit.end <= commit.commit) return refuse("commit");
  return commit;
}

// `missing`: bytes of the content that were not handed in.
Result<PgFrame> parse_message(Cursor cursor, std::uint64_t missing) {
  PgMessage message;
  message.is_transactional = (cursor.number(1) & kTransactional) != 0;
  message.lsn = {cursor.number(8)};
  message.prefix = cursor.text();
  message.content_size_bytes = cursor.number(4);
  message.content = cursor.rest();
  const bool is_whole = message.content.size() + missing == message.content_size_bytes;
  if (!cursor.is_sound() || !is_whole) return refuse("message");
  return message;
}

}  // namespace

std::string lsn_text(Lsn lsn) {
  char out[32];
  std::snprintf(out, sizeof out, "%X/%X", static_cast<unsigned>(lsn.value >> 32),
                static_cast<unsigned>(lsn.value & 0xffffffffU));
  return out;
}

std::optional<Lsn> parse_lsn(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto half = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    return value;
  };
  const auto high = half(text.substr(0, slash));
  const auto low = half(text.substr(slash + 1));
  if (!high || !low) return std::nullopt;
  return Lsn{(*high << 32) | *low};
}

Result<PgFrame> parse_pgoutput(std::string_view bytes, std::uint64_t size_bytes) {
  if (bytes.empty() || size_bytes < bytes.size()) return refuse("frame");
  const Cursor cursor(bytes.substr(1));
  const std::uint64_t missing = size_bytes - bytes.size();
  if (bytes[0] == 'M') return parse_message(cursor, missing);
  if (bytes[0] != 'B' && bytes[0] != 'C') return PgOther{};
  if (missing > 0) return refuse("frame");
  return bytes[0] == 'B' ? parse_begin(cursor) : parse_commit(cursor);
}

}  // namespace courtside
