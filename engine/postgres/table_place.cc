#include "engine/postgres/table_place.h"

#include <charconv>

#include "base/format.h"

namespace courtside {

Result<TablePlace> parse_table_place(const std::string& text) {
  TablePlace place;
  if (text.empty()) return place;
  const char* const end = text.data() + text.size();
  const auto txid = std::from_chars(text.data(), end, place.txid);
  if (txid.ec == std::errc() && txid.ptr != end && *txid.ptr == ':') {
    const auto position = std::from_chars(txid.ptr + 1, end, place.position);
    if (position.ec == std::errc() && position.ptr == end) return place;
  }
  return fail(Code::data_corrupt, format("`{}` is no place of a table", text));
}

}  // namespace courtside
