// Loads the facts that are in the log: who is in a chat room, who opened a ticket, who wrote a
// message, who got a notification.
//
// It reads the events of fact_channel(), usually a handful, on its own thread, so that no other
// read waits for it.
//
// Threads: load on any; `done` runs on its own thread. The destructor answers all pending loads
// first.
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
  // Pending loads; beyond that load() answers overloaded.
  static constexpr std::size_t kLoadsMax = 10'000;
  // Records examined per fact; beyond that the answer is overloaded.
  static constexpr std::uint64_t kScannedMax = 100'000;

  // All references must outlive it.
  LogFacts(const LogReader& log, const PageReader& pages) : log_(log), pages_(pages) {}

  void load(const FactKey& key, std::function<void(Result<Fact>)> done) override;

 private:
  const LogReader& log_;
  const PageReader& pages_;
  std::atomic<std::size_t> loads_{0};
  ReadPool thread_{1};
};

}  // namespace courtside
