#include "eventlog/verify/journal.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/format.h"

namespace courtside {
namespace {

constexpr std::size_t kBlockSize = 32 * 1024;
constexpr std::size_t kHeaderSize = 7;
constexpr std::uint8_t kTypeMax = 4;  // full, first, middle, last; recycled journals use others

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
    table[i] = crc;
  }
  return table;
}

// CRC-32C (RFC 3720, appendix B.4), byte by byte.
class Crc {
 public:
  void add(char byte) {
    static constexpr std::array<std::uint32_t, 256> kTable = make_table();
    crc_ = (crc_ >> 8) ^ kTable[(crc_ ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  // As RocksDB stores it: masked, since checksums of checksums are weak.
  std::uint32_t masked() const {
    const std::uint32_t crc = ~crc_;
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
  }

 private:
  std::uint32_t crc_ = 0xffffffffU;
};

struct Header {
  explicit Header(const char* at) : type(static_cast<std::uint8_t>(at[6])) {
    std::memcpy(&crc, at, sizeof(crc));
    std::memcpy(&length, at + 4, sizeof(length));
  }
  std::uint32_t crc = 0;
  std::uint16_t length = 0;
  std::uint8_t type = 0;
};

bool is_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

bool is_intact(std::string_view record) {
  const Header header(record.data());
  Crc crc;
  for (const char byte : record.substr(kHeaderSize - 1)) crc.add(byte);
  return crc.masked() == header.crc;
}

// For a record that seems to continue beyond the journal's end. If its checksum matches fewer
// bytes, the record was whole and its length was damaged.
bool is_whole_with_another_length(std::string_view rest) {
  if (rest.size() < kHeaderSize) return false;
  const Header header(rest.data());
  Crc crc;
  crc.add(rest[kHeaderSize - 1]);
  if (crc.masked() == header.crc) return true;
  for (const char byte : rest.substr(kHeaderSize)) {
    crc.add(byte);
    if (crc.masked() == header.crc) return true;
  }
  return false;
}

class JournalCheck {
 public:
  // Checks one block; the last one may be short. False when the journal was cut off there.
  Result<bool> take(std::string_view block, bool is_last) {
    std::size_t at = 0;
    for (; block.size() - at >= kHeaderSize;) {
      const std::string_view rest = block.substr(at);
      const Header header(rest.data());
      if (header.type == 0 && header.length == 0 && is_last && is_zero(rest)) return false;
      if (kHeaderSize + header.length > rest.size()) {
        if (!is_last || is_whole_with_another_length(rest)) return damage(at, "length");
        return false;
      }
      if (header.type == 0 || header.type > kTypeMax) return damage(at, "type");
      if (!is_intact(rest.substr(0, kHeaderSize + header.length))) return damage(at, "checksum");
      in_parts_ = header.type == 2 || header.type == 3;
      at += kHeaderSize + header.length;
    }
    if (block.size() == kBlockSize) {
      if (!is_zero(block.substr(at))) return damage(at, "filling");
    } else if (at < block.size()) {
      return false;  // less than a header
    }
    before_ += block.size();
    return true;
  }

  // True when the last record has all its parts.
  bool is_complete() const { return !in_parts_; }

 private:
  tl::unexpected<Error> damage(std::size_t at, const char* what) const {
    return fail(Code::data_corrupt,
                format("at byte {}: a record's {} is damaged", before_ + at, what));
  }

  std::uint64_t before_ = 0;
  bool in_parts_ = false;
};

}  // namespace

Result<bool> check_journal(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::no_input, "it cannot be opened");
  JournalCheck check;
  std::vector<char> block(kBlockSize);
  for (;;) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    if (file.bad()) return fail(Code::no_input, "it cannot be read");
    const auto size = static_cast<std::size_t>(file.gcount());
    const bool is_last = size < kBlockSize || file.peek() == std::ifstream::traits_type::eof();
    auto whole = check.take({block.data(), size}, is_last);
    if (!whole || !*whole) return whole;
    if (is_last) return check.is_complete();
  }
}

}  // namespace courtside
