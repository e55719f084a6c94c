// Decompresses a body with the gzip and zstd libraries, without our own code.
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace courtside {

// Everything that `bytes` decompress to, member by member. `whole` is false when the last member
// has no end. Empty when they are not compressed.
struct Decompressed {
  std::string text;
  bool whole = false;
};

inline std::optional<Decompressed> gunzip(std::string_view bytes) {
  Decompressed out;
  z_stream state{};
  if (inflateInit2(&state, 15 + 16) != Z_OK) return std::nullopt;
  std::string input(bytes);
  state.next_in = reinterpret_cast<Bytef*>(input.data());
  state.avail_in = static_cast<uInt>(input.size());
  std::array<char, 65536> buffer{};
  int result = Z_OK;
  do {
    state.next_out = reinterpret_cast<Bytef*>(buffer.data());
    state.avail_out = static_cast<uInt>(buffer.size());
    result = inflate(&state, Z_NO_FLUSH);
    out.text.append(buffer.data(), buffer.size() - state.avail_out);
    out.whole = result == Z_STREAM_END;
    if (result == Z_STREAM_END && state.avail_in > 0) result = inflateReset(&state);
  } while (result == Z_OK && (state.avail_in > 0 || state.avail_out == 0));
  inflateEnd(&state);
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return std::nullopt;
  return out;
}

inline std::optional<Decompressed> unzstd(std::string_view bytes) {
  Decompressed out;
  ZSTD_DCtx* const state = ZSTD_createDCtx();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::string buffer(65536, '\0');
  std::size_t left = 1;
  bool more = !bytes.empty();
  while (more) {
    ZSTD_outBuffer piece{buffer.data(), buffer.size(), 0};
    left = ZSTD_decompressStream(state, &piece, &in);
    if (ZSTD_isError(left) != 0) break;
    out.text.append(buffer.data(), piece.pos);
    more = in.pos < in.size || piece.pos == piece.size;
  }
  ZSTD_freeDCtx(state);
  if (ZSTD_isError(left) != 0) return std::nullopt;
  out.whole = left == 0;
  return out;
}

}  // namespace courtside
