// The outbox as a table: rows in the order of (transaction id, position), read only below the
// oldest transaction that is still open.
//
// Why the guard: a row's numbers are taken before its transaction commits, so a reader that asks
// for what is beyond the last one it saw passes over rows that are not there yet. Below
// pg_snapshot_xmin no transaction is open any more: what is not there now will never be.
//
// The price: a transaction anywhere in the cluster that has written something and stays open holds
// up every row after it. lag() tells whose it is.
//
// A row may have another number than that of the transaction that wrote it: it was copied from
// another database, restored from a dump, or changed by hand. One that is yet to come here would
// wait for years, so check_place() refuses it with the UPDATE that mends it. One that has gone by
// already may stand before the place unread: passed() finds it by the system column xmin, which is
// the transaction that wrote the row.
//
// A place is "txid:position". Threads: as OutboxSource.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/outbox/outbox_source.h"
#include "engine/postgres/outbox_connection.h"

namespace courtside {

class TableSource final : public OutboxSource {
 public:
  // Errors: as OutboxConnection::open.
  //
  // `page_rows` is how many rows are asked for at once: halved when that takes too long, and up to
  // outbox.page_rows again when it does not. It outlives connections.
  using PageRows = std::shared_ptr<std::atomic<std::uint64_t>>;
  static Result<std::unique_ptr<OutboxSource>> open(const OutboxSettings& settings,
                                                    PageRows page_rows = nullptr);

  Result<std::string> identity() override { return connection_->identity(); }
  Result<bool> check_place(const std::string& place, const std::string& last_id) override;
  Result<OutboxPage> read(const std::string& place) override;
  bool is_in_commit_order() const override { return false; }
  Result<std::vector<AggregateVersion>> lowest_unread(
      const std::string& place, const std::vector<AggregateKey>& aggregates) override;
  Result<void> reject(const std::vector<Rejection>& rejections) override {
    return connection_->reject(rejections);
  }
  // A look at kPassedRows rows. Marks are transaction ids.
  static constexpr std::uint64_t kPassedRows = 5'000;
  Result<PassedPage> passed(const std::string& from, const std::string& place,
                            const std::string& checked) override;
  // Deletes rows that are older than outbox.keep, and no rejected ones.
  Result<bool> tidy(const std::string& place, const std::string& checked) override;
  Result<OutboxLag> lag(const std::string& place) override;
  Result<bool> wait(int wake, std::uint64_t timeout_ms) override {
    return connection_->wait(wake, timeout_ms);
  }
  void interrupt() override { connection_->interrupt(); }
  void check_overdue() override { connection_->check_overdue(); }

  // What read() asks: for tests of its plan.
  static std::string page_query(const OutboxSettings& settings);

 private:
  TableSource(std::unique_ptr<OutboxConnection> connection, PageRows page_rows)
      : connection_(std::move(connection)), page_rows_(std::move(page_rows)) {}
  const OutboxSettings& settings() const { return connection_->settings(); }
  static std::string doubt_condition(const std::string& checked);
  std::string read_skipped_statement() const;

  const std::unique_ptr<OutboxConnection> connection_;
  const PageRows page_rows_;
};

}  // namespace courtside
