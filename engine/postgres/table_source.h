// An outbox that is a table: rows in the order of (transaction id, position), read only below the
// oldest open transaction.
//
// Why this limit: a row gets its numbers before its transaction commits, so a reader that asks for
// the rows after the last one it saw would skip rows that are not visible yet. Below
// pg_snapshot_xmin no transaction is open: a row that is not visible now will never be.
//
// The cost: an open transaction anywhere in the cluster that has written something delays every row
// after it. lag() names its owner.
//
// A row's number may differ from the id of the transaction that wrote it: the row was copied from
// another database, restored from a dump, or changed by hand. If the number is in the future, the
// row would wait for years, so check_place() refuses it with the UPDATE that repairs it. If the
// number is in the past, the row may be before the place and unread: passed() finds it by the
// system column xmin, the transaction that wrote the row.
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
#include "engine/postgres/table_sql.h"
#include "engine/postgres/table_upkeep.h"

namespace courtside {

class TableSource final : public OutboxSource {
 public:
  // Errors: as OutboxConnection::open.
  //
  // `page_rows` is the number of rows of one read: halved when a read takes too long, and doubled
  // up to outbox.page_rows when it does not. It is kept from one connection to the next.
  using PageRows = std::shared_ptr<std::atomic<std::uint64_t>>;
  static Result<std::unique_ptr<OutboxSource>> open(const OutboxSettings& settings,
                                                    PageRows page_rows = nullptr);

  Result<std::string> identity() override { return connection_->identity(); }
  Result<bool> check_place(const std::string& place, const std::string& last_id) override {
    return upkeep_.check_place(place, last_id);
  }
  Result<OutboxPage> read(const std::string& place) override;
  bool is_in_commit_order() const override { return false; }
  Result<std::vector<AggregateVersion>> lowest_unread(
      const std::string& place, const std::vector<AggregateKey>& aggregates) override;
  Result<void> reject(const std::vector<Rejection>& rejections) override {
    return connection_->reject(rejections);
  }
  // Looks at TableSql::kPassedRows rows at a time. Marks are transaction ids.
  Result<SkippedPage> passed(const std::string& from, const std::string& place,
                             const std::string& checked) override {
    return upkeep_.passed(from, place, checked);
  }
  // Deletes rows that are older than outbox.keep, except rejected ones.
  Result<bool> tidy(const std::string& place, const std::string& checked) override {
    return upkeep_.tidy(place, checked);
  }
  Result<OutboxLag> lag(const std::string& place) override { return upkeep_.lag(place); }
  Result<bool> wait(int wake, std::uint64_t timeout_ms) override {
    return connection_->wait(wake, timeout_ms);
  }
  void interrupt() override { connection_->interrupt(); }
  void check_overdue() override { connection_->check_overdue(); }

 private:
  TableSource(std::unique_ptr<OutboxConnection> connection, PageRows page_rows)
      : connection_(std::move(connection)),
        sql_(connection_->settings()),
        upkeep_(*connection_, sql_),
        page_rows_(std::move(page_rows)) {}
  const OutboxSettings& settings() const { return connection_->settings(); }

  const std::unique_ptr<OutboxConnection> connection_;
  const TableSql sql_;
  TableUpkeep upkeep_;
  const PageRows page_rows_;
};

}  // namespace courtside
