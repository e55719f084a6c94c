#include "transport/websocket_handshake.h"

#include <algorithm>

#include "base/format.h"
#include "base/hash.h"
#include "transport/http_text.h"
#include "transport/websocket_codec.h"
#include "transport/websocket_extensions.h"

namespace courtside {
namespace {

constexpr std::size_t kRefusalBytesMax = 300;  // of a body, quoted
constexpr std::string_view kVersion = "13";
constexpr std::size_t kKeyBytes = 16;

std::size_t count_headers(const HttpHeaders& headers, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(
      headers.begin(), headers.end(), [name](const auto& header) { return header.first == name; }));
}

Result<void> no_upgrade(std::string message) {
  return fail(Code::upgrade_required, std::move(message), R"({"version":13})");
}

}  // namespace

Result<void> Connection::check_upgrade(const HttpRequest& request) {
  if (!lists_token(request.headers, "upgrade", "websocket") ||
      !lists_token(request.headers, "connection", "upgrade")) {
    return no_upgrade(
        "no upgrade to websocket came. If the client asked for one, a proxy dropped it: it must "
        "pass "
        "the headers Upgrade and Connection on, over HTTP/1.1");
  }
  if (request.method != "GET") return fail(Code::bad_request, "an upgrade is a GET request");
  // An upgrade request of HTTP/1.0 must be ignored (RFC 9110, section 7.8).
  if (request.minor_version != 1) {
    return no_upgrade(
        "an upgrade needs HTTP/1.1, and this request is HTTP/1.0. Usually a proxy sends it so: it "
        "must use HTTP/1.1 towards the server");
  }
  if (request.has_body()) return fail(Code::bad_request, "an upgrade has no body");
  if (count_headers(request.headers, "sec-websocket-version") != 1 ||
      request.header("sec-websocket-version") != kVersion) {
    return no_upgrade("the WebSocket version is not 13");
  }
  std::string key;
  if (count_headers(request.headers, "sec-websocket-key") != 1 ||
      !base64_decode(request.header("sec-websocket-key"), key) || key.size() != kKeyBytes) {
    return fail(Code::bad_request, "Sec-WebSocket-Key is not 16 bytes in base64");
  }
  for (const auto& [name, value] : request.headers) {
    if (name == "sec-websocket-extensions" && !parse_extensions(value)) {
      return fail(Code::bad_request, "Sec-WebSocket-Extensions is not a list of extensions");
    }
  }
  return {};
}

std::string upgrade_answer(const HttpRequest& request, const UpgradeTerms& terms) {
  std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  append_header(answer, "Sec-WebSocket-Accept",
                websocket_accept(request.header("sec-websocket-key")));
  if (!terms.subprotocol.empty()) {
    append_header(answer, "Sec-WebSocket-Protocol", terms.subprotocol);
  }
  if (terms.deflate) {
    append_header(answer, "Sec-WebSocket-Extensions", deflate_answer(*terms.deflate));
  }
  return answer.append("\r\n");
}

std::string upgrade_request(const UpgradeOffer& offer, const HttpHeaders& headers) {
  std::string request = format("GET {} HTTP/1.1\r\n", offer.path);
  append_header(request, "Host", offer.host);
  append_header(request, "Upgrade", "websocket");
  append_header(request, "Connection", "Upgrade");
  append_header(request, "Sec-WebSocket-Version", kVersion);
  append_header(request, "Sec-WebSocket-Key", offer.key);
  if (!offer.subprotocol.empty()) {
    append_header(request, "Sec-WebSocket-Protocol", offer.subprotocol);
  }
  for (const auto& [name, value] : headers) append_header(request, name, value);
  return request.append("\r\n");
}

Result<void> check_upgrade_answer(const HttpMessage& answer, const UpgradeOffer& offer) {
  if (answer.status != 101) {
    std::string why = format("the server answered {}", answer.status);
    // A proxy may respond with a whole page.
    if (!answer.body.empty()) why.append(": ").append(answer.body, 0, kRefusalBytesMax);
    return fail(Code::bad_request, std::move(why));
  }
  if (!lists_token(answer.headers, "upgrade", "websocket") ||
      !lists_token(answer.headers, "connection", "upgrade") ||
      find_header(answer.headers, "sec-websocket-accept") != websocket_accept(offer.key)) {
    return fail(Code::bad_request, "the server's upgrade does not belong to ours");
  }
  const std::string_view chosen = find_header(answer.headers, "sec-websocket-protocol");
  // `offer.subprotocol` may be a list; the server picks one of it, or none.
  HttpHeaders offered = {{"offered", offer.subprotocol}};
  if (!chosen.empty() && !lists_token(offered, "offered", chosen)) {
    return fail(Code::bad_request, "the server chose a subprotocol that was not offered");
  }
  if (!find_header(answer.headers, "sec-websocket-extensions").empty()) {
    return fail(Code::bad_request, "the server chose an extension that was not offered");
  }
  return {};
}

std::string websocket_key() {
  // Any 16 bytes will do: the key protects against confused caches, not against attackers.
  return base64_encode(random_word(kKeyBytes));
}

}  // namespace courtside
