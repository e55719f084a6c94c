#include "transport/send_queue.h"

#include <utility>

#include "base/check.h"

namespace courtside {
namespace {

constexpr std::size_t kSentPiecesMax = 1024;  // 32 bytes each, before they are removed

}  // namespace

void SendQueue::push(SharedBytes bytes) {
  if (bytes.empty()) return;
  size_bytes_ += bytes.size();
  pieces_.push_back(std::move(bytes));
}

void SendQueue::consume(std::size_t count_bytes) {
  COURTSIDE_CHECK(count_bytes <= size_bytes_);
  size_bytes_ -= count_bytes;
  if (size_bytes_ == 0) return clear();
  while (count_bytes >= pieces_[sent_].size()) {
    count_bytes -= pieces_[sent_].size();
    pieces_[sent_++] = SharedBytes();
  }
  pieces_[sent_].remove_prefix(count_bytes);
  // Remove them when they are the larger half, so that each piece is moved once on average.
  if (sent_ > kSentPiecesMax && sent_ > pieces_.size() / 2) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = 0;
  }
}

void SendQueue::clear() {
  std::vector<SharedBytes>().swap(pieces_);  // frees the memory, which clear() would not
  sent_ = 0;
  size_bytes_ = 0;
}

}  // namespace courtside
