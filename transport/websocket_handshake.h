// The opening handshake of RFC 6455, section 4, as text, for both sides. Does no I/O. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "transport/connection.h"
#include "transport/http.h"
#include "transport/http_message.h"

namespace courtside {

// REQUIRES: Connection::check_upgrade(request) succeeded.
std::string upgrade_answer(const HttpRequest& request, const UpgradeTerms& terms);

struct UpgradeOffer {
  std::string host;  // for the Host header, with port
  std::string path;
  std::string subprotocol;  // may be empty
  std::string key;
};
std::string upgrade_request(const UpgradeOffer& offer, const HttpHeaders& headers);
// bad_request when the server did not agree, or agreed on something that was not offered.
Result<void> check_upgrade_answer(const HttpMessage& answer, const UpgradeOffer& offer);

// 16 random bytes in base64.
std::string websocket_key();

}  // namespace courtside
