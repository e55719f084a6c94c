#include "engine/postgres/table_sql.h"

#include <charconv>

#include "engine/outbox/outbox_row.h"
#include "engine/outbox/outbox_source.h"
#include "engine/postgres/outbox_connection.h"
#include "engine/postgres/sql_text.h"
#include "schema/incoming_event.h"

namespace courtside {
namespace {

// The id of the transaction that runs the statement: no visible row has it, and no reader passes it
// while the statement runs.
constexpr const char* kOwnTransaction = "pg_current_xact_id()::text::bigint";

std::string text_columns() {
  std::string out;
  for (const OutboxText& text : kOutboxTexts) {
    out += filled(R"(left(p."{name}", {max}), )",
                  {{"name", std::string(text.name)}, {"max", std::to_string(TableSql::kTextMax)}});
  }
  return out;
}

}  // namespace

TableSql::TableSql(const OutboxSettings& settings)
    : table_(quoted_name(settings.table)),
      rejected_(quoted_name(settings.rejected_table)),
      source_(quoted_literal(settings.name)) {}

// No output column may have the name of a column in ORDER BY, which would then sort by the output,
// and numbers as texts. to_char supports neither infinity nor years before Christ; as a plain text
// they are rejected later. A payload that is too large as it is stored is not unpacked to be
// measured.
std::string TableSql::page() const {
  return filled(
      R"(SELECT p."txid"::text || ':' || p."position"::text,
    {texts}p."aggregateVersion", p."schemaVersion",
    CASE WHEN p."occurredAt"::timestamptz >= '0001-01-01'
          AND p."occurredAt"::timestamptz < '10000-01-01'
      THEN to_char(p."occurredAt"::timestamptz, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
      ELSE p."occurredAt"::timestamptz::text END,
    p.size, CASE WHEN p.size <= {max} THEN p."payload"::text END
  FROM (SELECT o.*, sum(least(o.size, {max})) OVER (ORDER BY o."txid", o."position")
               - least(o.size, {max}) AS before
        FROM (SELECT t.*, CASE WHEN pg_column_size(t."payload") > {max}
                            THEN pg_column_size(t."payload")
                            ELSE octet_length(t."payload"::text) END AS size
              FROM {table} t
              WHERE (t."txid", t."position") > ($1::bigint, $2::bigint)
                AND t."txid" < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
              ORDER BY t."txid", t."position" LIMIT $3::bigint) o) p
  WHERE p.before < $4::bigint ORDER BY p."txid", p."position")",
      {{"texts", text_columns()}, {"max", std::to_string(kEventBytesMax)}, {"table", table_}});
}

std::string TableSql::lowest_unread() const {
  return filled(R"(SELECT n."aggregateType", n."aggregateId", min(n."aggregateVersion")
  FROM (SELECT t."aggregateType", t."aggregateId", t."aggregateVersion" FROM {table} t
        WHERE (t."txid", t."position") > ($1::bigint, $2::bigint)
        ORDER BY t."txid", t."position" LIMIT {rows}) n
  JOIN unnest($3::text[], $4::text[]) AS a(type, id)
    ON a.type = n."aggregateType" AND a.id = n."aggregateId"
  WHERE n."aggregateVersion" IS NOT NULL GROUP BY 1, 2)",
                {{"table", table_}, {"rows", std::to_string(kLookAheadRows)}});
}

std::string TableSql::next_transaction() const {
  return filled(R"(SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
    coalesce((SELECT max(t."txid") FROM {table} t)
             >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint, false))",
                {{"table", table_}});
}

std::string TableSql::row_at() const {
  return filled(R"(SELECT left(t."eventId", {max}) FROM {table} t
  WHERE t."txid" = $1 AND t."position" = $2)",
                {{"max", std::to_string(kTextMax)}, {"table", table_}});
}

