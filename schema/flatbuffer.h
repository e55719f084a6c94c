// Two helpers around FlatBuffers that its headers lack; included by the .cc files that name it.
// Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace courtside {

// The same bytes at an address that is a multiple of 8. FlatBuffers checks alignment within a
// buffer and takes the buffer's own for granted; a message in the middle of a socket's buffer, or a
// record in the middle of a page, begins anywhere.
class AlignedBytes {
 public:
  explicit AlignedBytes(std::string_view bytes) : view_(bytes) {
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0) return;
    copy_ = bytes;
    // Up to 15 bytes a std::string holds within itself, where 8 is not promised either.
    copy_.reserve(64);
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
