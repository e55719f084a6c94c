#include "tests/e2e/support/test_http_client.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace courtside::e2e {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::size_t number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) {
    give_up("no number: '" + std::string(text) + "'");
  }
  return value;
}

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
  std::string value;
  int count = 0;
  for (const auto& [header, text] : headers) {
    if (header == name) value = text, ++count;
  }
  if (count > 1) give_up("header " + std::string(name) + " comes more than once");
  return value;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

HttpResponse read_head(Socket& socket, Deadline deadline) {
  HttpResponse head;
  const std::string status = socket.take_line(deadline);
  if (status.size() < 12 || status.substr(0, 9) != "HTTP/1.1 ") give_up("status line: " + status);
  head.status = static_cast<int>(number(std::string_view(status).substr(9, 3), 10));
  for (std::string line = socket.take_line(deadline); !line.empty();
       line = socket.take_line(deadline)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) give_up("header line: " + line);
    std::size_t value = colon + 1;
    while (value < line.size() && line[value] == ' ') ++value;
    head.headers.emplace_back(lower(line.substr(0, colon)), line.substr(value));
  }
  return head;
}

void HttpClient::connect_if_needed() {
  // An answer that arrived before the end must still be read.
  if (socket_.is_open() && !closes_ &&
      (socket_.fill(Deadline(milliseconds(0))) != Socket::Filled::kEnd ||
       !socket_.buffered().empty())) {
    return;
  }
  socket_ = Socket::connect(port_);
  closes_ = false;
  ++connects_;
}

void HttpClient::write_raw(std::string_view bytes) {
  connect_if_needed();
  socket_.write(bytes);
}

void HttpClient::write(const HttpRequest& request) {
  std::string bytes = request.method + " " + request.target + " HTTP/1.1\r\n";
  bytes += "Host: 127.0.0.1:" + std::to_string(port_) + "\r\n";
  for (const auto& [name, value] : always_) bytes += name + ": " + value + "\r\n";
  for (const auto& [name, value] : request.headers) bytes += name + ": " + value + "\r\n";
  if (!request.body.empty() || request.method == "POST") {
    bytes += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  bytes += "\r\n" + request.body;
  write_raw(bytes);
}

void HttpClient::choose_framing(const HttpResponse& head, bool has_body) {
  closes_ = lower(head.header("connection")).ends_with("close");
  length_left_ = 0;
  if (!has_body || head.status == 204 || head.status == 304 || head.status < 200) {
    framing_ = Framing::kNone;
  } else if (lower(head.header("transfer-encoding")) == "chunked") {
    if (!head.header("content-length").empty()) give_up("chunked, and a content-length");
    framing_ = Framing::kChunked;
  } else if (const std::string length = head.header("content-length"); !length.empty()) {
    framing_ = Framing::kLength;
    length_left_ = number(length, 10);
  } else {
    framing_ = Framing::kUntilEnd;
    closes_ = true;
  }
}

HttpResponse HttpClient::read_stream_head(Deadline deadline) {
  HttpResponse head = read_head(socket_, deadline);
  choose_framing(head, true);
  return head;
}

std::string HttpClient::read_chunk(Deadline deadline) {
  const std::string size_line = socket_.take_line(deadline);
  const std::size_t size_bytes =
      number(std::string_view(size_line).substr(0, size_line.find(';')), 16);
  std::string piece = socket_.take(size_bytes, deadline);
  if (!socket_.take_line(deadline).empty()) give_up("a chunk does not end where it says");
  if (size_bytes == 0) framing_ = Framing::kNone;
  return piece;
}

std::string HttpClient::read_piece(Deadline deadline) {
  switch (framing_) {
    case Framing::kNone: return "";
    case Framing::kChunked: return read_chunk(deadline);
    case Framing::kLength: break;
    case Framing::kUntilEnd: length_left_ = std::string::npos; break;
  }
  if (length_left_ == 0) return "";
  if (socket_.buffered().empty()) {
    const Socket::Filled filled = socket_.fill(deadline);
    if (filled == Socket::Filled::kTimeout) give_up("the body does not come");
    if (filled == Socket::Filled::kEnd) {
      if (framing_ == Framing::kLength) throw Disconnected("in the middle of a body");
      return "";
    }
  }
  std::string piece(socket_.buffered().substr(0, length_left_));
  socket_.consume(piece.size());
  length_left_ -= piece.size();
  return piece;
}

HttpResponse HttpClient::read_response(Deadline deadline, bool has_body) {
  HttpResponse response = read_head(socket_, deadline);
  choose_framing(response, has_body);
  while (true) {
    std::string piece = read_piece(deadline);
    if (piece.empty()) break;
    response.body += piece;
  }
  return response;
}

HttpResponse HttpClient::send(const HttpRequest& request, Deadline deadline) {
  write(request);
  return read_response(deadline, request.method != "HEAD");
}

HttpResponse HttpClient::get(const std::string& target, const std::string& accept) {
  HttpRequest request{.target = target};
  if (!accept.empty()) request.headers.emplace_back("Accept", accept);
  return send(request);
}

HttpResponse HttpClient::post(const std::string& target, const std::string& content_type,
                              std::string body, Headers more) {
  HttpRequest request{.method = "POST", .target = target, .headers = std::move(more)};
  if (!content_type.empty()) request.headers.emplace_back("Content-Type", content_type);
  request.body = std::move(body);
  return send(request);
}

}  // namespace courtside::e2e
