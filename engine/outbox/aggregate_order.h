// Sorts the events of each aggregate by version: version n+1 waits for n, within bounds.
//
// A table is read in the order of transaction ids, which is not the order of changes: a transaction
// that began first may have changed the row last. The producer numbers an aggregate's changes under
// its row lock. So when n+1 is visible, n is committed, too, and comes later in the table.
//
//   rows as read     b1/2   b2/7   b1/1      (aggregate/version)
//   delivered               b2/7   b1/1 b1/2
//
// The first version seen of an aggregate is its base, unless a lower one is among the unread rows.
// A row that waited too long is released before its missing earlier versions (kAhead), unless one
// of them is still unread. When too many rows wait, the oldest is released the same way. An earlier
// version that comes later is kLate. Rows without a version never wait.
//
// Waiting rows and each aggregate's last version are stored as notes, in the same write as the
// source position, so the position may pass a waiting row. The object may be ahead of the log: when
// a write fails, discard it and load another one. It does no I/O except through Lookups. Threads:
// one.
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

// Key prefixes of the notes of waiting rows and of aggregates' last versions.
constexpr std::string_view kWaitingPrefix = "held/";
constexpr std::string_view kVersionPrefix = "version/";

class AggregateOrder {
 public:
  struct Limits {
    std::size_t held_max = 1000;
    std::uint64_t held_ms = 10'000;
  };
  struct Lookups {
    // The value of a note of this source; empty when there is none.
    std::function<Result<std::string>(const std::string& key)> note;
    // Looks among unread rows: OutboxSource::lowest_unread.
    std::function<Result<std::vector<AggregateVersion>>(const std::vector<AggregateKey>&)>
        lowest_unread;
  };

  struct Ready {
    enum class How : std::uint8_t {
      kInOrder,
      kAhead,  // waited too long: an earlier version has not come
      kLate,   // a later or equal version was released before
    };
    OutboxRow row;
    How how = How::kInOrder;
    std::uint64_t expected = 0;   // the next version in order
    std::uint64_t waited_ms = 0;  // for kAhead
  };
  struct Outcome {
    std::vector<Ready> ready;
    std::vector<SourceNote> notes;
  };

  AggregateOrder(const Limits& limits, Lookups lookups);

  // Loads the rows that were waiting: the notes under kWaitingPrefix. Their waiting time begins
  // again. data_corrupt when a note is not a row.
  Result<void> load(const std::vector<SourceNote>& held, std::uint64_t now_ms);

  // Adds the next rows of the source. Returns the rows that are released now.
  Result<Outcome> take(std::vector<OutboxRow> rows, std::uint64_t now_ms);

  std::size_t held() const { return held_count_; }
  // The source positions of the waiting rows. Visits all of them.
  std::set<std::string> held_places() const;
  // When take() must be called even without new rows.
  std::optional<std::uint64_t> next_expiry_ms();

 private:
  struct Held {
    OutboxRow row;
    std::uint64_t since_ms = 0;
  };
  struct Aggregate {
    std::uint64_t last = 0;  // the last released version
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
  Aggregates known_;             // all aggregates with waiting rows, and some others
  std::deque<Waiting> waiting_;  // oldest first; some were released already
  std::size_t held_count_ = 0;
  std::set<AggregateKey> moved_;  // aggregates whose `last` changed in this take()
};

}  // namespace courtside
