#include "engine/postgres/table_source.h"

#include <charconv>
#include <limits>
#include <pqxx/pqxx>
#include <utility>

#include "engine/postgres/sql_text.h"
#include "schema/cloudevent.h"

namespace courtside {
namespace {

constexpr std::uint64_t kLagRowsMax = 10'000;     // counted; there may be more
constexpr std::uint64_t kLookAheadRows = 50'000;  // that lowest_unread() looks at
constexpr std::uint64_t kDeletedAtOnce = 1'000;   // rows
constexpr std::size_t kTextMax = 300;             // characters; no attribute may be so long

// Of the statement that asks, and so of its snapshot or later: a row that it sees has another one,
// and no reader has gone beyond it while the statement runs.
constexpr const char* kOwnTransaction = "pg_current_xact_id()::text::bigint";

// By default before every row, whatever its numbers.
struct Place {
  std::int64_t txid = std::numeric_limits<std::int64_t>::min();
  std::int64_t position = std::numeric_limits<std::int64_t>::min();
};

Result<Place> parse_place(const std::string& text) {
  Place place;
  if (text.empty()) return place;
  const char* const end = text.data() + text.size();
  const auto txid = std::from_chars(text.data(), end, place.txid);
  if (txid.ec == std::errc() && txid.ptr != end && *txid.ptr == ':') {
    const auto position = std::from_chars(txid.ptr + 1, end, place.position);
    if (position.ec == std::errc() && position.ptr == end) return place;
  }
  return fail(Code::data_corrupt, "`" + text + "` is no place of a table");
}

// The columns of a row that are texts, in the order in which the query gives them.
struct TextColumn {
  const char* name;
  std::string OutboxRow::*member;
};
constexpr TextColumn kTexts[] = {{"eventId", &OutboxRow::event_id},
                                 {"type", &OutboxRow::type},
                                 {"aggregateType", &OutboxRow::aggregate_type},
                                 {"aggregateId", &OutboxRow::aggregate_id},
                                 {"venueId", &OutboxRow::venue_id},
                                 {"accountId", &OutboxRow::account_id},
                                 {"bookingId", &OutboxRow::booking_id},
                                 {"actorId", &OutboxRow::actor_id},
                                 {"actorType", &OutboxRow::actor_type},
                                 {"actorRole", &OutboxRow::actor_role},
                                 {"correlationId", &OutboxRow::correlation_id},
                                 {"causationId", &OutboxRow::causation_id}};

// The texts as an array's literal (section 8.15.2 of PostgreSQL's manual): libpqxx 6 takes no
// lists.
std::string array_literal(const std::vector<std::string>& texts) {
  std::string out = "{";
  for (const std::string& text : texts) {
    out += out.size() > 1 ? ",\"" : "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
  }
  return out + "}";
}

std::optional<std::uint64_t> number(const pqxx::field& field) {
  const auto value = field.as<std::int64_t>(-1);
  if (value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

OutboxRow row_from(const pqxx::row& columns) {
  OutboxRow row;
  pqxx::row::size_type at = 0;
  row.place = columns[at++].c_str();
  for (const TextColumn& column : kTexts) row.*column.member = columns[at++].c_str();
  row.aggregate_version = number(columns[at++]);
  row.schema_version = number(columns[at++]);
  row.occurred_at = columns[at++].c_str();
  const auto size = columns[at++].as<std::uint64_t>(0);
  if (size > kEventBytesMax) {
    row.fault = "`payload` has " + std::to_string(size) + " bytes, the limit is " +
                std::to_string(kEventBytesMax);
  } else {
    row.payload = columns[at].c_str();
  }
  return row;
}

}  // namespace

Result<std::unique_ptr<OutboxSource>> TableSource::open(const OutboxSettings& settings,
                                                        PageRows page_rows) {
  Result<std::unique_ptr<OutboxConnection>> connection = OutboxConnection::open(settings);
  if (!connection) return fail(connection.error());
  if (page_rows == nullptr) {
    page_rows = std::make_shared<std::atomic<std::uint64_t>>(settings.page_rows);
  }
  return std::unique_ptr<OutboxSource>(
      new TableSource(std::move(*connection), std::move(page_rows)));
}

// $1 and $2 are the place, $3 the rows and $4 the bytes of a page. A row that alone has more bytes
// makes a page of its own. No output column has the name of one that is ordered by: ORDER BY would
// take the output's, and sort numbers as texts.
std::string TableSource::page_query(const OutboxSettings& settings) {
  std::string texts;
  for (const TextColumn& column : kTexts) {
    texts += std::string("left(p.\"") + column.name + "\", " + std::to_string(kTextMax) + "), ";
  }
  const std::string max = std::to_string(kEventBytesMax);
  // What is too large as it is stored need not be unpacked and printed to be measured.
  const std::string size = "CASE WHEN pg_column_size(t.\"payload\") > " + max +
                           " THEN pg_column_size(t.\"payload\") "
                           "ELSE octet_length(t.\"payload\"::text) END";
  return "SELECT p.\"txid\"::text || ':' || p.\"position\"::text, " + texts +
         "p.\"aggregateVersion\", p.\"schemaVersion\", "
         // to_char knows neither infinity nor what is before Christ: as a text they are refused.
         "CASE WHEN p.\"occurredAt\"::timestamptz >= '0001-01-01' "
         "AND p.\"occurredAt\"::timestamptz < '10000-01-01' "
         "THEN to_char(p.\"occurredAt\"::timestamptz, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') "
         "ELSE p.\"occurredAt\"::timestamptz::text END, "
         "p.size, CASE WHEN p.size <= " +
         max +
         " THEN p.\"payload\"::text END "
         "FROM (SELECT o.*, sum(least(o.size, " +
         max +
         ")) OVER (ORDER BY o.\"txid\", o.\"position\") "
         "- least(o.size, " +
         max +
         ") AS before "
         "FROM (SELECT t.*, " +
         size + " AS size FROM " + quoted_name(settings.table) +
         " t "
         "WHERE (t.\"txid\", t.\"position\") > ($1::bigint, $2::bigint) "
         "AND t.\"txid\" < pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
         "ORDER BY t.\"txid\", t.\"position\" LIMIT $3::bigint) o) p "
         "WHERE p.before < $4::bigint ORDER BY p.\"txid\", p.\"position\"";
}

Result<OutboxPage> TableSource::read(const std::string& place) {
  const Result<Place> from = parse_place(place);
  if (!from) return fail(from.error());
  OutboxPage page{.rows = {}, .end = place, .is_full = false};
  const std::uint64_t wanted = *page_rows_;
  const Result<void> asked =
      connection_->run(OutboxConnection::Mode::kRead, [&](pqxx::transaction_base& transaction) {
        const pqxx::result rows = transaction.exec_params(
            page_query(settings()), from->txid, from->position, wanted, settings().page_bytes);
        page.rows.reserve(rows.size());
        std::uint64_t bytes = 0;
        for (const auto& columns : rows) {
          page.rows.push_back(row_from(columns));
          bytes += page.rows.back().payload.size();
        }
        page.is_full = rows.size() >= wanted || bytes >= settings().page_bytes;
      });
  // A page of huge rows may take longer than a statement may: the next one is smaller.
  *page_rows_ =
      asked ? std::min(wanted * 2, settings().page_rows) : std::max<std::uint64_t>(wanted / 2, 1);
  if (!asked) return fail(asked.error());
  if (!page.rows.empty()) page.end = page.rows.back().place;
  return page;
}

// A database that was put back to an earlier moment, by files or a snapshot of its disk, has the
// same identity: it hands out transaction ids that the place is beyond, or has handed them out
// anew, and then another row stands at the place. Rows that were copied from another cluster may
// have ids that are yet to come here.
Result<bool> TableSource::check_place(const std::string& place, const std::string& last_id) {
  const Result<Place> from = parse_place(place);
  if (!from) return fail(from.error());
  std::int64_t next_txid = 0;
  bool is_copied = false;
  bool is_there = place.empty();
  std::string id = last_id;
  const std::string table = quoted_name(settings().table);
  const Result<void> asked =
      connection_->run(OutboxConnection::Mode::kRead, [&](pqxx::transaction_base& transaction) {
        const pqxx::row row = transaction.exec1(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint, "
            "coalesce((SELECT max(t.\"txid\") FROM " +
            table +
            " t) >= "
            "pg_snapshot_xmax(pg_current_snapshot())::text::bigint, false)");
        next_txid = row[0].as<std::int64_t>();
        is_copied = row[1].as<bool>();
        const pqxx::result rows = transaction.exec_params(
            "SELECT left(t.\"eventId\", " + std::to_string(kTextMax) + ") FROM " + table +
                " t WHERE t.\"txid\" = $1 AND t.\"position\" = $2",
            from->txid, from->position);
        if (rows.empty()) return;
        is_there = true;
        id = rows[0][0].c_str();
      });
  if (!asked) return fail(asked.error());
  if (from->txid >= next_txid) {
    return fail(Code::position_expired, "it was read up to transaction " +
                                            std::to_string(from->txid) + ", and its next one is " +
                                            std::to_string(next_txid) +
                                            ": it was put back to an earlier moment");
  }
  if (id != last_id && !last_id.empty()) {
    return fail(Code::position_expired, "another row stands at " + place +
                                            " than the one that was read there: it was put back "
                                            "to an earlier moment");
  }
  if (is_copied) {
    return fail(Code::bad_configuration,
                "it has rows whose transactions are yet to come: they were copied from another "
                "cluster. So that they are read, let the table's owner run UPDATE " +
                    table + " SET \"txid\" = " + kOwnTransaction + " WHERE \"txid\" > " +
                    kOwnTransaction);
  }
  return is_there;
}

Result<std::vector<AggregateVersion>> TableSource::lowest_unread(
    const std::string& place, const std::vector<AggregateKey>& aggregates) {
  const Result<Place> from = parse_place(place);
  if (!from) return fail(from.error());
  std::vector<std::string> types;
  std::vector<std::string> ids;
  for (const AggregateKey& each : aggregates) {
    types.push_back(each.type);
    ids.push_back(each.id);
  }
  const std::string query =
      "SELECT n.\"aggregateType\", n.\"aggregateId\", min(n.\"aggregateVersion\") FROM "
      "(SELECT t.\"aggregateType\", t.\"aggregateId\", t.\"aggregateVersion\" FROM " +
      quoted_name(settings().table) +
      " t WHERE (t.\"txid\", t.\"position\") > ($1::bigint, $2::bigint) "
      "ORDER BY t.\"txid\", t.\"position\" LIMIT " +
      std::to_string(kLookAheadRows) +
      ") n "
      "JOIN unnest($3::text[], $4::text[]) AS a(type, id) "
      "ON a.type = n.\"aggregateType\" AND a.id = n.\"aggregateId\" "
      "WHERE n.\"aggregateVersion\" IS NOT NULL GROUP BY 1, 2";
  std::vector<AggregateVersion> out;
  const Result<void> asked =
      connection_->run(OutboxConnection::Mode::kRead, [&](pqxx::transaction_base& transaction) {
        const pqxx::result rows = transaction.exec_params(query, from->txid, from->position,
                                                          array_literal(types), array_literal(ids));
        for (const auto& columns : rows) {
          const auto version = number(columns[2]);
          if (!version) continue;
          out.push_back({.aggregate = {.type = columns[0].c_str(), .id = columns[1].c_str()},
                         .version = *version});
        }
      });
  if (!asked) return fail(asked.error());
  return out;
}

// A row of which it is not certain that it was there when the place passed it. Its writer is known
// by the 32 bits of xmin, and `txid` has 64. One that was written before the mark was looked at.
std::string TableSource::doubt_condition(const std::string& checked) {
  if (checked == kNothingIsChecked) return "true";
  const std::string is_foreign = "t.xmin::text::bigint <> t.\"txid\" % 4294967296";
  std::uint64_t mark = 0;
  const char* const end = checked.data() + checked.size();
  const auto [stop, error] = std::from_chars(checked.data(), end, mark);
  // Not a number: no mark, so nothing is left out.
  if (error != std::errc() || stop != end) return "(" + is_foreign + ")";
  return "(" + is_foreign + " AND age(t.xmin) <= age('" + std::to_string(mark & UINT32_MAX) +
         "'::xid))";
}

Result<PassedPage> TableSource::passed(const std::string& from, const std::string& place,
                                       const std::string& checked) {
  const Result<Place> begin = parse_place(from);
  if (!begin) return fail(begin.error());
  const Result<Place> to = parse_place(place);
  if (!to) return fail(to.error());
  // The row that ends the piece is answered too, in doubt or not.
  const std::string query =
      R"(SELECT t."txid"::text || ':' || t."position"::text, t.is_doubtful, t.number,
        left(t."eventId", $5::int), left(t."type", $5::int), left(t."aggregateType", $5::int),
        left(t."aggregateId", $5::int)
      FROM (SELECT t.*, )" +
      doubt_condition(checked) + R"( AND NOT EXISTS (SELECT 1 FROM )" +
      quoted_name(settings().rejected_table) +
      R"( r WHERE r."source" = $6 AND r."place" = t."txid"::text || ':' || t."position"::text)
          AS is_doubtful, row_number() OVER (ORDER BY t."txid", t."position") AS number
        FROM (SELECT t.xmin, t.* FROM )" +
      quoted_name(settings().table) +
      R"( t WHERE (t."txid", t."position") > ($1::bigint, $2::bigint)
            AND (t."txid", t."position") <= ($3::bigint, $4::bigint)
          ORDER BY t."txid", t."position" LIMIT )" +
      std::to_string(kPassedRows) + R"() t) t
      WHERE t.is_doubtful OR t.number = )" +
      std::to_string(kPassedRows) + R"( ORDER BY t.number)";
  PassedPage page{.rows = {}, .end = place, .is_last = true, .mark = {}};
  const Result<void> asked =
      connection_->run(OutboxConnection::Mode::kRead, [&](pqxx::transaction_base& transaction) {
        // Before the look: whatever a transaction below the guard wrote is there by then.
        const pqxx::row numbers = transaction.exec1(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint "
            "FROM pg_current_snapshot() s");
        const auto guard = numbers[0].as<std::int64_t>();
        if (guard > to->txid) page.mark = std::to_string(guard);
        const bool is_idle = guard == numbers[1].as<std::int64_t>();
        if (is_idle && page.mark == checked) return;  // Nothing was written since.
        const pqxx::result rows = transaction.exec_params(
            query, begin->txid, begin->position, to->txid, to->position, kTextMax, settings().name);
        for (const auto& columns : rows) {
          if (columns[2].as<std::uint64_t>() == kPassedRows) {
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

Result<bool> TableSource::tidy(const std::string& place, const std::string& checked) {
  if (checked == kNothingIsChecked) return false;
  const Result<Place> to = parse_place(place);
  if (!to) return fail(to.error());
  const std::string table = quoted_name(settings().table);
  // The oldest rows first, and no further: whether they are old enough is asked of these alone.
  const std::string query =
      "DELETE FROM " + table +
      " WHERE \"position\" IN (SELECT o.\"position\" FROM "
      "(SELECT t.\"position\", t.\"occurredAt\" FROM " +
      table +
      " t "
      "WHERE (t.\"txid\", t.\"position\") <= ($1::bigint, $2::bigint) AND NOT " +
      doubt_condition(checked) +
      " AND NOT EXISTS "
      "(SELECT 1 FROM " +
      quoted_name(settings().rejected_table) +
      " r WHERE r.\"source\" = $3 "
      "AND r.\"place\" = t.\"txid\"::text || ':' || t.\"position\"::text) "
      "ORDER BY t.\"txid\", t.\"position\" LIMIT " +
      std::to_string(kDeletedAtOnce) +
      ") o "
      "WHERE o.\"occurredAt\" <= now() - make_interval(secs => $4) "
      "OR NOT isfinite(o.\"occurredAt\"))";
  std::uint64_t deleted = 0;
  const Result<void> asked =
      connection_->run(OutboxConnection::Mode::kWrite, [&](pqxx::transaction_base& transaction) {
        deleted =
            transaction
                .exec_params(query, to->txid, to->position, settings().name, settings().keep_s)
                .affected_rows();
      });
  if (!asked) return fail(asked.error());
  return deleted == kDeletedAtOnce;
}

// Both at once: the entries go, and their rows get a number that is yet to be read.
std::string TableSource::read_skipped_statement() const {
  return "WITH skipped AS (DELETE FROM " + quoted_name(settings().rejected_table) +
         " WHERE \"source\" = " + quoted_literal(settings().name) +
         " AND \"reason\" = " + quoted_literal(kSkippedReason) + " RETURNING \"place\") UPDATE " +
         quoted_name(settings().table) + " o SET \"txid\" = " + kOwnTransaction +
         " FROM skipped s WHERE s.\"place\" = o.\"txid\"::text || ':' || o.\"position\"::text";
}

Result<OutboxLag> TableSource::lag(const std::string& place) {
  const Result<Place> from = parse_place(place);
  if (!from) return fail(from.error());
  Result<OutboxLag> lag = connection_->lag();
  if (!lag) return lag;
  const std::string query =
      "SELECT count(*), coalesce(extract(epoch FROM now() - min(o.\"occurredAt\") "
      "FILTER (WHERE isfinite(o.\"occurredAt\"))), 0) FROM "
      "(SELECT t.\"occurredAt\" FROM " +
      quoted_name(settings().table) +
      " t "
      "WHERE (t.\"txid\", t.\"position\") > ($1::bigint, $2::bigint) "
      "ORDER BY t.\"txid\", t.\"position\" LIMIT " +
      std::to_string(kLagRowsMax + 1) + ") o";
  const Result<void> asked =
      connection_->run(OutboxConnection::Mode::kRead, [&](pqxx::transaction_base& transaction) {
        const pqxx::row columns = transaction.exec_params1(query, from->txid, from->position);
        lag->rows = columns[0].as<std::uint64_t>();
        lag->seconds = std::max(columns[1].as<double>(), 0.0);
      });
  if (!asked) return fail(asked.error());
  lag->more_rows = lag->rows > kLagRowsMax;
  if (lag->uncertain > 0) {
    lag->notice =
        "it has committed rows of which it is uncertain whether they were read, since "
        "retention has dropped events (" +
        settings().rejected_table +
        " names them); they are kept until somebody decides, see \"Uncertain rows\" in "
        "docs/postgres.md";
  }
  // Last, so that the statement ends the notice. It leaves uncertain rows as they are.
  if (lag->skipped > 0) {
    if (!lag->notice.empty()) lag->notice += "; ";
    lag->notice +=
        "it has committed rows that came after the source had passed their places, and were never "
        "read (" +
        settings().rejected_table +
        " names them). So that they are read, let the tables' owner run " +
        read_skipped_statement();
  }
  return lag;
}

}  // namespace courtside
