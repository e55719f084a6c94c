// A scan that keeps what it reads from, and reports the damage that it finds.
//
// Threads: as the scan within.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "eventlog/log_reader.h"
#include "eventlog/storage/damage_report.h"

namespace courtside {

// `Scan`: RecordScan or OffsetScan; `Item`: what it finds; `Kept`: outlives the scan within.
template <typename Scan, typename Item, typename Kept>
class WatchedScan : public Scan {
 public:
  WatchedScan(std::shared_ptr<Kept> kept, std::unique_ptr<Scan> scan, DamageReport& damage)
      : kept_(std::move(kept)), scan_(std::move(scan)), damage_(damage) {}

  Result<std::optional<Item>> next() override {
    Result<std::optional<Item>> item = scan_->next();
    if (!item) damage_.add(item.error());
    return item;
  }

 private:
  const std::shared_ptr<Kept> kept_;
  const std::unique_ptr<Scan> scan_;
  DamageReport& damage_;
};

}  // namespace courtside
