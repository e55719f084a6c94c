// Where outbox rows come from, as the reader sees it: a table, or the messages of a replication
// slot, in a database that may go away at any moment.
//
//   identity(), check_place(place)   whether these are the rows that were read before
//   read(place) -> rows, next place  again and again
//   reject(rows)                     before the place passes them
//   passed(place)                    what came behind the place
//   tidy(place)                      once the log has everything up to it
//
// Every call blocks, within the settings' query_ms where the server keeps to it. Errors are
// `unavailable` (the connection is lost: throw the source away and make another one) and
// `bad_configuration` (the server says that what it was asked for is not there, or not allowed).
//
// Threads: one at a time; interrupt() and check_overdue() any.
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
  std::string end;              // read on from here; where it was read from, when nothing was there
  bool is_full = false;         // there is probably more at once
  std::uint64_t ignored = 0;    // messages with our prefix that are not transactional: no events
};

// The aggregate of a row, as versions are counted for it.
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

// Rows at or before the place of which it is not certain that the place passed them when they were
// there: one piece of a look at all of them.
struct PassedPage {
  std::vector<OutboxRow> rows;  // without their payloads
  std::string end;              // look on from here
  bool is_last = false;         // nothing stands between `end` and the place
  std::string mark;             // see OutboxSource::passed
};

// In the table of rejected rows: why a row is there that is committed and was never read.
constexpr std::string_view kSkippedReason =
    "never read: it came after the source had passed its place";
// The same, where the row may have been read long ago: reading it again might publish it twice.
// docs/postgres.md names such rows by the text before the colon.
constexpr std::string_view kUncertainReason =
    "uncertain: it is not in the log, but retention has dropped events that may include it";

// A mark of OutboxSource::passed, for a place that may be of another database or another moment.
constexpr std::string_view kNothingIsChecked = "none";

// How far the reader is behind, and who keeps it there.
struct OutboxLag {
  std::uint64_t rows = 0;       // committed and not read; of kMessages: not known, 0
  bool more_rows = false;       // than were counted
  double seconds = 0;           // the age of the oldest of them
  std::uint64_t bytes = 0;      // of WAL that the slot keeps on the server's disk
  std::string slot_state;       // pg_replication_slots.wal_status, of kMessages
  std::uint64_t rejected = 0;   // rows in the table of rejected ones, less the following two
  std::uint64_t skipped = 0;    // rows there with kSkippedReason
  std::uint64_t uncertain = 0;  // rows there with kUncertainReason
  std::string notice;           // what somebody should do about it; empty: nothing

  // The oldest open transaction that has written something, anywhere in the cluster: a table is
  // not read beyond it. Its pid is 0 when there is none.
  struct Transaction {
    std::uint64_t pid = 0;
    std::uint64_t id = 0;  // its number, to tell it from the next one of the same session
    std::string holder;    // "app@10.0.0.7 (psql), idle in transaction", or a prepared one's name
    double seconds = 0;    // open for so long; 0 when the server does not tell us
  } oldest;
};

class OutboxSource {
 public:
  virtual ~OutboxSource() = default;

  // "<system identifier>/<timeline>/<database>": the same as long as places mean the same.
  virtual Result<std::string> identity() = 0;

  // Whether reading may go on from `place`, where the row with the id `last_id` stood (empty: not
  // known). position_expired when it may not: the database was put back to an earlier moment, or
  // has gone beyond what can be read from there, so that events may be lost; somebody must say what
  // to do. bad_configuration when something is missing that can be mended. The message says what.
  //
  // False: reading may go on, but the row that was read last is gone, so nothing proves that the
  // rows up to the place are those that were read.
  virtual Result<bool> check_place(const std::string& place, const std::string& last_id) = 0;

  // `place` is empty for the beginning. Rows come each once, and none comes later that stands
  // before the page's end.
  virtual Result<OutboxPage> read(const std::string& place) = 0;

  // Whether rows come in the order of commit: then versions need no second look.
  virtual bool is_in_commit_order() const = 0;

  // The lowest version of each of these aggregates among the rows that are committed and not read
  // up to `place`, as far as it looks; those without one are left out.
  virtual Result<std::vector<AggregateVersion>> lowest_unread(
      const std::string& place, const std::vector<AggregateKey>& aggregates) = 0;

  // Puts them where people look for them. Repeats change nothing.
  virtual Result<void> reject(const std::vector<Rejection>& rejections) = 0;

  // Looks behind the reader's back: a row whose number is not that of the transaction that wrote it
  // (it was copied, or changed later) may have come after the place had passed it. Answers such
  // rows at or before `place` and behind `from` (empty: from the beginning), less those in the
  // table of rejected ones. Who calls must find out whether they were read.
  //
  // `checked` is the mark of an earlier look that went through to the end: rows written before it
  // are left out. Empty: there was none. kNothingIsChecked: every row is answered.
  // The page's mark is for the next look, and holds for a look that began with this page; it is
  // empty where rows up to `place` may still be committed.
  virtual Result<PassedPage> passed(const std::string& from, const std::string& place,
                                    const std::string& checked) = 0;

  // The log has everything up to `place`: what is no longer of use may go, but no row that a look
  // with this mark could still answer. True when there is more to do at once.
  virtual Result<bool> tidy(const std::string& place, const std::string& checked) = 0;

  virtual Result<OutboxLag> lag(const std::string& place) = 0;

  // Waits until something may be there to read, `wake` (a descriptor) is readable, or timeout_ms
  // have passed. True when the database called.
  virtual Result<bool> wait(int wake, std::uint64_t timeout_ms) = 0;

  // The call that blocks, if there is one, ends with `unavailable`, and so does every later one.
  virtual void interrupt() = 0;
  // The same where a call takes longer than any server may: for a timer.
  virtual void check_overdue() = 0;
};

// Connects. Called again after each `unavailable`.
using MakeOutboxSource = std::function<Result<std::unique_ptr<OutboxSource>>()>;

}  // namespace courtside
