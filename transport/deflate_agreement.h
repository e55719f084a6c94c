// The negotiation of permessage-deflate (RFC 7692, section 7.1): which of a client's offers the
// server accepts, and its answer. Threads: any; no state.
#pragma once

#include <optional>
#include <string>

#include "transport/http.h"

namespace courtside {

// What both sides keep to. Neither refers to an earlier message (server_no_context_takeover and
// client_no_context_takeover): only so can a message be compressed once for many connections, and a
// connection needs no state of its own.
struct DeflateAgreement {
  unsigned window_bits = 0;     // of the server's messages: a MessageDeflater's
  bool answers_window = false;  // the client asked for a limit, so the answer states it

  friend bool operator==(const DeflateAgreement&, const DeflateAgreement&) = default;
};

// Accepts the first offer that it can keep to; none when the request has no such offer. An offer is
// declined when a parameter is unknown, repeated or has a wrong value, and when it demands a
// server's window of 2^8 bytes, which zlib cannot write. Any window of the client's can be read.
// REQUIRES: Connection::check_upgrade succeeded.
std::optional<DeflateAgreement> agree_on_deflate(const HttpHeaders& headers);

// The value of the answer's Sec-WebSocket-Extensions.
std::string deflate_answer(const DeflateAgreement& agreement);

}  // namespace courtside
