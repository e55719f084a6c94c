// Reading FlatBuffers at any address. The library assumes that a buffer itself is aligned, but a
// message in a socket's buffer, or a record in a page, may begin anywhere. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace courtside {

// The offset of the root table. (flatbuffers::GetRoot would read this number as an aligned one.)
inline std::size_t root_begin(std::string_view buffer) {
  std::uint32_t begin;
  std::memcpy(&begin, buffer.data(), sizeof(begin));
  return begin;
}

// The same bytes at a multiple of 8, for verifying and for reading many fields. They are copied
// only if they are not aligned.
class AlignedBytes {
 public:
  explicit AlignedBytes(std::string_view bytes) : view_(bytes) {
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0) return;
    copy_.reserve(64);  // on the heap: a std::string's inline buffer has no guaranteed alignment
    copy_ = bytes;
    view_ = copy_;
  }
  AlignedBytes(const AlignedBytes&) = delete;
  AlignedBytes& operator=(const AlignedBytes&) = delete;

  std::string_view view() const { return view_; }
  const std::uint8_t* data() const { return reinterpret_cast<const std::uint8_t*>(view_.data()); }

 private:
  std::string copy_;
  std::string_view view_;
};

}  // namespace courtside
