#include "engine/postgres/table_upkeep.h"

#include <algorithm>
#include <pqxx/pqxx>

#include "base/format.h"
#include "engine/postgres/table_place.h"

namespace courtside {

// A database that was restored to an earlier moment, by files or a snapshot of its disk, has the
// same identity. Either its next transaction id is still below the place, or it has used the ids
// again and another row is at the place. Rows copied from another cluster may have ids of the
// future.
Result<bool> TableUpkeep::check_place(const std::string& place, const std::string& last_id) {
  const Result<TablePlace> from = parse_table_place(place);
  if (!from) return fail(from.error());
  std::int64_t next_txid = 0;
  bool is_copied = false;
  bool is_there = place.empty();
  std::string id = last_id;
  const Result<void> asked =
      connection_.run(OutboxConnection::Mode::kRead, [&](pqxx::transaction_base& transaction) {
        const pqxx::row row = transaction.exec1(sql_.next_transaction());
        next_txid = row[0].as<std::int64_t>();
        is_copied = row[1].as<bool>();
        const pqxx::result rows =
            transaction.exec_params(sql_.row_at(), from->txid, from->position);
        if (rows.empty()) return;
        is_there = true;
        id = rows[0][0].c_str();
      });
  if (!asked) return fail(asked.error());
  if (from->txid >= next_txid) {
    return fail(Code::position_expired, format("it was read up to transaction {}, and its next one "
                                               "is {}: it was put back to an earlier moment",
                                               from->txid, next_txid));
  }
  if (id != last_id && !last_id.empty()) {
    return fail(Code::position_expired, format("another row stands at {} than the one that was "
                                               "read there: it was put back to an earlier moment",
                                               place));
  }
  if (is_copied) {
    return fail(Code::bad_configuration,
                "it has rows whose transactions are yet to come: they were copied from another "
                "cluster. So that they are read, let the table's owner run " +
                    sql_.read_copied_statement());
  }
  return is_there;
}

Result<SkippedPage> TableUpkeep::passed(const std::string& from, const std::string& place,
                                        const std::string& checked) {
  const Result<TablePlace> begin = parse_table_place(from);
  if (!begin) return fail(begin.error());
  const Result<TablePlace> to = parse_table_place(place);
  if (!to) return fail(to.error());
  SkippedPage page{.rows = {}, .end = place, .is_last = true, .mark = {}};
  const Result<void> asked =
      connection_.run(OutboxConnection::Mode::kRead, [&](pqxx::transaction_base& transaction) {
        // Read before the rows: all rows of transactions below this limit are visible then.
        const pqxx::row numbers = transaction.exec1(TableSql::snapshot_bounds());
        const auto guard = numbers[0].as<std::int64_t>();
        if (guard > to->txid) page.mark = std::to_string(guard);
        const bool is_idle = guard == numbers[1].as<std::int64_t>();
        if (is_idle && page.mark == checked) return;  // Nothing was written since.
        const pqxx::result rows =
            transaction.exec_params(sql_.passed(checked), begin->txid, begin->position, to->txid,
                                    to->position, TableSql::kTextMax, connection_.settings().name);
        for (const auto& columns : rows) {
          if (columns[2].as<std::uint64_t>() == TableSql::kPassedRows) {
            page.end = columns[0].c_str();
            page.is_last = false;
          }
          if (!columns[1].as<bool>()) continue;
          page.rows.push_back({.place = columns[0].c_str(),
                               .event_id = columns[3].c_str(),
                               .type = columns[4].c_str(),
                               .aggregate_type = columns[5].c_str(),
                               .aggregate_id = columns[6].c_str()});
        }
      });
  if (!asked) return fail(asked.error());
  return page;
}

Result<bool> TableUpkeep::tidy(const std::string& place, const std::string& checked) {
  if (checked == kNothingIsChecked) return false;
  const Result<TablePlace> to = parse_table_place(place);
  if (!to) return fail(to.error());
  const OutboxSettings& settings = connection_.settings();
  std::uint64_t deleted = 0;
  const Result<void> asked =
      connection_.run(OutboxConnection::Mode::kWrite, [&](pqxx::transaction_base& transaction) {
        deleted = transaction
                      .exec_params(sql_.tidy(checked), to->txid, to->position, settings.name,
                                   settings.keep_s)
                      .affected_rows();
      });
  if (!asked) return fail(asked.error());
  return deleted == TableSql::kDeletedAtOnce;
}

Result<OutboxLag> TableUpkeep::lag(const std::string& place) {
  const Result<TablePlace> from = parse_table_place(place);
  if (!from) return fail(from.error());
  Result<OutboxLag> lag = connection_.lag();
  if (!lag) return lag;
  const Result<void> asked =
      connection_.run(OutboxConnection::Mode::kRead, [&](pqxx::transaction_base& transaction) {
        const pqxx::row columns = transaction.exec_params1(sql_.lag(), from->txid, from->position);
        lag->rows = columns[0].as<std::uint64_t>();
        lag->seconds = std::max(columns[1].as<double>(), 0.0);
      });
  if (!asked) return fail(asked.error());
  lag->more_rows = lag->rows > TableSql::kLagRowsMax;
  add_notices(*lag);
  return lag;
}

void TableUpkeep::add_notices(OutboxLag& lag) const {
  const std::string& rejected_table = connection_.settings().rejected_table;
  if (lag.uncertain > 0) {
    lag.notice = format(
        "it has committed rows of which it is uncertain whether they were read, since retention "
        "has dropped events ({} names them); they are kept until somebody decides, see \"Uncertain "
        "rows\" in docs/postgres.md",
        rejected_table);
  }
  // Last, so that the statement is at the end of the notice. It does not change uncertain rows.
  if (lag.skipped > 0) {
    if (!lag.notice.empty()) lag.notice += "; ";
    lag.notice += format(
        "it has committed rows that came after the source had passed their places, and were never "
        "read ({} names them). So that they are read, let the tables' owner run {}",
        rejected_table, sql_.read_skipped_statement());
  }
}

}  // namespace courtside
