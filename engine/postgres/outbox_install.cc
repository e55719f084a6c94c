#include "engine/postgres/outbox_install.h"

#include <pqxx/pqxx>

#include "engine/postgres/connection_string.h"

namespace courtside {
namespace {

// The server's message less its prefix and less the lines that draw the statement.
std::string first_line(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  constexpr std::string_view kPrefix = "ERROR:";
  if (text.substr(0, kPrefix.size()) == kPrefix) text.remove_prefix(kPrefix.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return std::string(text);
}

}  // namespace

Result<void> run_outbox_statements(const std::string& url,
                                   const std::vector<OutboxStatement>& statements,
                                   std::uint64_t statement_ms) {
  const Result<std::string> text = connection_string(url, statement_ms);
  if (!text) {
    return fail(
        Code::bad_configuration,
        "it is no connection string of libpq, such as postgresql://user@host:5432/database");
  }
  try {
    pqxx::connection connection(*text);
    pqxx::nontransaction session(connection);
    // "relation already exists, skipping" is what running it again is for.
    session.exec("SET client_min_messages = warning");
    session.exec("SET statement_timeout = " + std::to_string(statement_ms));
    for (const OutboxStatement& each : statements) {
      if (!each.sql.empty()) session.exec(each.sql);
    }
    return {};
  } catch (const pqxx::sql_error& error) {
    return fail(Code::bad_configuration, first_line(error.what()));
  } catch (const std::exception& error) {
    return fail(Code::unavailable, first_line(error.what()));
  }
}

}  // namespace courtside
