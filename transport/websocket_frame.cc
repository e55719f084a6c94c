// Encodes frames with wslay, once for all connections that receive a frame.
#include <sys/random.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/check.h"
#include "base/hash.h"
#include "transport/websocket_codec.h"

namespace courtside {
namespace {

constexpr std::size_t kCompressedSpareBytesMax = 256 * 1024;  // what a thread keeps of its buffer
constexpr std::size_t kCloseReasonBytesMax = 123;  // 125 of a control frame, minus the code

// Mask keys must be unpredictable (RFC 6455, section 5.3). A system call for each would cost more
// than the frame, so 256 are fetched at a time.
class MaskKeys {
 public:
  void take(std::uint8_t* out, std::size_t size_bytes) {
    if (bytes_.size() - used_ < size_bytes) refill();
    std::memcpy(out, bytes_.data() + used_, size_bytes);
    used_ += size_bytes;
  }

 private:
  void refill() {
    std::size_t filled = 0;
    while (filled < bytes_.size()) {
      const ssize_t count = getrandom(bytes_.data() + filled, bytes_.size() - filled, 0);
      if (count > 0) filled += static_cast<std::size_t>(count);  // otherwise EINTR
    }
    used_ = 0;
  }

  std::array<std::uint8_t, 1024> bytes_{};
  std::size_t used_ = bytes_.size();
};

// One wslay context per thread and role. Between frames it keeps one state: after a masked frame it
// masks the payload of every later frame, even if that frame's header says unmasked.
class FrameWriter {
 public:
  FrameWriter() {
    const wslay_frame_callbacks callbacks = {&FrameWriter::send, nullptr, &FrameWriter::mask};
    COURTSIDE_CHECK(wslay_frame_context_init(&context_, &callbacks, this) == 0);
  }
  ~FrameWriter() { wslay_frame_context_free(context_); }
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  void append(std::string& out, Opcode opcode, std::string_view payload, WebSocketRole role,
              std::uint8_t rsv = WSLAY_RSV_NONE) {
    wslay_frame_iocb frame{};
    frame.rsv = rsv;
    frame.fin = 1;
    frame.opcode = static_cast<std::uint8_t>(opcode);
    frame.payload_length = payload.size();
    frame.mask = role == WebSocketRole::kClient ? 1 : 0;
    frame.data = reinterpret_cast<const std::uint8_t*>(payload.data());
    frame.data_length = payload.size();
    out_ = &out;
    // It is written whole in one call, since send() accepts everything.
    const ssize_t result = wslay_frame_send(context_, &frame);
    COURTSIDE_CHECK(result == static_cast<ssize_t>(payload.size()));
  }

 private:
  static ssize_t send(const std::uint8_t* data, std::size_t size_bytes, int /*flags*/, void* user) {
    static_cast<FrameWriter*>(user)->out_->append(reinterpret_cast<const char*>(data), size_bytes);
    return static_cast<ssize_t>(size_bytes);
  }

  static int mask(std::uint8_t* out, std::size_t size_bytes, void* user) {
    static_cast<FrameWriter*>(user)->mask_keys_.take(out, size_bytes);
    return 0;
  }

  wslay_frame_context_ptr context_ = nullptr;
  std::string* out_ = nullptr;
  MaskKeys mask_keys_;
};

bool continues_character(char byte) { return (static_cast<std::uint8_t>(byte) & 0xC0) == 0x80; }

std::string_view cut_at_character(std::string_view text, std::size_t size_bytes_max) {
  if (text.size() <= size_bytes_max) return text;
  std::size_t end = size_bytes_max;
  while (end > 0 && continues_character(text[end])) --end;
  return text.substr(0, end);
}

FrameWriter& frame_writer(WebSocketRole role) {
  static thread_local FrameWriter server;
  static thread_local FrameWriter client;
  return role == WebSocketRole::kServer ? server : client;
}

// The thread's compressor for this window. Nearly all clients have the same.
MessageDeflater& message_deflater(unsigned window_bits) {
  static thread_local std::array<std::optional<MessageDeflater>,
                                 MessageDeflater::kWindowBitsMax + 1>
      deflaters;
  std::optional<MessageDeflater>& deflater = deflaters.at(window_bits);
  if (!deflater) deflater.emplace(window_bits);
  return *deflater;
}

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload, WebSocketRole role) {
  frame_writer(role).append(out, opcode, payload, role);
}

void append_message_frame(std::string& out, Opcode opcode, std::string_view payload,
                          unsigned window_bits) {
  if (window_bits == 0 || payload.size() < kDeflateBytesMin) {
    return append_frame(out, opcode, payload);
  }
  static thread_local std::string compressed;
  compressed.clear();
  if (message_deflater(window_bits).append(compressed, payload)) {
    frame_writer(WebSocketRole::kServer)
        .append(out, opcode, compressed, WebSocketRole::kServer, WSLAY_RSV1_BIT);
  } else {
    append_frame(out, opcode, payload);
  }
  if (compressed.capacity() > kCompressedSpareBytesMax) compressed = std::string();
}

void append_close_frame(std::string& out, std::uint16_t code, std::string_view reason,
                        WebSocketRole role) {
  std::string body;
  if (code != 1005) {  // "no code" is an empty body, never a number on the wire
    body.push_back(static_cast<char>(code >> 8));
    body.push_back(static_cast<char>(code & 0xFF));
    body.append(cut_at_character(reason, kCloseReasonBytesMax));
  }
  append_frame(out, Opcode::kClose, body, role);
}

std::string websocket_accept(std::string_view key) {
  std::string text(key);
  text.append("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  return base64_encode(sha1(text));
}

}  // namespace courtside
