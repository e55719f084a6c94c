// Facts that the log itself holds: who is in a chat room, who opened a ticket, who wrote a message,
// to whom a notification went.
//
// Threads: load from any; it reads on the read threads. REQUIRES: the pool has run everything
// before this goes.
#pragma once

#include <atomic>
#include <functional>

#include "engine/access/fact.h"
#include "engine/read_pool.h"
#include "eventlog/log_reader.h"
#include "replay/page_reader.h"

namespace courtside {

class LogFacts final : public FactSource {
 public:
  // At a time; more answer overloaded.
  static constexpr std::size_t kLoadsMax = 256;
  // Records looked at for one fact; what would take more answers overloaded.
  static constexpr std::uint64_t kScannedMax = 1'000'000;

  // All outlive it.
  LogFacts(const LogReader& log, const PageReader& pages, ReadPool& reads)
      : log_(log), pages_(pages), reads_(reads) {}

  void load(const FactKey& key, std::function<void(Result<Fact>)> done) override;

 private:
  const LogReader& log_;
  const PageReader& pages_;
  ReadPool& reads_;
  std::atomic<std::size_t> loads_{0};
};

}  // namespace courtside
