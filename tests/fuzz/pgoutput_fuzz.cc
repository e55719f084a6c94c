// Goal: whatever a replication slot gives, no frame makes more rows than messages, and every row
// can be told of. The first byte of a piece is its length, a second what it leaves out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.h"
#include "engine/postgres/message_page.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  courtside::OutboxSettings settings;
  settings.message_prefix = "c";
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto from = courtside::parse_message_place(std::string(rest.substr(0, 4)));
  courtside::MessagePage page(settings, from ? *from : courtside::MessagePlace());
  while (rest.size() > 2 && !page.is_full()) {
    const std::size_t length = static_cast<unsigned char>(rest[0]);
    const std::size_t missing = static_cast<unsigned char>(rest[1]);
    const std::string_view frame = rest.substr(2, length);
    rest.remove_prefix(2 + frame.size());
    if (!page.take(frame, frame.size() + missing)) break;
  }
  const std::uint64_t frames = page.frames();
  const courtside::MessagePlace end = page.end();
  require(!from || *from <= end);
  const auto rows = page.take_rows();
  require(rows.size() <= frames);
  for (const courtside::OutboxRow& row : rows) {
    require(courtside::parse_message_place(row.place).has_value());
    require(courtside::is_utf8(row.content));
    require(row.content.find('\0') == std::string::npos);
  }
  return 0;
}
