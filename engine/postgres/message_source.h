// The outbox as messages: what producers wrote with pg_logical_emit_message, in the order of their
// commits, through a logical replication slot with the plugin `pgoutput`. Places: message_page.h.
//
// A read peeks: the slot stays where it is until the log has what was read, and what was read is
// passed over when it comes again. Then the slot goes on, so that
//
//   the slot's confirmed_flush_lsn <= the place in the log
//
// always holds, and a slot that stands beyond the place (made anew, or moved by somebody else) is
// refused: nobody knows what it has passed. While nothing of ours comes, the place follows the end
// of the server's log all the same, or its disk would fill up.
//
// What a poll costs. A peek decodes the server's log anew from the slot's restart_lsn. That moves
// only where the server notes which transactions run: at a checkpoint, and every 15 s by its
// background writer, which has no setting; and not beyond the begin of a transaction that has
// written and is open. So a poll takes 3 ms, and about 1 ms for each MB that all databases of the
// cluster wrote since: in the last 0 to 15 s, or since the oldest open transaction. Measured on
// PostgreSQL 15, 20 polls a second, each message of 500 bytes in a transaction that writes a row
// too:
//
//   messages/s   log behind the slot   a poll (mean, p99)   CPU of the server   latency (p50, p99)
//          100   up to 1.5 MB            3 ms,   6 ms         6 % of a core       28 ms,  53 ms
//        1,000   up to 15 MB            11 ms,  36 ms        17 %                 34 ms,  71 ms
//        5,000   up to 60 MB            37 ms,  80 ms        58 %                 52 ms, 115 ms
//     5,000, and a transaction open for 35 s, 170 MB:
//                                       64 ms, 168 ms        81 %                 88 ms, 239 ms
//
// A poll that took long is followed by a pause as long.
// Where others write a lot or keep transactions open, raise poll_min and poll_max, or take the
// table, whose reads cost what they find. Tried, at 5,000 messages/s: a CHECKPOINT every second
// brings a poll to 8 ms and the CPU to 12 %, but writes out all that changed, and is not ours to
// order; making a temporary slot notes the transactions too, with the same figures, but it waits
// for those that are open. From PostgreSQL 16 on, pg_log_standby_snapshot() does just that (granted
// to superusers; not measured). Streaming replication would decode everything once; libpqxx does
// not speak it.
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
  // While nothing of ours comes, the place moves once the log is so much further, and no sooner
  // than so long after the last time: each move is a write of ours.
  static constexpr std::uint64_t kIdleBytes = 1 << 20;
  static constexpr std::uint64_t kIdleMs = 3'000;
  static constexpr std::uint64_t kPauseMaxMs = 1'000;
  static constexpr std::uint64_t kDecodeMs = 30 * 60'000;

  // Errors: as OutboxConnection::open.
  //
  // `counted` is up to where in the server's log messages that can be no event were counted, since
  // a peek sees them again and again. It outlives connections.
  using Counted = std::shared_ptr<std::atomic<std::uint64_t>>;
  static Result<std::unique_ptr<OutboxSource>> open(const OutboxSettings& settings,
                                                    Counted counted = nullptr);

  Result<std::string> identity() override { return connection_->identity(); }
  // Also whether there is such a slot and publication, and whether it can be read.
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
  // The server's log grows at its end only.
  Result<PassedPage> passed(const std::string&, const std::string& place,
                            const std::string&) override {
    return PassedPage{.rows = {}, .end = place, .is_last = true, .mark = {}};
  }
  // Moves the slot.
  Result<bool> tidy(const std::string& place, const std::string& checked) override;
  Result<OutboxLag> lag(const std::string& place) override;
  // At least as long as the last read took, up to kPauseMaxMs.
  Result<bool> wait(int wake, std::uint64_t timeout_ms) override;
  void interrupt() override { connection_->interrupt(); }
  void check_overdue() override { connection_->check_overdue(); }

 private:
  struct Slot;

  MessageSource(std::unique_ptr<OutboxConnection> connection, Counted counted)
      : connection_(std::move(connection)), counted_(std::move(counted)) {}
  const OutboxSettings& settings() const { return connection_->settings(); }
  // For what decodes the server's log: that cannot go on where it was cut short, so what takes too
  // long once would take too long for ever, while the log grows.
  std::uint64_t decode_ms() const { return std::max(settings().query_ms, kDecodeMs); }

  Slot slot(pqxx::transaction_base& transaction) const;
  Result<void> check_slot(const Slot& slot, MessagePlace from) const;
  void advance(pqxx::transaction_base& transaction, MessagePlace to);
  Result<void> peek(pqxx::transaction_base& transaction, MessagePage& page, std::uint64_t frames);

  const std::unique_ptr<OutboxConnection> connection_;
  const Counted counted_;
  // Frames that a peek gives before those that were not read yet; too few does no harm but time.
  std::uint64_t frames_behind_ = 0;
  std::uint64_t idle_since_us_ = 0;  // when the place last moved, or this was made
  std::uint64_t last_read_ms_ = 0;   // for so long
};

}  // namespace courtside
