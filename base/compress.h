// Compression as HTTP and files name it: gzip (RFC 1952) and zstd (RFC 8878), whole or as a stream
// that a reader can follow.
//
//   Compressor compressor(Coding::kZstd);
//   compressor.append(out, page, Compressor::Then::kFlush);   // the reader has the page with this
//   compressor.append(out, "", Compressor::Then::kEnd);
//
// The same calls make the same bytes: there is no time and no name in them. Levels are the fast
// ones, because who compresses here has others to serve.
//
// Threads: one at a time; it may travel.
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
    kMore,   // some of it may be kept back
    kFlush,  // all of it is in `out`
    kEnd,    // and so is the end: what is appended later is a member (a frame) of its own
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
