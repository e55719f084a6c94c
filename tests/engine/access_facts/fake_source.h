// A source that answers when the test calls answer(). Threads: the test's.
#pragma once

#include <deque>
#include <utility>

#include "engine/access/fact_cache.h"

namespace courtside {

class FakeSource : public FactSource {
 public:
  struct Asked {
    FactKey key;
    std::function<void(Result<Fact>)> done;
  };

  void load(const FactKey& key, std::function<void(Result<Fact>)> done) override {
    pending.push_back({key, std::move(done)});
  }

  // Answers the oldest pending load. REQUIRES: there is one.
  void answer(Result<Fact> fact) {
    const Asked asked = std::move(pending.front());
    pending.pop_front();
    asked.done(std::move(fact));
  }
  void fail_one() { answer(fail(Code::overloaded, "the database does not answer")); }

  std::deque<Asked> pending;
};

inline Fact booking(std::string account, std::string venue = "v") {
  return BookingFact{.account_id = std::move(account), .venue_id = std::move(venue)};
}

}  // namespace courtside
