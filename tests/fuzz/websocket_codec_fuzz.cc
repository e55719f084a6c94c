// Goal: any bytes, however they are cut, give the same messages, and none that breaks the limits.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "transport/websocket_codec.h"

namespace courtside {
namespace {

constexpr WebSocketLimits kLimits = {.message_bytes_max = 600, .fragments_max = 5};

class Listing final : public WebSocketInputHandler {
 public:
  bool on_input(const WebSocketInput& input) override {
    const bool control = input.opcode >= Opcode::kClose;
    COURTSIDE_CHECK(input.payload.size() <= (control ? 125 : kLimits.message_bytes_max));
    if (input.opcode == Opcode::kText) COURTSIDE_CHECK(is_utf8(input.payload));
    text_.push_back(static_cast<char>(input.opcode));
    text_.append(std::to_string(input.close_code)).append(input.payload).push_back('\n');
    return input.opcode != Opcode::kClose;
  }
  std::string text_;
};

// In pieces of `piece_bytes`; the codec is asked nothing more after a violation or a close.
std::string parse(WebSocketRole role, bool inflates, std::string_view bytes,
                  std::size_t piece_bytes) {
  WebSocketCodec codec(role, kLimits, inflates);
  Listing listing;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, piece_bytes);
    const auto used = codec.feed(piece, listing);
    if (!used) return listing.text_ + "!" + std::to_string(used.error().close_code);
    COURTSIDE_CHECK(*used <= piece.size());
    if (*used < piece.size()) break;
    bytes.remove_prefix(piece.size());
  }
  return listing.text_;
}

}  // namespace
}  // namespace courtside

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  using namespace courtside;
  if (size_bytes < 2) return 0;
  const WebSocketRole role = (data[0] & 1) != 0 ? WebSocketRole::kClient : WebSocketRole::kServer;
  const bool inflates = (data[0] & 2) != 0;
  const std::size_t piece_bytes = 1 + (data[0] >> 2);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size_bytes - 1);
  const std::string whole = parse(role, inflates, bytes, bytes.size());
  const std::string cut = parse(role, inflates, bytes, piece_bytes);
  // A close in the middle of a piece ends the whole run there, while the cut one may end with its
  // piece: behind it nothing is compared.
  if (whole.find('\x08') == std::string::npos) COURTSIDE_CHECK(whole == cut);
  return 0;
}
