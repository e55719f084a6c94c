// Compression for HTTP and files: gzip (RFC 1952) and zstd (RFC 8878), whole or as a stream.
//
//   Compressor compressor(Coding::kZstd);
//   compressor.append(out, page, Compressor::Then::kFlush);   // the reader can decode the page now
//   compressor.append(out, "", Compressor::Then::kEnd);
//
// The output depends only on the calls: it holds no time and no name. The fastest levels are used,
// because the server compresses beside its other work.
//
// Threads: one at a time; a Compressor may move between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace courtside {

enum class Coding : std::uint8_t { kIdentity, kGzip, kZstd };

// "identity", "gzip", "zstd": as in Content-Encoding.
std::string_view name_of(Coding coding);
std::optional<Coding> coding_from_name(std::string_view name);

class Compressor {
 public:
  explicit Compressor(Coding coding);
  ~Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;

  enum class Then : std::uint8_t {
    kMore,   // the compressor may keep bytes back
    kFlush,  // all bytes so far are in `out`
    kEnd,    // flushes and ends the member (gzip) or frame (zstd); the next append starts a new one
  };
  // Appends `bytes`, compressed, to `out`.
  void append(std::string& out, std::string_view bytes, Then then);

 private:
  class Stream;
  class Gzip;
  class Zstd;
  std::unique_ptr<Stream> stream_;  // null: identity
};

std::string compressed(Coding coding, std::string_view bytes);

}  // namespace courtside
