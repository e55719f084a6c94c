#include "base/compress.h"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cstddef>
#include <limits>

#include "base/check.h"

namespace courtside {
namespace {

constexpr int kGzipLevel = 1;
constexpr int kGzipWindowBits = 15 + 16;  // 16 selects gzip's header and trailer
constexpr int kGzipMemoryLevel = 8;
constexpr int kZstdLevel = 1;
constexpr std::size_t kBufferBytes = 32 * 1024;

}  // namespace

std::string_view name_of(Coding coding) {
  switch (coding) {
    case Coding::kIdentity: return "identity";
    case Coding::kGzip: return "gzip";
    case Coding::kZstd: return "zstd";
  }
  return "";
}

std::optional<Coding> coding_from_name(std::string_view name) {
  for (const Coding coding : {Coding::kIdentity, Coding::kGzip, Coding::kZstd}) {
    if (name_of(coding) == name) return coding;
  }
  return std::nullopt;
}

class Compressor::Stream {
 public:
  virtual ~Stream() = default;
  virtual void append(std::string& out, std::string_view bytes, Then then) = 0;
};

class Compressor::Gzip final : public Stream {
 public:
  Gzip() {
    const int made = deflateInit2(&state_, kGzipLevel, Z_DEFLATED, kGzipWindowBits,
                                  kGzipMemoryLevel, Z_DEFAULT_STRATEGY);
    COURTSIDE_CHECK(made == Z_OK);  // otherwise: out of memory, or a wrong constant
  }
  ~Gzip() override { deflateEnd(&state_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void append(std::string& out, std::string_view bytes, Then then) override {
    COURTSIDE_CHECK(bytes.size() <= std::numeric_limits<uInt>::max());
    // zlib's input pointer is not const, but zlib does not write through it.
    state_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    state_.avail_in = static_cast<uInt>(bytes.size());
    const int flush = then == Then::kEnd     ? Z_FINISH
                      : then == Then::kFlush ? Z_SYNC_FLUSH
                                             : Z_NO_FLUSH;
    std::array<Bytef, kBufferBytes> buffer;
    do {
      state_.next_out = buffer.data();
      state_.avail_out = static_cast<uInt>(buffer.size());
      deflate(&state_, flush);
      out.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - state_.avail_out);
    } while (state_.avail_out == 0);
    if (then == Then::kEnd) deflateReset(&state_);
  }

 private:
  z_stream state_{};
};

class Compressor::Zstd final : public Stream {
 public:
  Zstd() : state_(ZSTD_createCCtx()) {
    COURTSIDE_CHECK(state_ != nullptr);
    ZSTD_CCtx_setParameter(state_, ZSTD_c_compressionLevel, kZstdLevel);
  }
  ~Zstd() override { ZSTD_freeCCtx(state_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  void append(std::string& out, std::string_view bytes, Then then) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    const ZSTD_EndDirective end = then == Then::kEnd     ? ZSTD_e_end
                                  : then == Then::kFlush ? ZSTD_e_flush
                                                         : ZSTD_e_continue;
    std::array<char, kBufferBytes> buffer;
    for (bool done = false; !done;) {
      ZSTD_outBuffer piece{buffer.data(), buffer.size(), 0};
      const std::size_t left = ZSTD_compressStream2(state_, &piece, &in, end);
      COURTSIDE_CHECK(ZSTD_isError(left) == 0);  // out of memory
      out.append(buffer.data(), piece.pos);
      done = then == Then::kMore ? in.pos == in.size : left == 0;
    }
  }

 private:
  ZSTD_CCtx* const state_;
};

Compressor::Compressor(Coding coding) {
  if (coding == Coding::kGzip) stream_ = std::make_unique<Gzip>();
  if (coding == Coding::kZstd) stream_ = std::make_unique<Zstd>();
}

Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

void Compressor::append(std::string& out, std::string_view bytes, Then then) {
  if (stream_ == nullptr) {
    out.append(bytes);
  } else {
    stream_->append(out, bytes, then);
  }
}

std::string compressed(Coding coding, std::string_view bytes) {
  std::string out;
  Compressor(coding).append(out, bytes, Compressor::Then::kEnd);
  return out;
}

}  // namespace courtside
