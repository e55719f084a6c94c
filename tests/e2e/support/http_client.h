// An HTTP/1.1 client that does as RFC 9112 says and hides nothing: raw bytes can be sent, answers
// read one by one (pipelining), and bodies as they come (streams).
//
// Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/e2e/support/json.h"
#include "tests/e2e/support/socket.h"
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

  // The header's value, or the empty text. A header that comes twice is a Failure.
  std::string header(std::string_view name) const;
  Json json() const { return Json::parse(body); }
};

// Text for the query part of a target.
std::string percent_encoded(std::string_view text);

// Reads a head: the status line and the header lines up to the empty one.
HttpResponse read_head(Socket& socket, Deadline deadline);

class HttpClient {
 public:
  // `always` goes with every request: a credential.
  explicit HttpClient(std::uint16_t port, Headers always = {})
      : port_(port), always_(std::move(always)) {}

  // Asks and reads the whole answer. The connection is kept; when the server closed it meanwhile,
  // or said that it would, a new one is made.
  HttpResponse send(const HttpRequest& request, Deadline deadline = Deadline());
  HttpResponse get(const std::string& target, const std::string& accept = "");
  HttpResponse post(const std::string& target, const std::string& content_type, std::string body,
                    Headers more = {});

  // The steps of send(), for those who want them apart.
  void write(const HttpRequest& request);
  void write_raw(std::string_view bytes);
  HttpResponse read_response(Deadline deadline = Deadline(), bool has_body = true);

  // For streams: the head, then the body in pieces. An empty piece is the end of the body.
  HttpResponse read_stream_head(Deadline deadline = Deadline());
  std::string read_piece(Deadline deadline = Deadline());

  void close() { socket_.close(); }

  // How many connections were made so far.
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
  bool closes_ = false;  // the last answer said that the connection ends
  Framing framing_ = Framing::kNone;
  std::size_t length_left_ = 0;
};

}  // namespace courtside::e2e
