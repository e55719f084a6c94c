// A source of outbox rows: a table, or the messages of a replication slot, in a database that may
// become unreachable at any time. A `place` is a source position: a text that only its source
// interprets.
//
//   identity(), check_place(place)   are these the rows that were read before?
//   read(place) -> rows, next place  repeatedly
//   reject(rows)                     before the place passes them
//   passed(place)                    finds rows before the place that may have been skipped
//   tidy(place)                      once the log has everything up to it
//
// Every call blocks, for at most query_ms as far as the server obeys it. Errors: `unavailable` (the
// connection is lost: discard the source and make another) and `bad_configuration` (the requested
// thing does not exist or is not allowed).
//
// Threads: one at a time; interrupt() and check_overdue() on any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/outbox/outbox_row.h"

namespace courtside {

struct OutboxPage {
  std::vector<OutboxRow> rows;  // in the source's order
  std::string end;              // the next place; unchanged when there was nothing
  bool is_full = false;         // more rows are probably available at once
  std::uint64_t ignored = 0;    // non-transactional messages with our prefix: no events
};

// The aggregate of a row; each aggregate has its own versions.
struct AggregateKey {
  std::string type;
  std::string id;
  friend auto operator<=>(const AggregateKey&, const AggregateKey&) = default;
};

struct AggregateVersion {
  AggregateKey aggregate;
  std::uint64_t version = 0;
};

struct Rejection {
  OutboxRow row;
  std::string reason;
};

// Rows at or before the place that may not have existed when the place passed them: one piece of a
// check of all rows.
struct SkippedPage {
  std::vector<OutboxRow> rows;  // without payloads
  std::string end;              // continue the check from here
  bool is_last = false;         // no rows between `end` and the place
  std::string mark;             // see OutboxSource::passed
};

// Reason in the table of rejected rows: the row is committed and was never read.
constexpr std::string_view kSkippedReason =
    "never read: it came after the source had passed its place";
// The same when the row may have been read long ago, so that reading it again might publish it
// twice. docs/postgres.md names such rows by the text before the colon.
constexpr std::string_view kUncertainReason =
    "uncertain: it is not in the log, but retention has dropped events that may include it";

// Mark for OutboxSource::passed that means: check every row, because the place may be of another
// database or another time.
constexpr std::string_view kNothingIsChecked = "none";

// How far the reader lags behind, and the cause.
struct OutboxLag {
  std::uint64_t rows = 0;       // committed and unread; kMessages: unknown, 0
  bool more_rows = false;       // there are more than were counted
  double seconds = 0;           // age of the oldest of them
  std::uint64_t bytes = 0;      // WAL bytes that the slot retains on the server's disk
  std::string slot_state;       // pg_replication_slots.wal_status; only kMessages
  std::uint64_t rejected = 0;   // rejected rows, without the following two
  std::uint64_t skipped = 0;    // rejected rows with kSkippedReason
  std::uint64_t uncertain = 0;  // rejected rows with kUncertainReason
  std::string notice;           // advice for the operator; empty: none

  // The oldest open transaction in the cluster that has written something; a table is not read
  // beyond it. pid 0: there is none.
  struct Transaction {
    std::uint64_t pid = 0;
    std::uint64_t id = 0;  // transaction id; tells it from the session's next one
    std::string holder;    // "app@10.0.0.7 (psql), idle in transaction", or a prepared one's name
    double seconds = 0;    // open for this long; 0 when the server does not report it
  } oldest;
};

class OutboxSource {
 public:
  virtual ~OutboxSource() = default;

  // "<system identifier>/<timeline>/<database>". Places keep their meaning while it stays the same.
  virtual Result<std::string> identity() = 0;

  // Whether reading may continue from `place`, whose row had the id `last_id` (empty: unknown).
  // position_expired when it may not, because events may be lost: the database was restored to an
  // earlier time, or no longer has the rows after the place; the operator must decide.
  // bad_configuration when something is missing that the operator can add. The message gives the
  // cause.
  //
  // False: reading may continue, but the last row that was read is gone, so nothing proves that the
  // rows up to the place are those that were read.
  virtual Result<bool> check_place(const std::string& place, const std::string& last_id) = 0;

  // The rows after `place` (empty: from the beginning). Each row comes once, and no row appears
  // later before the page's end.
  virtual Result<OutboxPage> read(const std::string& place) = 0;

  // Whether rows come in commit order; then AggregateOrder is not needed.
  virtual bool is_in_commit_order() const = 0;

  // The lowest version of each aggregate among the committed rows after `place`, as far as the
  // source searches. Aggregates without one are left out.
  virtual Result<std::vector<AggregateVersion>> lowest_unread(
      const std::string& place, const std::vector<AggregateKey>& aggregates) = 0;

  // Writes the rows to the table of rejected rows. Repeats change nothing.
  virtual Result<void> reject(const std::vector<Rejection>& rejections) = 0;

  // Finds rows that may have been skipped: rows whose number is not the id of the transaction that
  // wrote them (they were copied or changed later) may have appeared after the place had passed
  // them. Returns such rows in (`from`, `place`] (empty `from`: from the beginning), without those
  // already rejected. The caller must find out whether they were read.
  //
  // `checked` is the mark of an earlier complete check: rows written before it are left out. Empty:
  // there was none. kNothingIsChecked: returns every row. The page's mark is for the next check,
  // when this page was the first of a complete check; it is empty while rows up to `place` may
  // still be committed.
  virtual Result<SkippedPage> passed(const std::string& from, const std::string& place,
                                     const std::string& checked) = 0;

  // The log has everything up to `place`: deletes rows that are no longer needed, but none that a
  // check with this mark could still return. True when there is more to delete at once.
  virtual Result<bool> tidy(const std::string& place, const std::string& checked) = 0;

  virtual Result<OutboxLag> lag(const std::string& place) = 0;

  // Waits until new rows are likely, `wake` (a descriptor) is readable, or timeout_ms have passed.
  // True when the database sent a notification.
  virtual Result<bool> wait(int wake, std::uint64_t timeout_ms) = 0;

  // Ends a blocking call and every later one with `unavailable`.
  virtual void interrupt() = 0;
  // The same if the current call takes longer than any server may; call it from a timer.
  virtual void check_overdue() = 0;
};

// Connects. Called again after each `unavailable`.
using MakeOutboxSource = std::function<Result<std::unique_ptr<OutboxSource>>()>;

}  // namespace courtside
