#include "engine/postgres/platform_connection.h"

#include <algorithm>
#include <pqxx/pqxx>
#include <utility>

#include "base/ascii.h"
#include "base/format.h"
#include "engine/postgres/shared_socket.h"
#include "engine/postgres/sql_error.h"

namespace courtside {
namespace {

using Kind = QueryError::Kind;
// One snapshot for all statements of an answer.
using Reading = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;

// SQLSTATE, appendix A of PostgreSQL's manual.
constexpr std::string_view kBadCharacter = "22021";
constexpr std::string_view kBadText = "22P02";     // no uuid, say, where the column is one
constexpr std::string_view kOutOfRange = "22003";  // no number that it could be

bool is_no_such_id(const pqxx::sql_error& error) {
  const std::string& state = error.sqlstate();
  return state == kBadCharacter || state == kBadText || state == kOutOfRange;
}

// Exceptions end here. An id that cannot be one, where ids are uuids, is of nothing.
template <typename Ask>
Answer<Fact> guarded(const pqxx::connection& connection, const Ask& ask) {
  QueryError error;
  try {
    return ask();
  } catch (const pqxx::sql_error& e) {
    if (is_no_such_id(e)) return Fact();
    const bool late = e.sqlstate() == kQueryCanceled;
    error = {late ? Kind::kTimeout : Kind::kRefused, message_of(e)};
  } catch (const std::exception& e) {
    error = {Kind::kRefused, first_line(e.what())};
  }
  // A server that goes down says so with an SQL error of its own.
  if (!connection.is_open()) error.kind = Kind::kUnreachable;
  return tl::unexpected<QueryError>(std::move(error));
}

// Compared by hand: libpq folds the name that it is asked for to lower case, but not the column's.
pqxx::row::size_type column(const pqxx::result& rows, std::string_view name) {
  for (pqxx::row::size_type i = 0; i < rows.columns(); ++i) {
    const std::string_view each = rows.column_name(i);
    if (equals_ignoring_case(each, name)) return i;
  }
  throw pqxx::argument_error(format("it gives no column `{}`", name));
}

std::string text_of(const pqxx::result& rows, std::string_view name) {
  return rows[0][column(rows, name)].as<std::string>(std::string());
}

// Sorted, each once, as facts hold their lists.
std::vector<std::string> list_of(const pqxx::result& rows, std::string_view name) {
  const auto at = column(rows, name);
  std::vector<std::string> out;
  for (const auto& row : rows) {
    if (!row[at].is_null()) out.emplace_back(row[at].c_str());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Whether there is the one row. Of two accounts with one id nobody knows which is meant.
bool is_found(const pqxx::result& rows) {
  if (rows.size() > 1) throw pqxx::usage_error("it gives more than one row for an id");
  return !rows.empty();
}

void limit(Reading& reading, std::uint64_t timeout_ms) {
  // For this transaction: nothing of ours stays where a pooler lends the connection on.
  reading.exec(format("SET LOCAL statement_timeout = {}", timeout_ms));
}

Fact account(Reading& reading, const Config::Database& settings, const std::string& id) {
  const pqxx::result rows = reading.exec_params(settings.account_query, id);
  if (!is_found(rows)) return {};
  AccountFact fact;
  fact.is_active = rows[0][column(rows, "counts")].as<bool>(false);
  fact.role = text_of(rows, "role");
  if (!fact.is_active) return fact;  // It may nothing, so there is nothing more to ask.
  fact.permissions = list_of(reading.exec_params(settings.permissions_query, id), "key");
  fact.venues = list_of(reading.exec_params(settings.venues_query, id), "venueId");
  return fact;
}

Fact booking(Reading& reading, const Config::Database& settings, const std::string& id) {
  const pqxx::result rows = reading.exec_params(settings.booking_query, id);
  if (!is_found(rows)) return {};
  return BookingFact{.account_id = text_of(rows, "accountId"),
                     .venue_id = text_of(rows, "venueId")};
}

constexpr unsigned kBooleanType = 16;  // BOOLOID of pg_type.dat

void check_columns(const pqxx::result& rows, const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    const auto at = column(rows, name);
    if (name == "counts" && rows.column_type(at) != kBooleanType) {
      throw pqxx::argument_error("its column `counts` is no boolean");
    }
  }
}

}  // namespace

struct PlatformConnection::Connection {
  explicit Connection(const std::string& text) : pqxx(text), socket(pqxx.sock()) {
    never_reopen(pqxx);
  }
  pqxx::connection pqxx;
  const SharedSocket socket;
};

PlatformConnection::PlatformConnection(std::unique_ptr<Connection> connection,
                                       const Config::Database& settings)
    : connection_(std::move(connection)), settings_(settings) {}
PlatformConnection::~PlatformConnection() = default;

Answer<std::unique_ptr<PlatformConnection>> PlatformConnection::open(
    const std::string& connection, const Config::Database& settings) {
  try {
    return std::unique_ptr<PlatformConnection>(
        new PlatformConnection(std::make_unique<Connection>(connection), settings));
  } catch (const std::exception& e) {
    return tl::unexpected<QueryError>({Kind::kUnreachable, first_line(e.what())});
  }
}

bool PlatformConnection::is_open() const { return connection_->pqxx.is_open(); }
int PlatformConnection::socket() const { return connection_->socket.descriptor(); }

Answer<Fact> PlatformConnection::load(const FactKey& key, std::uint64_t timeout_ms) {
  return guarded(connection_->pqxx, [&] {
    Reading reading(connection_->pqxx);
    limit(reading, timeout_ms);
    return key.kind == FactKind::kAccount ? account(reading, settings_, key.id)
                                          : booking(reading, settings_, key.id);
  });
}

Answer<Fact> PlatformConnection::check(std::uint64_t timeout_ms) {
  struct Row {
    const char* setting;
    const std::string& query;
    std::vector<std::string_view> columns;
  };
  const Row table[] = {
      {"database.account_query", settings_.account_query, {"counts", "role"}},
      {"database.permissions_query", settings_.permissions_query, {"key"}},
      {"database.venues_query", settings_.venues_query, {"venueId"}},
      {"database.booking_query", settings_.booking_query, {"accountId", "venueId"}},
  };
  std::string wrong;
  for (const Row& row : table) {
    const Answer<Fact> answer = guarded(connection_->pqxx, [&] {
      Reading reading(connection_->pqxx);
      limit(reading, timeout_ms);
      check_columns(reading.exec_params(row.query, "no such id"), row.columns);
      return Fact();
    });
    if (answer) continue;
    if (answer.error().kind != Kind::kRefused) return answer;
    wrong.append(wrong.empty() ? "" : "; ").append(row.setting).append(": ");
    wrong.append(answer.error().text);
  }
  if (wrong.empty()) return Fact();
  return tl::unexpected<QueryError>({Kind::kRefused, std::move(wrong)});
}

}  // namespace courtside
