// Hand-made WebSocket frames, valid and invalid: nothing here uses the code under test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace courtside::testing_bytes {

struct FrameSpec {
  std::uint8_t opcode = 1;
  bool fin = true;
  std::uint8_t rsv = 0;
  bool masked = true;
  std::string payload = {};
  int length_bytes = 0;  // 2 or 8: this encoding even if less would do
};

inline void append_big_endian(std::string& out, std::uint64_t number, int size_bytes) {
  for (int shift = (size_bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> shift & 0xFF));
  }
}

inline std::string frame(const FrameSpec& spec) {
  int length_bytes = spec.length_bytes;
  if (length_bytes == 0 && spec.payload.size() > 125) {
    length_bytes = spec.payload.size() > 65535 ? 8 : 2;
  }
  std::string bytes;
  bytes.push_back(static_cast<char>((spec.fin ? 0x80 : 0) | spec.rsv << 4 | spec.opcode));
  const std::size_t short_length = length_bytes == 8   ? 127
                                   : length_bytes == 2 ? 126
                                                       : spec.payload.size();
  bytes.push_back(static_cast<char>((spec.masked ? 0x80 : 0) | short_length));
  append_big_endian(bytes, spec.payload.size(), length_bytes);
  const std::string_view mask = "\x11\x22\x33\x44";
  if (spec.masked) bytes.append(mask);
  for (std::size_t index = 0; index < spec.payload.size(); ++index) {
    const char key = spec.masked ? mask[index % 4] : '\0';
    bytes.push_back(static_cast<char>(spec.payload[index] ^ key));
  }
  return bytes;
}

// A client's text message, and any frame as a server sends it.
inline std::string text(const std::string& payload) {
  return frame({.opcode = 1, .payload = payload});
}
inline std::string served(std::uint8_t opcode, const std::string& payload) {
  return frame({.opcode = opcode, .masked = false, .payload = payload});
}

inline std::string close_body(int code, std::string_view reason) {
  std::string body;
  append_big_endian(body, static_cast<std::uint64_t>(code), 2);
  return body.append(reason);
}

}  // namespace courtside::testing_bytes
