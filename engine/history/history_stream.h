// One answer of GET /v1/events that goes on to the end of what was asked for, at its reader's pace:
// when the next part is read, and when the stream must end.
//
//   begin -> [read a part -> send it]* -> end       the reader has everything
//                                      -> cut       an error, a right that ended, a reader that
//                                                   takes too little: never a clean end
//
// The next part is read when the connection has room for it, so a slow reader holds one part and a
// full queue, and no read thread. Nothing is said before the first part is there: until then an
// error is an answer of its own.
//
// It does no I/O: what it wants done it asks of HistoryHost. Threads: its shard's.
// Invariants: at most one part is being read; after over() nothing more is asked of the host.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/access/access.h"
#include "engine/access/reader_rights.h"
#include "engine/history/history_source.h"
#include "engine/routing/publisher.h"

namespace courtside {

// The connection that asked.
class HistoryHost {
 public:
  // Answer with HistoryStream::on_part, later.
  virtual void read_part(std::shared_ptr<HistorySource> source) = 0;
  // The same as HistoryStream::on_checked, now or later.
  virtual std::optional<Result<ReadGrant>> check_history(const Identity& reader,
                                                         const std::vector<std::string>& channels,
                                                         std::uint64_t attempt) = 0;
  // Appends the event that says who reads what; its id. HistoryStream::on_traced tells when it is
  // on the disk.
  virtual Result<std::string> trace_history(const HistoryTrace& trace) = 0;
  // Whether one that was appended is not there yet.
  virtual bool awaits_traces() const = 0;

  virtual void refuse_history(const Error& error) = 0;
  // What follows was recorded behind `after`, up to `through`.
  virtual void start_history(const std::string& after, const std::string& through) = 0;
  virtual void send_history(std::string bytes) = 0;
  virtual void end_history() = 0;
  virtual void cut_history(std::string_view reason) = 0;

  virtual bool congested() const = 0;
  // That its peer's kernel confirmed so far.
  virtual std::uint64_t history_bytes_taken() const = 0;

 protected:
  ~HistoryHost() = default;
};

class HistoryStream {
 public:
  struct Terms {
    Identity reader;
    std::vector<std::string> lifts;  // as granted
    bool audited = false;
    bool head_only = false;   // HEAD: the answer has no body
    std::string export_name;  // empty: none
    std::uint64_t recheck_ms = 0;
    // The reader is cut when it takes less than so much in all the time that it was waited for
    // since it last had, be that time over. At least one byte.
    std::uint64_t stall_ms = 0;
    std::uint64_t bytes_per_second = 0;
    std::int64_t leeway_s = 0;  // beyond the token's end
  };

  HistoryStream(HistoryHost& host, Terms terms, std::shared_ptr<HistorySource> source,
                std::uint64_t now_ms);

  void begin() { go_on(); }
  void on_part(Result<HistoryPart> part);
  void on_traced();
  void on_drained() { go_on(); }
  void on_tick(std::uint64_t now_ms, std::int64_t now_s);
  // A right may have ended: nothing more is sent until it is looked at.
  void on_rights_change();
  void on_checked(std::uint64_t attempt, const Result<ReadGrant>& grant);
  // It has to end; or its reader has gone.
  void cut(std::string_view reason);
  void on_gone();

  bool over() const { return over_; }
  const Identity& reader() const { return terms_.reader; }
  const std::vector<std::string>& channels() const { return source_->filter().channels; }

 private:
  void go_on();
  void take(Result<HistoryPart> part);
  void take_kept();
  bool trace_start(const HistoryPart& first);
  void start();
  void finish();
  bool leaves_trace() const { return terms_.audited || !terms_.export_name.empty(); }
  Result<void> trace(std::optional<std::uint64_t> rows, bool complete);
  void trace_end(bool complete);
  bool is_too_slow(std::uint64_t now_ms);
  enum class Pause : std::uint8_t { kNo, kUntilKnown };
  void check(Pause pause);

  HistoryHost& host_;
  Terms terms_;
  const std::shared_ptr<HistorySource> source_;
  // Came while the right is looked at, or before the trace was on the disk.
  std::optional<Result<HistoryPart>> kept_;
  std::string trace_id_;  // of the event that said that it began
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_taken_ = 0;  // when it had last taken enough
  std::uint64_t waited_ms_ = 0;    // for it, since
  std::uint64_t ticked_ms_;
  ReaderRights rights_;
  bool reading_ = false;
  bool paused_ = false;        // until the right is known again
  bool traced_ = false;        // that it begins
  bool awaits_trace_ = false;  // until that is on the disk
  bool begun_ = false;         // its head was sent
  bool over_ = false;
};

}  // namespace courtside
