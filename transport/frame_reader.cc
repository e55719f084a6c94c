#include "transport/frame_reader.h"

#include <wslay/wslay.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"

namespace courtside {
namespace {

constexpr std::uint64_t kShortLengthMax = 125;     // in the second byte
constexpr std::uint64_t kMediumLengthMax = 65535;  // in two more bytes; longer ones in eight
constexpr std::size_t kHeaderBytesMax = 10;        // without the mask

// The frame's size on the wire. wslay refuses lengths that are not minimal, so the length alone
// determines its encoding.
std::uint64_t wire_bytes(const wslay_frame_iocb& frame) {
  const std::uint64_t length_bytes = frame.payload_length <= kShortLengthMax    ? 0
                                     : frame.payload_length <= kMediumLengthMax ? 2
                                                                                : 8;
  const std::uint64_t mask_bytes = frame.mask != 0 ? 4 : 0;
  return 2 + length_bytes + mask_bytes + frame.payload_length;
}

std::uint8_t header_byte(std::string_view header, std::size_t index) {
  return static_cast<std::uint8_t>(header[index]);
}

// What a frame's header says, up to its length; false while the length is incomplete (RFC 6455,
// section 5.2). wslay has checked these bytes.
bool read_header(std::string_view header, FramePiece& piece) {
  if (header.size() < 2) return false;
  const std::uint8_t short_length = header_byte(header, 1) & 0x7F;
  const std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
  if (header.size() < 2 + length_bytes) return false;
  piece.fin = (header_byte(header, 0) & 0x80) != 0;
  piece.rsv = header_byte(header, 0) >> 4 & 7;
  piece.opcode = header_byte(header, 0) & 0xF;
  piece.masked = (header_byte(header, 1) & 0x80) != 0;
  piece.frame_bytes = length_bytes == 0 ? short_length : 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    piece.frame_bytes = piece.frame_bytes << 8 | header_byte(header, 2 + i);
  }
  return true;
}

}  // namespace

// wslay reads ahead into its own buffer (4 KiB), so it may have taken more than the current frame;
// the two counters give the difference.
struct FrameReader::Context {
  wslay_frame_context_ptr wslay = nullptr;
  std::string_view input;
  std::string_view whole_input;      // of which `input` is the rest
  std::uint64_t taken_bytes = 0;     // taken by wslay, of all inputs
  std::uint64_t finished_bytes = 0;  // the part of it in whole frames
  std::uint64_t frame_offset = 0;    // payload bytes of the current frame that were returned
  bool in_frame = false;             // a piece of a frame was returned, and it was not the last
  std::array<char, kHeaderBytesMax> header{};  // of the current frame
  std::size_t header_bytes = 0;                // of it that came, the mask included

  static ssize_t receive(std::uint8_t* out, std::size_t size_bytes, int /*flags*/, void* user) {
    auto& context = *static_cast<Context*>(user);
    const std::size_t count = std::min(size_bytes, context.input.size());
    if (count == 0) return -1;  // makes wslay return WSLAY_ERR_WANT_READ
    std::memcpy(out, context.input.data(), count);
    context.input.remove_prefix(count);
    context.taken_bytes += count;
    return static_cast<ssize_t>(count);
  }

  // wslay tells nothing of a frame before the first byte of its payload. Called when all input is
  // taken and no payload came: what was taken since the last frame is the header.
  bool complete_header(FramePiece& piece) {
    const auto came = static_cast<std::size_t>(taken_bytes - finished_bytes);
    const std::string_view fresh = whole_input.substr(whole_input.size() - (came - header_bytes));
    for (const char byte : fresh) {
      if (header_bytes < header.size()) header[header_bytes] = byte;
      ++header_bytes;
    }
    return read_header({header.data(), std::min(header_bytes, header.size())}, piece);
  }

  void open() {
    const wslay_frame_callbacks callbacks = {nullptr, &Context::receive, nullptr};
    COURTSIDE_CHECK(wslay_frame_context_init(&wslay, &callbacks, this) == 0);
  }
};

FrameReader::FrameReader() : context_(std::make_unique<Context>()) { context_->open(); }

FrameReader::~FrameReader() { wslay_frame_context_free(context_->wslay); }

void FrameReader::set_input(std::string_view input) {
  context_->input = input;
  context_->whole_input = input;
}

FrameReader::Step FrameReader::next(FramePiece& piece) {
  Context& context = *context_;
  wslay_frame_iocb frame{};
  const ssize_t result = wslay_frame_recv(context.wslay, &frame);
  if (result == WSLAY_ERR_WANT_READ) {
    if (context.in_frame || !context.complete_header(piece)) return Step::kNeedsInput;
    piece.data = {};
    piece.first = true;
    piece.last = false;
    context.in_frame = true;
    return Step::kPiece;
  }
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
    context.header_bytes = 0;
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
