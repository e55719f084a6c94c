// The bytes that a connection has to send: shared immutable pieces, in order, gathered into few
// writes. Does no I/O. An empty queue holds no memory (a std::deque would hold 576 bytes, for every
// idle connection). Threads: one connection's loop.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"

namespace courtside {

class SendQueue {
 public:
  // Shares ownership of `bytes`; empty ones are ignored.
  void push(SharedBytes bytes);

  std::size_t size_bytes() const { return size_bytes_; }
  bool empty() const { return size_bytes_ == 0; }

  // Calls `visit(string_view)` for the first pieces, at most `pieces_max`.
  template <typename Visit>
  void gather(std::size_t pieces_max, Visit visit) const {
    const std::size_t waiting = pieces_.size() - sent_;
    const std::size_t end = sent_ + (waiting < pieces_max ? waiting : pieces_max);
    for (std::size_t index = sent_; index < end; ++index) visit(pieces_[index].view());
  }

  // Removes the first `count_bytes`, which were sent. REQUIRES: count_bytes <= size_bytes().
  void consume(std::size_t count_bytes);

  void clear();

 private:
  std::vector<SharedBytes> pieces_;  // those before sent_ are empty
  std::size_t sent_ = 0;
  std::size_t size_bytes_ = 0;
};

}  // namespace courtside
