// Goal: any bytes, however they are cut, give the same requests or the same error, within the
// limits.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "transport/http_parser.h"

namespace courtside {
namespace {

constexpr HttpLimits kLimits = {.header_bytes_max = 512, .headers_max = 8, .body_bytes_max = 256};

std::string describe(const HttpRequest& request) {
  COURTSIDE_CHECK(request.body.size() <= kLimits.body_bytes_max);
  COURTSIDE_CHECK(request.headers.size() <= kLimits.headers_max);
  std::string text = request.method + " " + request.target + " " + request.body;
  std::size_t header_bytes = text.size() - request.body.size();
  for (const auto& [name, value] : request.headers) {
    header_bytes += name.size() + value.size();
    text.append("\n").append(name).append(":").append(value);
  }
  COURTSIDE_CHECK(header_bytes <= kLimits.header_bytes_max + 8);
  static_cast<void>(parse_query(request.query()));
  static_cast<void>(percent_decode(request.path()));
  return text + (request.keep_alive ? "\nkeep\n" : "\nclose\n");
}

std::string parse(std::string_view bytes, std::size_t piece_bytes) {
  HttpParser parser(kLimits);
  std::string listing;
  HttpRequest pending;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, piece_bytes);
    const auto progress = parser.feed(piece);
    if (!progress) return listing + "!" + std::string(info(progress.error().code).name);
    COURTSIDE_CHECK(progress->consumed <= piece.size());
    if (progress->request) {
      pending = *progress->request;
      if (pending.has_body()) parser.keep_body();
      if (!pending.has_body()) listing += describe(pending);
    } else if (progress->body) {
      COURTSIDE_CHECK(progress->body->size() <= pending.body_bytes_max);
      pending.body = *progress->body;
      listing += describe(pending);
    } else {
      COURTSIDE_CHECK(progress->consumed == piece.size());
    }
    bytes.remove_prefix(progress->consumed);
  }
  return listing;
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
