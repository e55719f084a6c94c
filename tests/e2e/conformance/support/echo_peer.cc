#include "tests/e2e/conformance/support/echo_peer.h"

#include <gtest/gtest.h>

namespace courtside::e2e {
namespace {

constexpr std::string_view kRequest =
    "GET /v1/echo HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

std::size_t number(std::string_view bytes) {
  std::size_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

EchoPeer::EchoPeer(std::uint16_t port, const std::string& extensions)
    : socket_(Socket::connect(port)) {
  std::string request(kRequest);
  if (!extensions.empty()) request += "Sec-WebSocket-Extensions: " + extensions + "\r\n";
  socket_.write(request + "\r\n");
  const HttpResponse answer = read_head(socket_, Deadline());
  if (answer.status != 101) give_up("no upgrade: " + std::to_string(answer.status));
  agreed_ = answer.header("sec-websocket-extensions");
}

void EchoPeer::send_chopped(std::string_view bytes, std::size_t piece_bytes) {
  try {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes, bytes.size()))) {
      socket_.write(bytes.substr(0, piece_bytes));
    }
  } catch (const Disconnected&) {
    // The server may refuse what it has read; its close frame is still there to be read.
  }
}

void EchoPeer::need(std::size_t size_bytes) {
  const Deadline deadline;
  while (socket_.buffered().size() < size_bytes) {
    switch (socket_.fill(deadline)) {
      case Socket::Filled::kBytes: break;
      case Socket::Filled::kEnd: throw Disconnected("the connection ended");
      case Socket::Filled::kTimeout: give_up("no frame came");
    }
  }
}

Frame EchoPeer::receive() {
  try {
    need(2);
  } catch (const Disconnected&) {
    return {.fin = false, .payload = "end"};
  }
  const auto byte = [this](std::size_t i) {
    return static_cast<unsigned char>(socket_.buffered()[i]);
  };
  const std::size_t short_length = byte(1);
  if (short_length > 127) give_up("a masked frame");
  const std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
  need(2 + length_bytes);
  const std::size_t length =
      length_bytes == 0 ? short_length : number(socket_.buffered().substr(2, length_bytes));
  Frame frame{.fin = byte(0) >= 0x80,
              .rsv = static_cast<std::uint8_t>(byte(0) >> 4 & 7),
              .opcode = Opcode{static_cast<std::uint8_t>(byte(0) & 15)}};
  if (!frame.fin) give_up("a fragmented frame");
  socket_.consume(2 + length_bytes);
  frame.payload = socket_.take(length, Deadline());
  return frame;
}

std::string EchoPeer::receive_all() {
  std::string all;
  for (Frame frame = receive(); frame.fin; frame = receive()) all += describe(frame);
  return all;
}

std::string describe(const Frame& frame) {
  std::string payload = frame.payload;
  if (payload.size() > 64) {
    payload = std::to_string(payload.size()) + " bytes " +
              std::to_string(std::hash<std::string>()(frame.payload));
  }
  if (frame.rsv != 0) payload += " rsv " + std::to_string(frame.rsv);
  switch (frame.opcode) {
    case Opcode::kText: return "text(" + payload + ") ";
    case Opcode::kBinary: return "binary(" + payload + ") ";
    case Opcode::kPing: return "ping(" + payload + ") ";
    case Opcode::kPong: return "pong(" + payload + ") ";
    case Opcode::kContinuation: return "continuation(" + payload + ") ";
    case Opcode::kClose: break;
  }
  if (frame.payload.empty()) return "close() ";
  return "close(" + std::to_string(number(std::string_view(frame.payload).substr(0, 2))) + ") ";
}

Frame close(int code, const std::string& reason) {
  std::string body;
  if (code != 0) {
    body += static_cast<char>(code >> 8);
    body += static_cast<char>(code & 0xff);
  }
  return {.opcode = Opcode::kClose, .payload = body + reason};
}

void expect_echo(std::uint16_t port, const EchoCase& each) {
  SCOPED_TRACE(each.name);
  const bool is_closed = each.expected.find("close(") != std::string::npos;
  const std::string expected = is_closed ? each.expected : each.expected + "close(1000) ";
  std::vector<Frame> frames = each.frames;
  if (!is_closed) frames.push_back(close(1000));
  std::string all;
  for (const Frame& frame : frames) all += encode_frame(frame);

  EchoPeer whole(port);
  whole.send_chopped(all, all.size());
  EXPECT_EQ(whole.receive_all(), expected);
  EchoPeer by_frame(port);
  for (const Frame& frame : frames) {
    const std::string bytes = encode_frame(frame);
    by_frame.send_chopped(bytes, bytes.size());
  }
  EXPECT_EQ(by_frame.receive_all(), expected) << "frame by frame";
  EchoPeer chopped(port);
  chopped.send_chopped(all, all.size() > 4096 ? 997 : 1);
  EXPECT_EQ(chopped.receive_all(), expected) << "chopped";
}

}  // namespace courtside::e2e
