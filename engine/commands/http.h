// What the commands that speak HTTP with a running server share. Threads: the main one; it blocks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "transport/client.h"

namespace courtside {

struct ServerRequest {
  std::string_view method = "GET";
  std::string_view path = "/";
  std::string_view token = {};  // empty: none
  std::string_view content_type = {};
  std::string_view body = {};
  std::uint32_t timeout_ms = 30'000;
};

// The answer's body where its status is 200. Otherwise the error that its problem document names,
// with the document's details; `unavailable` and `timeout` as http_request() has them.
Result<std::string> ask_server(const ClientTarget& target, const ServerRequest& request);

// What an answer with another status than 200 says: by its problem document, else by the status.
Error error_of(const HttpResponse& answer);

}  // namespace courtside
