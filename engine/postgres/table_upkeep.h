// The bookkeeping of a table outbox: checks that the place is still valid, finds rows that were
// passed unread, deletes old rows, and measures the lag.
//
// Each function implements the one of OutboxSource with the same name; see also table_source.h.
// Threads: as OutboxSource.
#pragma once

#include <string>

#include "engine/outbox/outbox_source.h"
#include "engine/postgres/outbox_connection.h"
#include "engine/postgres/table_sql.h"

namespace courtside {

class TableUpkeep {
 public:
  // Both outlive it.
  TableUpkeep(OutboxConnection& connection, const TableSql& sql)
      : connection_(connection), sql_(sql) {}

  Result<bool> check_place(const std::string& place, const std::string& last_id);
  Result<SkippedPage> passed(const std::string& from, const std::string& place,
                             const std::string& checked);
  Result<bool> tidy(const std::string& place, const std::string& checked);
  Result<OutboxLag> lag(const std::string& place);

 private:
  void add_notices(OutboxLag& lag) const;

  OutboxConnection& connection_;
  const TableSql& sql_;
};

}  // namespace courtside
