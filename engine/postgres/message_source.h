// An outbox of messages: producers write them with pg_logical_emit_message, and a logical
// replication slot with the plugin `pgoutput` gives them in the order of commits. Places:
// message_page.h.
//
// A read peeks: it does not move the slot. The slot is moved once the log has what was read; what
// comes again before that is ignored. So
//
//   the slot's confirmed_flush_lsn <= the place in the log
//
// always holds. A slot beyond the place (recreated, or moved by somebody else) is refused, because
// it may have passed unread messages. While no messages of ours come, the place still follows the
// end of the server's log; otherwise the server's disk would fill up.
//
// The cost of a poll. A peek decodes the server's log again from the slot's restart_lsn. That moves
// only when the server records the running transactions: at a checkpoint, and every 15 s in its
// background writer (this has no setting); and it does not move past the begin of an open
// transaction that has written. So a poll takes 3 ms, and about 1 ms for each MB that all databases
// of the cluster have written since then: in the last 0 to 15 s, or since the oldest open
// transaction. Measured on PostgreSQL 15, 20 polls a second, each message of 500 bytes in a
// transaction that also writes a row:
//
//   messages/s   log behind the slot   a poll (mean, p99)   CPU of the server   latency (p50, p99)
//          100   up to 1.5 MB            3 ms,   6 ms         6 % of a core       28 ms,  53 ms
//        1,000   up to 15 MB            11 ms,  36 ms        17 %                 34 ms,  71 ms
//        5,000   up to 60 MB            37 ms,  80 ms        58 %                 52 ms, 115 ms
//     5,000, and a transaction open for 35 s, 170 MB:
//                                       64 ms, 168 ms        81 %                 88 ms, 239 ms
//
// After each poll comes a pause of the same length. If other programs write a lot or keep
// transactions open, raise poll_min and poll_max, or use the table, whose reads cost only what they
// find. Rejected, at 5,000 messages/s: a CHECKPOINT every second brings a poll to 8 ms and the CPU
// to 12 %, but writes out every change, and is the operator's decision; creating a temporary slot
// also records the transactions, with the same figures, but waits for the open ones. From
// PostgreSQL 16 on, pg_log_standby_snapshot() does only that (for superusers; not measured).
// Streaming replication would decode everything once, but libpqxx does not support it.
//
// Threads: as OutboxSource.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/outbox/outbox_source.h"
#include "engine/postgres/message_page.h"
#include "engine/postgres/outbox_connection.h"

namespace courtside {

class MessageSource final : public OutboxSource {
 public:
  // While no messages of ours come, the place moves once the log has grown by kIdleBytes, at most
  // every kIdleMs: each move is a write to our own log.
  static constexpr std::uint64_t kIdleBytes = 1 << 20;
  static constexpr std::uint64_t kIdleMs = 3'000;
  static constexpr std::uint64_t kPauseMaxMs = 1'000;
  static constexpr std::uint64_t kDecodeMs = 30 * 60'000;

  // Errors: as OutboxConnection::open.
  //
  // `counted` is the LSN up to which messages that cannot be events were counted, because several
  // peeks see the same ones. It is kept from one connection to the next.
  using Counted = std::shared_ptr<std::atomic<std::uint64_t>>;
  static Result<std::unique_ptr<OutboxSource>> open(const OutboxSettings& settings,
                                                    Counted counted = nullptr);

  Result<std::string> identity() override { return connection_->identity(); }
  // Also checks that the slot and the publication exist and can be read.
  Result<bool> check_place(const std::string& place, const std::string& last_id) override;
  Result<OutboxPage> read(const std::string& place) override;
  bool is_in_commit_order() const override { return true; }
  Result<std::vector<AggregateVersion>> lowest_unread(const std::string&,
                                                      const std::vector<AggregateKey>&) override {
    return std::vector<AggregateVersion>();
  }
  Result<void> reject(const std::vector<Rejection>& rejections) override {
    return connection_->reject(rejections);
  }
  // Nothing to find: the server's log grows only at its end.
  Result<SkippedPage> passed(const std::string&, const std::string& place,
                             const std::string&) override {
    return SkippedPage{.rows = {}, .end = place, .is_last = true, .mark = {}};
  }
  // Moves the slot.
  Result<bool> tidy(const std::string& place, const std::string& checked) override;
  Result<OutboxLag> lag(const std::string& place) override;
  // Waits at least as long as the last read took, up to kPauseMaxMs.
  Result<bool> wait(int wake, std::uint64_t timeout_ms) override;
  void interrupt() override { connection_->interrupt(); }
  void check_overdue() override { connection_->check_overdue(); }

 private:
  struct Slot;

  MessageSource(std::unique_ptr<OutboxConnection> connection, Counted counted)
      : connection_(std::move(connection)), counted_(std::move(counted)) {}
  const OutboxSettings& settings() const { return connection_->settings(); }
  // The limit of statements that decode the server's log. A decoding that was cut short starts from
  // the beginning again, and would be cut short each time while the log grows.
  std::uint64_t decode_ms() const { return std::max(settings().query_ms, kDecodeMs); }

  Slot slot(pqxx::transaction_base& transaction) const;
  Result<void> check_slot(const Slot& slot, MessagePlace from) const;
  void advance(pqxx::transaction_base& transaction, MessagePlace to);
  Result<void> peek(pqxx::transaction_base& transaction, MessagePage& page, std::uint64_t frames);

  const std::unique_ptr<OutboxConnection> connection_;
  const Counted counted_;
  // How many frames of a peek were read before; a value that is too small costs only time.
  std::uint64_t frames_behind_ = 0;
  std::uint64_t idle_since_us_ = 0;  // when the place last moved, or this was made
  std::uint64_t last_read_ms_ = 0;   // how long the last read took
};

}  // namespace courtside
