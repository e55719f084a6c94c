#include "engine/postgres/audit_log.h"

#include <pqxx/pqxx>
#include <utility>

#include "base/format.h"
#include "engine/postgres/connection_string.h"
#include "engine/postgres/sql_error.h"

namespace courtside {
namespace {

// The query's rows as JSON, as many as fit: each has the size of those before it. A row that no
// event can be made of travels without its columns.
std::string page_query(const AuditLog::Settings& settings) {
  std::string query = settings.query;
  query.erase(query.find_last_not_of("; \t\r\n") + 1);
  return format(
      "SELECT r.id, r.at, r.size, CASE WHEN r.size <= {0} THEN r.columns END FROM (SELECT p.*, "
      "sum(least(p.size, {0})) OVER (ROWS UNBOUNDED PRECEDING) - least(p.size, {0}) AS before "
      "FROM (SELECT j.*, octet_length(j.columns) AS size FROM "
      "(SELECT q.\"id\"::text AS id, q.\"timestamp\"::text AS at, to_json(q)::text AS columns "
      "FROM ({1}\n) q) j) p) r WHERE r.before < {2}",
      kAuditRowBytesMax, query, settings.page_bytes);
}

}  // namespace

struct AuditLog::Connection {
  explicit Connection(const std::string& text) : pqxx(text) { never_reopen(pqxx); }
  pqxx::connection pqxx;
};

AuditLog::AuditLog(std::unique_ptr<Connection> connection, const Settings& settings)
    : settings_(settings), connection_(std::move(connection)) {}
AuditLog::~AuditLog() = default;

Result<std::unique_ptr<AuditLog>> AuditLog::open(const Settings& settings) {
  const Result<std::string> text =
      connection_string("--database", settings.url, settings.connect_ms);
  if (!text) return fail(text.error());
  try {
    return std::unique_ptr<AuditLog>(new AuditLog(std::make_unique<Connection>(*text), settings));
  } catch (const std::exception& error) {
    return fail(Code::unavailable, first_line(error.what()));
  }
}

Result<std::vector<AuditRow>> AuditLog::next() {
  std::vector<AuditRow> out;
  try {
    pqxx::read_transaction reading(connection_->pqxx);
    // For this transaction, since a pooler may lend the connection on. Times are texts here.
    reading.exec(
        format("SET LOCAL statement_timeout = {}; SET LOCAL TimeZone = 'UTC'; "
               "SET LOCAL DateStyle = 'ISO, YMD'",
               settings_.statement_ms));
    const pqxx::result rows =
        reading.exec_params(page_query(settings_), time_, id_, settings_.page_rows);
    out.reserve(rows.size());
    for (const auto& row : rows) {
      out.push_back({.id = row[0].c_str(),
                     .timestamp = row[1].c_str(),
                     .columns = row[3].c_str(),
                     .size_bytes = row[2].as<std::uint64_t>()});
    }
  } catch (const pqxx::sql_error& error) {
    const bool is_gone = is_passing(error) || !connection_->pqxx.is_open();
    return fail(is_gone ? Code::unavailable : Code::bad_configuration, first_line(error.what()));
  } catch (const std::exception& error) {
    return fail(Code::unavailable, first_line(error.what()));
  }
  if (out.empty()) return out;
  if (out.back().timestamp == time_ && out.back().id == id_) {
    return fail(Code::bad_configuration,
                "--query gives the same rows again: let it begin behind "
                "$1 and $2");
  }
  time_ = out.back().timestamp;
  id_ = out.back().id;
  return out;
}

}  // namespace courtside
