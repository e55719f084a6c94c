// `<data>/reserve`: disk space that the log keeps from other programs, and gives back when the disk
// is full. Its bytes are allocated and never written.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>

namespace courtside {

class ReserveFile {
 public:
  static constexpr const char* kName = "reserve";

  ReserveFile(const std::string& folder, std::uint64_t bytes);

  // Whether it exists in its full size.
  bool exists() const { return exists_; }
  // Returns false when there is no room for it.
  bool make();
  void remove();

 private:
  const std::string path_;
  const std::uint64_t bytes_;
  bool exists_ = false;
};

}  // namespace courtside
