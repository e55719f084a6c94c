#include "base/message_deflate.h"

#include <zlib.h>

#include <array>
#include <limits>

#include "base/check.h"

namespace courtside {
namespace {

constexpr int kDeflateLevel = 1;
// A hash table of 2^12 entries, which is cleared for each message, and blocks of 2^11 symbols.
constexpr int kDeflateMemoryLevel = 5;
constexpr int kInflateWindowBits = 15;  // whatever the sender uses
constexpr std::size_t kInflateBufferBytes = 16 * 1024;
constexpr std::string_view kMessageEnd("\x00\x00\xff\xff", 4);

// zlib's input pointer is not const, but zlib does not write through it.
void set_zlib_input(z_stream& stream, std::string_view bytes) {
  COURTSIDE_CHECK(bytes.size() <= std::numeric_limits<uInt>::max());
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
}

}  // namespace

struct MessageDeflater::State {
  explicit State(unsigned window_bits) {
    const int made =
        deflateInit2(&stream, kDeflateLevel, Z_DEFLATED, -static_cast<int>(window_bits),
                     kDeflateMemoryLevel, Z_DEFAULT_STRATEGY);
    COURTSIDE_CHECK(made == Z_OK);  // otherwise: out of memory, or a wrong constant
  }
  ~State() { deflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  z_stream stream{};
};

MessageDeflater::MessageDeflater(unsigned window_bits) {
  COURTSIDE_CHECK(window_bits >= kWindowBitsMin && window_bits <= kWindowBitsMax);
  state_ = std::make_unique<State>(window_bits);
}

MessageDeflater::~MessageDeflater() = default;

bool MessageDeflater::append(std::string& out, std::string_view message) {
  z_stream& stream = state_->stream;
  deflateReset(&stream);
  set_zlib_input(stream, message);
  const std::size_t before = out.size();
  // zlib stops when this is full, so that a message that does not get smaller costs no more.
  const std::size_t room = message.size() + kMessageEnd.size();
  out.resize(before + room);
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
  stream.avail_out = static_cast<uInt>(room);
  deflate(&stream, Z_SYNC_FLUSH);
  const std::size_t size_bytes = room - stream.avail_out;
  if (stream.avail_out == 0 || size_bytes - kMessageEnd.size() >= message.size()) {
    out.resize(before);
    return false;
  }
  out.resize(before + size_bytes - kMessageEnd.size());
  return true;
}

struct MessageInflater::State {
  State() {
    COURTSIDE_CHECK(inflateInit2(&stream, -kInflateWindowBits) == Z_OK);  // otherwise: no memory
  }
  ~State() { inflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Between two blocks, or behind the last one.
  bool at_block_end() const { return is_at_end || (stream.data_type & 128) != 0; }

  Outcome feed(std::string& out, std::string_view bytes, std::size_t& bytes_left) {
    std::array<Bytef, kInflateBufferBytes> buffer;
    set_zlib_input(stream, bytes);
    do {
      if (is_at_end) inflateReset(&stream);  // behind a final block
      stream.next_out = buffer.data();
      stream.avail_out = static_cast<uInt>(buffer.size());
      const int result = inflate(&stream, Z_SYNC_FLUSH);
      COURTSIDE_CHECK(result != Z_MEM_ERROR);
      is_at_end = result == Z_STREAM_END;
      // Z_BUF_ERROR: it had used all input before.
      if (!is_at_end && result != Z_OK && result != Z_BUF_ERROR) return Outcome::kBroken;
      const std::size_t made = buffer.size() - stream.avail_out;
      if (made > bytes_left) return Outcome::kTooLarge;
      out.append(reinterpret_cast<const char*>(buffer.data()), made);
      bytes_left -= made;
    } while (stream.avail_in > 0 || (stream.avail_out == 0 && !is_at_end));
    return Outcome::kWhole;
  }

  z_stream stream{};
  bool is_at_end = false;  // of a final block
};

MessageInflater::MessageInflater() : state_(std::make_unique<State>()) {}

MessageInflater::~MessageInflater() = default;

MessageInflater::Outcome MessageInflater::append(std::string& out, std::string_view compressed,
                                                 std::size_t bytes_max) {
  if (compressed.empty()) return Outcome::kWhole;
  inflateReset(&state_->stream);
  state_->is_at_end = false;
  std::size_t bytes_left = bytes_max;
  if (const Outcome fed = state_->feed(out, compressed, bytes_left); fed != Outcome::kWhole) {
    return fed;
  }
  if (state_->at_block_end()) return Outcome::kWhole;
  if (const Outcome fed = state_->feed(out, kMessageEnd, bytes_left); fed != Outcome::kWhole) {
    return fed;
  }
  return state_->at_block_end() ? Outcome::kWhole : Outcome::kBroken;
}

}  // namespace courtside
