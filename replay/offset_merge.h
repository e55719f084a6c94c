// Merges several scans into one: their offsets in one order, each once.
//
// Threads: one reader's. It holds the resources of its scans: use it and destroy it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "eventlog/log_reader.h"

namespace courtside {

class OffsetMerge : public OffsetScan {
 public:
  // REQUIRES: every scan walks in `direction`.
  OffsetMerge(std::vector<std::unique_ptr<OffsetScan>> scans, Direction direction);

  Result<std::optional<Offset>> next() override;

 private:
  // The next offset of one scan.
  struct Head {
    Offset offset;
    std::size_t scan;
  };

  Result<void> start();
  Result<void> push_head(std::size_t scan);
  bool comes_later(const Head& a, const Head& b) const;

  std::vector<std::unique_ptr<OffsetScan>> scans_;
  const Direction direction_;
  std::vector<Head> heads_;  // a heap, the next offset in front
  std::optional<Offset> last_;
  bool started_ = false;
};

}  // namespace courtside
