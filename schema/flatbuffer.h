// What reading FlatBuffers at any address takes. The library checks alignment within a buffer and
// takes the buffer's own for granted; but a message in the middle of a socket's buffer, or a record
// in the middle of a page, begins anywhere. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace courtside {

// Where a buffer's root table begins: flatbuffers::GetRoot reads this as an aligned number.
inline std::size_t root_begin(std::string_view buffer) {
  std::uint32_t begin;
  std::memcpy(&begin, buffer.data(), sizeof(begin));
  return begin;
}

// The same bytes at an address that is a multiple of 8, for verifying and for reading many fields.
class AlignedBytes {
 public:
  explicit AlignedBytes(std::string_view bytes) : view_(bytes) {
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0) return;
    copy_.reserve(64);  // on the heap: within itself a std::string promises no alignment
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
