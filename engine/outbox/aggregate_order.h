// Puts the events of each aggregate into the order of their versions: version n+1 waits for n,
// within bounds.
//
// A table is read in the order of transaction ids, which is not the order of change: a transaction
// that began first may have changed the row last. The producer numbers each aggregate under its
// row's lock, so when n+1 is there, n is committed too, and only further on in the table.
//
//   rows as read     b1/2   b2/7   b1/1      (aggregate/version)
//   delivered               b2/7   b1/1 b1/2
//
// The first version seen of an aggregate is its base, unless a lower one is among the rows that
// are still to be read. A row that has waited long goes before its earlier ones, unless one of them
// is still to be read, and so does the first of too many; they are told apart, as are those that
// come after a later one went. Rows without a version wait for nothing.
//
// What waits and what each aggregate's last version is are notes, written with the place, so the
// place may pass a row that waits. It holds what the log does not have yet: when a step was not
// taken, throw it away and load another. No I/O but through Lookups. Threads: one.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/outbox/outbox_row.h"
#include "engine/outbox/outbox_source.h"
#include "schema/command.h"

namespace courtside {

// Of rows that wait, and of what aggregates' last versions are: the beginnings of their notes.
constexpr std::string_view kHeldPrefix = "held/";
constexpr std::string_view kVersionPrefix = "version/";

class AggregateOrder {
 public:
  struct Limits {
    std::size_t held_max = 1000;
    std::uint64_t held_ms = 10'000;
  };
  struct Lookups {
    // The value of a note of this source, or empty.
    std::function<Result<std::string>(const std::string& key)> note;
    // Of rows that are yet to be read: OutboxSource::lowest_unread.
    std::function<Result<std::vector<AggregateVersion>>(const std::vector<AggregateKey>&)>
        lowest_unread;
  };

  struct Ready {
    enum class How : std::uint8_t {
      kInOrder,
      kAhead,  // waited in vain: an earlier version has not come
      kLate,   // a later one went before, or the same
    };
    OutboxRow row;
    How how = How::kInOrder;
    std::uint64_t expected = 0;   // the version that should have come
    std::uint64_t waited_ms = 0;  // of kAhead
  };
  struct Outcome {
    std::vector<Ready> ready;
    std::vector<SourceNote> notes;
  };

  AggregateOrder(const Limits& limits, Lookups lookups);

  // What waited when the last one ended: the notes under kHeldPrefix. Waiting begins anew.
  // data_corrupt when one is no row.
  Result<void> load(const std::vector<SourceNote>& held, std::uint64_t now_ms);

  // The next rows of the source, and what has waited long enough.
  Result<Outcome> take(std::vector<OutboxRow> rows, std::uint64_t now_ms);

  std::size_t held() const { return held_count_; }
  // The places of the rows that wait. It walks all of them.
  std::set<std::string> held_places() const;
  // When take() has something to do without rows.
  std::optional<std::uint64_t> next_expiry_ms();

 private:
  struct Held {
    OutboxRow row;
    std::uint64_t since_ms = 0;
  };
  struct Aggregate {
    std::uint64_t last = 0;  // the version that went last
    std::multimap<std::uint64_t, Held> held;
  };
  struct Waiting {
    AggregateKey key;
    std::string place;
    std::uint64_t due_ms;
  };
  using Aggregates = std::map<AggregateKey, Aggregate>;

  Result<void> meet(const std::vector<OutboxRow>& rows);
  void add(Outcome& outcome, OutboxRow row, std::uint64_t now_ms);
  void hold(Outcome& outcome, Aggregates::iterator aggregate, OutboxRow row, std::uint64_t now_ms);
  void release_next(Outcome& outcome, Aggregates::iterator aggregate);
  Result<void> expire(Outcome& outcome, std::uint64_t now_ms);
  void force(Outcome& outcome, const AggregateKey& key, std::uint64_t now_ms);
  void take_out(Outcome& outcome, Aggregate& aggregate, Ready::How how, std::uint64_t now_ms);
  bool is_waiting(const Waiting& waiting) const;
  void forget_idle();

  const Limits limits_;
  const Lookups lookups_;
  Aggregates known_;             // with everything that waits, and some others
  std::deque<Waiting> waiting_;  // oldest first; some have gone
  std::size_t held_count_ = 0;
  std::set<AggregateKey> moved_;  // in this outcome
};

}  // namespace courtside
