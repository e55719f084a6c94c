#include "tests/e2e/support/ws_client.h"

#include <utility>

namespace courtside::e2e {
namespace {

// The example of RFC 6455, section 1.3: the only valid answer for this key is known.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

constexpr std::size_t kFrameBytesMax = 16 * 1024 * 1024;

std::size_t big_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

void append_big_endian(std::string& out, std::size_t value, int size_bytes) {
  for (int i = size_bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

// The sizes of a frame's header and payload; both 0 when `bytes` is too short to tell.
std::pair<std::size_t, std::size_t> frame_size(std::string_view bytes) {
  if (bytes.size() < 2) return {0, 0};
  const std::size_t length = static_cast<unsigned char>(bytes[1]) & 0x7f;
  if (length < 126) return {2, length};
  const std::size_t extra = length == 126 ? 2 : 8;
  if (bytes.size() < 2 + extra) return {0, 0};
  return {2 + extra, big_endian(bytes.substr(2, extra))};
}

void require(bool condition, const char* rule) {
  if (!condition) give_up(std::string("the server breaks RFC 6455: ") + rule);
}

std::string upgrade_request(std::uint16_t port, const WsClient::Options& options) {
  std::string text = "GET " + options.path +
                     " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                     "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13" +
                     "\r\nSec-WebSocket-Key: " + std::string(kKey) + "\r\n";
  std::string offered;
  for (const std::string& name : options.subprotocols) {
    offered += (offered.empty() ? "" : ", ") + name;
  }
  if (!offered.empty()) text += "Sec-WebSocket-Protocol: " + offered + "\r\n";
  for (const auto& [name, value] : options.headers) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

}  // namespace

std::string encode_frame(const Frame& frame, bool masked) {
  // The mask protects proxies; in tests it need not be random.
  constexpr std::string_view kMask = "\x12\x34\x56\x78";
  std::string out;
  out +=
      static_cast<char>((frame.fin ? 0x80 : 0) | frame.rsv << 4 | static_cast<int>(frame.opcode));
  const std::size_t size_bytes = frame.payload.size();
  const std::size_t mask_bit = masked ? 0x80 : 0;
  if (size_bytes < 126) {
    append_big_endian(out, mask_bit | size_bytes, 1);
  } else if (size_bytes < 65536) {
    append_big_endian(out, mask_bit | 126, 1);
    append_big_endian(out, size_bytes, 2);
  } else {
    append_big_endian(out, mask_bit | 127, 1);
    append_big_endian(out, size_bytes, 8);
  }
  if (!masked) return out + frame.payload;
  out += kMask;
  for (std::size_t i = 0; i < size_bytes; ++i) {
    out += static_cast<char>(frame.payload[i] ^ kMask[i % 4]);
  }
  return out;
}

WsClient::WsClient(std::uint16_t port, const Options& options)
    : options_(options),
      socket_(Socket::connect(port, options.receive_buffer_bytes, options.from)) {
  socket_.write(options.proxy_header + upgrade_request(port, options));
  const Deadline deadline;
  handshake_ = read_head(socket_, deadline);
  if (!upgraded()) {
    const std::string length = handshake_.header("content-length");
    if (!length.empty()) handshake_.body = socket_.take(std::stoul(length), deadline);
    return;
  }
  require(handshake_.header("sec-websocket-accept") == kAccept, "Sec-WebSocket-Accept");
  const std::string chosen = handshake_.header("sec-websocket-protocol");
  bool offered = chosen.empty();
  for (const std::string& name : options.subprotocols) offered = offered || name == chosen;
  require(offered, "a subprotocol that was not offered");
}

void WsClient::send(Opcode opcode, std::string_view payload) {
  send_frame({.opcode = opcode, .payload = std::string(payload)});
}

void WsClient::send_frame(const Frame& frame, bool masked) {
  socket_.write(encode_frame(frame, masked));
}

void WsClient::send_close(std::uint16_t code, std::string_view reason) {
  std::string payload;
  append_big_endian(payload, code, 2);
  send(Opcode::kClose, payload + std::string(reason));
}

bool WsClient::has_whole_frame() const {
  const auto [header, payload] = frame_size(socket_.buffered());
  return header > 0 && socket_.buffered().size() >= header + payload;
}

// REQUIRES: has_whole_frame().
Frame WsClient::read_frame(Deadline deadline) {
  const auto [header, payload] = frame_size(socket_.buffered());
  const std::string head = socket_.take(header, deadline);
  const auto first = static_cast<unsigned char>(head[0]);
  require((static_cast<unsigned char>(head[1]) & 0x80) == 0, "a masked frame");
  require((first & 0x70) == 0, "a reserved bit");
  require(header == 2 || payload >= (header == 4 ? 126u : 65536u), "a length that is not minimal");
  Frame frame{.fin = (first & 0x80) != 0,
              .rsv = 0,
              .opcode = Opcode{static_cast<std::uint8_t>(first & 15)},
              .payload = socket_.take(payload, deadline)};
  if (frame.opcode >= Opcode::kClose) {
    require(frame.fin && payload <= 125, "a control frame that is fragmented or too large");
  }
  return frame;
}

Incoming WsClient::control(const Frame& frame) {
  if (frame.opcode == Opcode::kPing) {
    if (options_.answers_pings) send(Opcode::kPong, frame.payload);
    return {Incoming::Kind::kPing, frame.payload, 0};
  }
  if (frame.opcode == Opcode::kPong) return {Incoming::Kind::kPong, frame.payload, 0};
  require(frame.opcode == Opcode::kClose, "an unknown opcode");
  require(frame.payload.size() != 1, "a close frame with half a code");
  if (frame.payload.empty()) return {Incoming::Kind::kClose, "", 1005};
  return {Incoming::Kind::kClose, frame.payload.substr(2),
          static_cast<std::uint16_t>(big_endian(std::string_view(frame.payload).substr(0, 2)))};
}

Incoming WsClient::receive(Deadline deadline) {
  while (true) {
    while (!has_whole_frame()) {
      switch (socket_.fill(deadline)) {
        case Socket::Filled::kBytes: break;
        case Socket::Filled::kEnd: return {Incoming::Kind::kEnd, "", 0};
        case Socket::Filled::kTimeout: return {};
      }
      require(frame_size(socket_.buffered()).second <= kFrameBytesMax,
              "a frame beyond all measure");
    }
    Frame frame = read_frame(deadline);
    if (frame.opcode >= Opcode::kClose) return control(frame);
    if (frame.opcode == Opcode::kContinuation) {
      require(message_opcode_ != Opcode::kContinuation, "a continuation of nothing");
    } else {
      require(message_opcode_ == Opcode::kContinuation, "a message inside a message");
      message_opcode_ = frame.opcode;
    }
    message_ += frame.payload;
    if (!frame.fin) continue;
    const bool is_text = std::exchange(message_opcode_, Opcode::kContinuation) == Opcode::kText;
    return {is_text ? Incoming::Kind::kText : Incoming::Kind::kBinary, std::exchange(message_, ""),
            0};
  }
}

}  // namespace courtside::e2e
