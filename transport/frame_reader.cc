#include "transport/frame_reader.h"

#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace courtside {
namespace {

constexpr std::uint64_t kShortLengthMax = 125;     // in the second byte
constexpr std::uint64_t kMediumLengthMax = 65535;  // in two more bytes; longer ones in eight

// The frame's size on the wire. wslay refuses lengths that are not minimal, so the length alone
// determines its encoding.
std::uint64_t wire_bytes(const wslay_frame_iocb& frame) {
  const std::uint64_t length_bytes = frame.payload_length <= kShortLengthMax    ? 0
                                     : frame.payload_length <= kMediumLengthMax ? 2
                                                                                : 8;
  const std::uint64_t mask_bytes = frame.mask != 0 ? 4 : 0;
  return 2 + length_bytes + mask_bytes + frame.payload_length;
}

}  // namespace

// wslay reads ahead into its own buffer (4 KiB), so it may have taken more than the current frame;
// the two counters give the difference.
struct FrameReader::Context {
  wslay_frame_context_ptr wslay = nullptr;
  std::string_view input;
  std::uint64_t taken_bytes = 0;     // taken by wslay, of all inputs
  std::uint64_t finished_bytes = 0;  // the part of it in whole frames
  std::uint64_t frame_offset = 0;    // payload bytes of the current frame that were returned
  bool in_frame = false;             // a piece of a frame was returned, and it was not the last

  static ssize_t receive(std::uint8_t* out, std::size_t size_bytes, int /*flags*/, void* user) {
    auto& context = *static_cast<Context*>(user);
    const std::size_t count = std::min(size_bytes, context.input.size());
    if (count == 0) return -1;  // makes wslay return WSLAY_ERR_WANT_READ
    std::memcpy(out, context.input.data(), count);
    context.input.remove_prefix(count);
    context.taken_bytes += count;
    return static_cast<ssize_t>(count);
  }

  void open() {
    const wslay_frame_callbacks callbacks = {nullptr, &Context::receive, nullptr};
    COURTSIDE_CHECK(wslay_frame_context_init(&wslay, &callbacks, this) == 0);
  }
};

FrameReader::FrameReader() : context_(std::make_unique<Context>()) { context_->open(); }

FrameReader::~FrameReader() { wslay_frame_context_free(context_->wslay); }

void FrameReader::set_input(std::string_view input) { context_->input = input; }

FrameReader::Step FrameReader::next(FramePiece& piece) {
  Context& context = *context_;
  wslay_frame_iocb frame{};
  const ssize_t result = wslay_frame_recv(context.wslay, &frame);
  if (result == WSLAY_ERR_WANT_READ) return Step::kNeedsInput;
  if (result < 0) return Step::kMalformed;

  piece.opcode = frame.opcode;
  piece.rsv = frame.rsv;
  piece.fin = frame.fin != 0;
  piece.masked = frame.mask != 0;
  piece.frame_bytes = frame.payload_length;
  piece.data = {reinterpret_cast<const char*>(frame.data), frame.data_length};
  piece.first = !context.in_frame;
  context.frame_offset += frame.data_length;
  piece.last = context.frame_offset == frame.payload_length;
  context.in_frame = !piece.last;
  if (piece.last) {
    context.frame_offset = 0;
    context.finished_bytes += wire_bytes(frame);
  }
  return Step::kPiece;
}

bool FrameReader::at_boundary() const { return context_->taken_bytes == context_->finished_bytes; }

std::size_t FrameReader::unread_bytes() const {
  return context_->input.size() +
         static_cast<std::size_t>(context_->taken_bytes - context_->finished_bytes);
}

void FrameReader::restart() {
  wslay_frame_context_free(context_->wslay);
  *context_ = Context{};
  context_->open();
}

}  // namespace courtside
