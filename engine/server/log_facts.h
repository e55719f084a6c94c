// Facts that the log itself holds: who is in a chat room, who opened a ticket, who wrote a message,
// to whom a notification went.
//
// It reads the events that reach fact_channel(), a handful for most facts, on a thread of its own,
// so that nobody's events wait for it.
//
// Threads: load from any; answers come on its own. The destructor answers everything first.
#pragma once

#include <atomic>
#include <functional>

#include "engine/access/fact.h"
#include "engine/server/read_pool.h"
#include "eventlog/log_reader.h"
#include "replay/page_reader.h"

namespace courtside {

class LogFacts final : public FactSource {
 public:
  // Waiting at a time; more answer overloaded.
  static constexpr std::size_t kLoadsMax = 10'000;
  // Records looked at for one fact; what would take more answers overloaded.
  static constexpr std::uint64_t kScannedMax = 100'000;

  // All outlive it.
  LogFacts(const LogReader& log, const PageReader& pages) : log_(log), pages_(pages) {}

  void load(const FactKey& key, std::function<void(Result<Fact>)> done) override;

 private:
  const LogReader& log_;
  const PageReader& pages_;
  std::atomic<std::size_t> loads_{0};
  ReadPool thread_{1};
};

}  // namespace courtside