// xmin has the lower 32 bits of the writer's transaction id, and `txid` has 64. Rows written before
// the mark were checked already.
std::string TableSql::uncertain(const std::string& checked) const {
  if (checked == kNothingIsChecked) return "true";
  const std::string is_foreign = R"(t.xmin::text::bigint <> t."txid" % 4294967296)";
  std::uint64_t mark = 0;
  const char* const end = checked.data() + checked.size();
  const auto [stop, error] = std::from_chars(checked.data(), end, mark);
  // Not a number: there is no mark, so all rows are checked.
  if (error != std::errc() || stop != end) return "(" + is_foreign + ")";
  return "(" + is_foreign + " AND age(t.xmin) <= age('" + std::to_string(mark & UINT32_MAX) +
         "'::xid))";
}

std::string TableSql::passed(const std::string& checked) const {
  return filled(R"(SELECT t."txid"::text || ':' || t."position"::text, t.is_uncertain, t.number,
    left(t."eventId", $5::int), left(t."type", $5::int), left(t."aggregateType", $5::int),
    left(t."aggregateId", $5::int)
  FROM (SELECT t.*, {uncertain} AND NOT EXISTS (
            SELECT 1 FROM {rejected} r
            WHERE r."source" = $6 AND r."place" = t."txid"::text || ':' || t."position"::text)
          AS is_uncertain, row_number() OVER (ORDER BY t."txid", t."position") AS number
        FROM (SELECT t.xmin, t.* FROM {table} t
              WHERE (t."txid", t."position") > ($1::bigint, $2::bigint)
                AND (t."txid", t."position") <= ($3::bigint, $4::bigint)
              ORDER BY t."txid", t."position" LIMIT {rows}) t) t
  WHERE t.is_uncertain OR t.number = {rows} ORDER BY t.number)",
                {{"uncertain", uncertain(checked)},
                 {"rejected", rejected_},
                 {"table", table_},
                 {"rows", std::to_string(kPassedRows)}});
}

std::string TableSql::snapshot_bounds() {
  return R"(SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint
  FROM pg_current_snapshot() s)";
}

// Takes the oldest rows first, and compares the age of only these.
std::string TableSql::tidy(const std::string& checked) const {
  return filled(R"(DELETE FROM {table} WHERE "position" IN (
    SELECT o."position"
    FROM (SELECT t."position", t."occurredAt" FROM {table} t
          WHERE (t."txid", t."position") <= ($1::bigint, $2::bigint) AND NOT {uncertain}
            AND NOT EXISTS (
              SELECT 1 FROM {rejected} r
              WHERE r."source" = $3 AND r."place" = t."txid"::text || ':' || t."position"::text)
          ORDER BY t."txid", t."position" LIMIT {rows}) o
    WHERE o."occurredAt" <= now() - make_interval(secs => $4) OR NOT isfinite(o."occurredAt")))",
                {{"table", table_},
                 {"uncertain", uncertain(checked)},
                 {"rejected", rejected_},
                 {"rows", std::to_string(kDeletedAtOnce)}});
}

std::string TableSql::lag() const {
  return filled(R"(SELECT count(*), coalesce(extract(epoch FROM now() - min(o."occurredAt")
    FILTER (WHERE isfinite(o."occurredAt"))), 0)
  FROM (SELECT t."occurredAt" FROM {table} t
        WHERE (t."txid", t."position") > ($1::bigint, $2::bigint)
        ORDER BY t."txid", t."position" LIMIT {rows}) o)",
                {{"table", table_}, {"rows", std::to_string(kLagRowsMax + 1)}});
}

std::string TableSql::read_copied_statement() const {
  return filled(R"(UPDATE {table} SET "txid" = {own} WHERE "txid" > {own})",
                {{"table", table_}, {"own", kOwnTransaction}});
}

// One statement for both: it deletes the entries, and gives their rows new numbers.
std::string TableSql::read_skipped_statement() const {
  return filled(R"(WITH skipped AS (DELETE FROM {rejected} WHERE "source" = {source})"
                R"( AND "reason" = {reason} RETURNING "place") UPDATE {table} o)"
                R"( SET "txid" = {own} FROM skipped s)"
                R"( WHERE s."place" = o."txid"::text || ':' || o."position"::text)",
                {{"rejected", rejected_},
                 {"source", source_},
                 {"reason", quoted_literal(kSkippedReason)},
                 {"table", table_},
                 {"own", kOwnTransaction}});
}

}  // namespace courtside
