// Any bytes, however they are cut, as the beginning of a TLS connection: no data comes out before a
// handshake, and little is held and answered.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "tests/transport/tls_peer.h"
#include "transport/tls.h"

using namespace courtside;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  static const std::shared_ptr<const TlsContext> context = testing_tls::new_context();
  constexpr std::size_t kAnswerBytesMax = 8 * 1024;
  if (size_bytes == 0) return 0;
  const std::size_t piece_bytes = 1 + data[0];
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size_bytes - 1);
  TlsSession session(*context);
  std::string plain;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes, bytes.size()))) {
    const TlsSession::Input input = session.receive(bytes.substr(0, piece_bytes), plain);
    COURTSIDE_CHECK(session.output().size() <= kAnswerBytesMax);
    COURTSIDE_CHECK(plain.empty() || session.established());
    if (input != TlsSession::Input::kFailed) continue;
    COURTSIDE_CHECK(!session.error().empty());
    break;
  }
  return 0;
}
