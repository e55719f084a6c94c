// What a connection has yet to send: shared immutable pieces, in order, gathered into few writes.
// Does no I/O. Threads: one connection's loop.
#pragma once

#include <cstddef>
#include <deque>

#include "base/bytes.h"

namespace courtside {

class SendQueue {
 public:
  void push(SharedBytes bytes);

  std::size_t size_bytes() const { return size_bytes_; }
  bool empty() const { return size_bytes_ == 0; }

  // Calls `visit(string_view)` for the first pieces, at most `pieces_max`.
  template <typename Visit>
  void gather(std::size_t pieces_max, Visit visit) const {
    std::size_t count = 0;
    for (const SharedBytes& piece : pieces_) {
      if (count++ == pieces_max) return;
      visit(piece.view());
    }
  }

  // The first `count_bytes` have been sent. REQUIRES: count_bytes <= size_bytes().
  void consume(std::size_t count_bytes);

  void clear();

 private:
  std::deque<SharedBytes> pieces_;
  std::size_t size_bytes_ = 0;
};

}  // namespace courtside
