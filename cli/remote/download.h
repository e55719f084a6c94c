// A request to a running server, and its answer: in pieces, however long it is, or whole.
//
//   auto download = RemoteDownload::open(remote, {.path = "/v1/events"});
//   for (auto piece = (*download)->read(); piece && !piece->empty(); ...
//
// Threads: the caller's; it blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/remote/remote.h"
#include "transport/http.h"

namespace courtside {

struct RemoteRequest {
  std::string_view method = "GET";
  std::string_view path = "/";
  std::string_view accept = {};  // a media type; empty: any
  std::string_view content_type = {};
  std::string_view body = {};
  std::uint32_t idle_ms = 30'000;  // how long nothing may come, before the answer and within
};

class RemoteDownload {
 public:
  // Connects, asks, and reads the answer's head. Errors: unavailable when the server cannot be
  // reached, hangs up, or has a certificate that is not accepted; timeout; bad_request when it does
  // not speak HTTP.
  static Result<std::unique_ptr<RemoteDownload>> open(const Remote& remote,
                                                      const RemoteRequest& request);
  virtual ~RemoteDownload() = default;

  // Without a body.
  virtual const HttpResponse& head() const = 0;
  // The next bytes of the body; empty at its end. unavailable where it was cut off before.
  virtual Result<std::string> read() = 0;
};

// The same with the whole answer; payload_too_large above 256 MiB.
Result<HttpResponse> remote_request(const Remote& remote, const RemoteRequest& request);

}  // namespace courtside
