// wslay's frame parser behind values: bytes in, pieces of frames out. It checks what concerns one
// frame alone (minimal lengths, control frames whole and short); what a sequence of frames may be
// is WebSocketCodec's matter. Threads: one connection's loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace courtside {

// As much of one frame's payload as was at hand. A frame without payload is one empty piece.
struct FramePiece {
  std::uint8_t opcode = 0;  // 4 bits
  std::uint8_t rsv = 0;     // 3 bits
  bool fin = false;
  bool masked = false;  // on the wire; `data` is unmasked
  bool first = false;   // of its frame
  bool last = false;
  std::uint64_t frame_bytes = 0;  // announced for the whole frame's payload: a claim, not a fact
  std::string_view data;          // valid until the next call
};

class FrameReader {
 public:
  FrameReader();
  ~FrameReader();

  // What next() reads. REQUIRES: next() has answered kNeedsInput since the last one, or restart().
  void set_input(std::string_view input);

  enum class Step : std::uint8_t { kPiece, kNeedsInput, kMalformed };
  Step next(FramePiece& piece);

  // True when not one byte of an unfinished frame has been read.
  bool at_boundary() const;
  // Bytes of the input behind the last whole frame. REQUIRES: a piece with `last` just came.
  std::size_t unread_bytes() const;
  // Forgets all input: at a boundary again.
  void restart();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace courtside
