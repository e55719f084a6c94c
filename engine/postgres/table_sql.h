// The SQL statements of a TableSource. Each comment gives the parameters and the columns of the
// result.
//
// A place is two parameters, its transaction id and its position. "In order" is by these two.
// Threads: a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/config/outbox_settings.h"

namespace courtside {

class TableSql {
 public:
  static constexpr std::size_t kTextMax = 300;             // characters of a text; the rest is cut
  static constexpr std::uint64_t kLagRowsMax = 10'000;     // counted; there may be more
  static constexpr std::uint64_t kLookAheadRows = 50'000;  // limit of lowest_unread()
  static constexpr std::uint64_t kDeletedAtOnce = 1'000;   // rows
  static constexpr std::uint64_t kPassedRows = 5'000;      // rows of one passed()

  explicit TableSql(const OutboxSettings& settings);

  // The rows after the place $1, $2, in order, below the oldest open transaction; at most $3 rows
  // and $4 bytes of payload. A larger row is a page of its own.
  // Columns: place, the kOutboxTexts, aggregateVersion, schemaVersion, occurredAt, size of the
  // payload, payload (NULL when it is too large).
  std::string page() const;

  // The lowest version of each aggregate of ($3 types, $4 ids) among the rows after $1, $2.
  // Columns: aggregateType, aggregateId, aggregateVersion.
  std::string lowest_unread() const;

  // Columns: the next transaction id, whether a row has an id that was not given out yet.
  std::string next_transaction() const;
  // The row at $1, $2, if it exists. Column: eventId.
  std::string row_at() const;

  // Of the first kPassedRows rows after $1, $2, up to $3, $4, those that may not have been visible
  // when the place passed them, and the last one in any case. $5 is kTextMax, $6 the source's name.
  // `checked`: see OutboxSource::passed.
  // Columns: place, whether it is uncertain, number from 1, eventId, type, aggregateType,
  // aggregateId.
  std::string passed(const std::string& checked) const;
  // Columns: the ids of the oldest open transaction and of the next one.
  static std::string snapshot_bounds();

  // Deletes at most kDeletedAtOnce rows up to $1, $2 that are older than $4 seconds, except
  // uncertain ones and those that the source $3 rejected.
  std::string tidy(const std::string& checked) const;

  // Columns: the number of rows after $1, $2 (at most kLagRowsMax + 1), the age of the oldest of
  // them in seconds.
  std::string lag() const;

  // For an operator, not run here: gives the rows new numbers, so that they are read.
  std::string read_copied_statement() const;
  std::string read_skipped_statement() const;

 private:
  std::string uncertain(const std::string& checked) const;

  const std::string table_;     // quoted
  const std::string rejected_;  // quoted
  const std::string source_;    // the source's name, quoted
};

}  // namespace courtside
