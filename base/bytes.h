// Immutable bytes that several owners share: encoded frames, committed records.
//
// Courtside keeps bytes in std::string and passes them as std::string_view, because every library
// it uses takes those. Threads: a SharedBytes may be copied and destroyed on any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace courtside {

// A slice of an immutable, reference-counted block.
class SharedBytes {
 public:
  SharedBytes() = default;

  explicit SharedBytes(std::string bytes)
      : owner_(std::make_shared<const std::string>(std::move(bytes))), view_(*owner_) {}

  // REQUIRES: `view` lies within `*owner`.
  SharedBytes(std::shared_ptr<const std::string> owner, std::string_view view)
      : owner_(std::move(owner)), view_(view) {}

  // Valid as long as this SharedBytes or a copy of it lives.
  std::string_view view() const { return view_; }
  std::size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }

  void remove_prefix(std::size_t size_bytes) { view_.remove_prefix(size_bytes); }

 private:
  std::shared_ptr<const std::string> owner_;
  std::string_view view_;
};

}  // namespace courtside
