// An HTTP/1.1 client by RFC 9112 with full control: it can send raw bytes, read answers one by one
// (pipelining), and read bodies in pieces (streams).
//
// Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/e2e/support/socket.h"
#include "tests/e2e/support/test_json.h"
#include "tests/e2e/support/wait.h"

namespace courtside::e2e {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";
  Headers headers = {};  // Host and Content-Length are added
  std::string body = {};
};

struct HttpResponse {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;

  // The header's value, or the empty text. A repeated header is a Failure.
  std::string header(std::string_view name) const;
  Json json() const { return Json::parse(body); }
};

// Percent-encodes a text for a query.
std::string percent_encoded(std::string_view text);

// Reads the status line and headers up to the empty line.
HttpResponse read_head(Socket& socket, Deadline deadline);

class HttpClient {
 public:
  // `always`: headers for every request, such as a credential.
  explicit HttpClient(std::uint16_t port, Headers always = {})
      : port_(port), always_(std::move(always)) {}

  // Sends a request and reads the whole answer. Keeps the connection; reconnects when the server
  // closed it or announced that it would.
  HttpResponse send(const HttpRequest& request, Deadline deadline = Deadline());
  HttpResponse get(const std::string& target, const std::string& accept = "");
  HttpResponse post(const std::string& target, const std::string& content_type, std::string body,
                    Headers more = {});

  // The single steps of send().
  void write(const HttpRequest& request);
  void write_raw(std::string_view bytes);
  HttpResponse read_response(Deadline deadline = Deadline(), bool has_body = true);

  // For streams: reads the head, then the body in pieces. An empty piece is the end.
  HttpResponse read_stream_head(Deadline deadline = Deadline());
  std::string read_piece(Deadline deadline = Deadline());

  void close() { socket_.close(); }

  // The number of connections made so far.
  int connects() const { return connects_; }
  Socket& socket() { return socket_; }

 private:
  enum class Framing { kNone, kLength, kChunked, kUntilEnd };

  void connect_if_needed();
  void choose_framing(const HttpResponse& head, bool has_body);
  std::string read_chunk(Deadline deadline);

  std::uint16_t port_;
  Headers always_;
  Socket socket_;
  int connects_ = 0;
  bool closes_ = false;  // the last answer announced the connection's end
  Framing framing_ = Framing::kNone;
  std::size_t length_left_ = 0;
};

}  // namespace courtside::e2e
