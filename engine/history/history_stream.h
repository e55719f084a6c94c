// One streamed history response of GET /v1/events, sent at its reader's pace: decides when to read
// the next part, and when to end.
//
//   begin -> [read a part -> send it]* -> end       the reader has everything
//                                      -> cut       an error, a lost right or a slow reader;
//                                                   the reader sees an incomplete response
//
// The next part is read when the connection has room for it. So a slow reader costs one part and a
// full queue, but no read thread. Nothing is sent before the first part is there; until then an
// error is answered as an HTTP error.
//
// It does no I/O; it calls HistoryHost. Threads: its shard's. Invariants: at most one part is being
// read; after over() it makes no more calls to the host.
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

// The connection of the request.
class HistoryHost {
 public:
  // Calls HistoryStream::on_part later.
  virtual void read_part(std::shared_ptr<HistorySource> source) = 0;
  // Returns the result now, or calls HistoryStream::on_checked later.
  virtual std::optional<Result<ReadGrant>> check_history(const Identity& reader,
                                                         const std::vector<std::string>& channels,
                                                         std::uint64_t attempt) = 0;
  // Appends the audit event; returns its id. Calls HistoryStream::on_traced when it is durable, or
  // on_not_traced when the log has refused it.
  virtual Result<std::string> trace_history(const HistoryTrace& trace) = 0;
  // Whether an appended audit event is not durable yet.
  virtual bool awaits_traces() const = 0;

  virtual void refuse_history(const Error& error) = 0;
  // Sends the head. The body has the events after `after`, up to and including `through`.
  virtual void start_history(const std::string& after, const std::string& through) = 0;
  virtual void send_history(std::string bytes) = 0;
  virtual void end_history() = 0;
  virtual void cut_history(std::string_view reason) = 0;

  virtual bool congested() const = 0;
  // Bytes of this response that the client has acknowledged (TCP).
  virtual std::uint64_t history_bytes_taken() const = 0;

 protected:
  ~HistoryHost() = default;
};

class HistoryStream {
 public:
  struct Terms {
    Identity reader;
    std::vector<std::string> unmasked_permissions;  // as granted
    bool audited = false;
    bool head_only = false;   // HEAD: no body is sent
    std::string export_name;  // empty: none
    std::uint64_t recheck_ms = 0;
    // The reader is cut when it is slower than bytes_per_second (or takes nothing) over stall_ms.
    // Only the time in which the server waits for the reader counts.
    std::uint64_t stall_ms = 0;
    std::uint64_t bytes_per_second = 0;
    std::int64_t leeway_s = 0;  // added to the token's expiry
  };

  HistoryStream(HistoryHost& host, Terms terms, std::shared_ptr<HistorySource> source,
                std::uint64_t now_ms);

  void begin() { read_next(); }
  void on_part(Result<HistoryPart> part);
  void on_traced();
  void on_not_traced(const Error& error);
  void on_drained() { read_next(); }
  void on_tick(std::uint64_t now_ms, std::int64_t now_s);
  // A right may have ended: pauses the response until the right is known.
  void on_rights_change();
  void on_checked(std::uint64_t attempt, const Result<ReadGrant>& grant);
  // Ends the response: with the error while it has not begun, otherwise by a reset. Or the reader
  // is gone.
  void cut(const Error& why);
  void on_gone();

  bool over() const { return over_; }
  const Identity& reader() const { return terms_.reader; }
  const std::vector<std::string>& channels() const { return source_->filter().channels; }

 private:
  void read_next();
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
  // A part that waits for the rights check or for the audit event to be durable.
  std::optional<Result<HistoryPart>> kept_;
  std::string trace_id_;  // id of the audit event of the beginning
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_taken_ = 0;  // at the last time when the reader was fast enough
  std::uint64_t waited_ms_ = 0;    // waited for the reader since then
  std::uint64_t ticked_ms_;
  ReaderRights rights_;
  bool reading_ = false;
  bool paused_ = false;        // until the right is known
  bool traced_ = false;        // the audit event was appended, or none is needed
  bool awaits_trace_ = false;  // until the audit event is durable
  bool begun_ = false;         // the head was sent
  bool over_ = false;
};

}  // namespace courtside
