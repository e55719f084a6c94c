#include "bench/server_frames.h"

namespace courtside {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kCompressed = 0x40;
constexpr unsigned kReserved = 0x30;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength16 = 126;
constexpr unsigned kLength64 = 127;

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

}  // namespace

// RFC 6455, section 5.2.
ServerFrame read_server_frame(std::string_view bytes) {
  ServerFrame frame;
  if (bytes.size() < 2) return frame;
  const unsigned first = byte_at(bytes, 0);
  const unsigned short_length = byte_at(bytes, 1);
  const unsigned opcode = first & 0xf;
  if ((first & kFinal) == 0 || (first & kReserved) != 0 || opcode == 0 ||
      (short_length & kMasked) != 0) {
    frame.kind = ServerFrame::Kind::kForeign;
    return frame;
  }
  const std::size_t length_bytes = short_length == kLength16   ? 2
                                   : short_length == kLength64 ? 8
                                                               : 0;
  frame.header_bytes = 2 + length_bytes;
  if (bytes.size() < frame.header_bytes) return frame;
  std::uint64_t length = length_bytes == 0 ? short_length : 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length = (length << 8) | byte_at(bytes, 2 + i);
  if (bytes.size() - frame.header_bytes < length) return frame;
  frame.kind = ServerFrame::Kind::kWhole;
  frame.opcode = static_cast<Opcode>(opcode);
  frame.is_compressed = (first & kCompressed) != 0;
  frame.payload = bytes.substr(frame.header_bytes, length);
  return frame;
}

}  // namespace courtside
