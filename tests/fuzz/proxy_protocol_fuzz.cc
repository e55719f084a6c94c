// Goal: any bytes, however they are cut, are the same PROXY header or the same error; none is
// longer than the limit, and the client is an address.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "transport/network.h"
#include "transport/proxy_protocol.h"

namespace courtside {
namespace {

std::string parse(std::string_view bytes, std::size_t piece_bytes) {
  ProxyHeaderParser parser;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::string_view piece = bytes.substr(at, piece_bytes);
    const auto progress = parser.feed(piece);
    if (!progress) return "!" + std::string(info(progress.error().code).name);
    COURTSIDE_CHECK(progress->consumed <= piece.size());
    at += progress->consumed;
    COURTSIDE_CHECK(at <= ProxyHeaderParser::kV2BytesMax);
    if (progress->done) {
      if (progress->client) COURTSIDE_CHECK(address_bytes(*progress->client));
      return std::to_string(at) + " " + progress->client.value_or("nobody");
    }
    COURTSIDE_CHECK(progress->consumed == piece.size());
  }
  return "...";
}

}  // namespace
}  // namespace courtside

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  using namespace courtside;
  if (size_bytes < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size_bytes - 1);
  COURTSIDE_CHECK(parse(bytes, bytes.size()) == parse(bytes, 1 + data[0]));
  return 0;
}
