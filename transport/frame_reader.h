// wslay's frame parser with values: bytes in, pieces of frames out. It checks single frames
// (minimal lengths; control frames whole and short). WebSocketCodec checks sequences of frames.
// Threads: one connection's loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace courtside {

// The available part of one frame's payload. A frame without payload is one empty piece. The first
// piece is also empty when the input ends behind the frame's length: the length is known then, and
// nothing of the payload.
struct FramePiece {
  std::uint8_t opcode = 0;  // 4 bits
  std::uint8_t rsv = 0;     // 3 bits
  bool fin = false;
  bool masked = false;  // on the wire; `data` is unmasked
  bool first = false;   // of its frame
  bool last = false;
  std::uint64_t frame_bytes = 0;  // the announced payload length of the whole frame
  std::string_view data;          // valid until the next call
};

class FrameReader {
 public:
  FrameReader();
  ~FrameReader();

  // The input of next(). REQUIRES: next() has returned kNeedsInput since the last set_input(), or
  // restart() was called.
  void set_input(std::string_view input);

  enum class Step : std::uint8_t { kPiece, kNeedsInput, kMalformed };
  Step next(FramePiece& piece);

  // True when no byte of an unfinished frame has been read.
  bool at_boundary() const;
  // The size of the input after the last whole frame. REQUIRES: next() just returned a piece with
  // `last`.
  std::size_t unread_bytes() const;
  // Discards all input and starts at a frame boundary.
  void restart();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace courtside
