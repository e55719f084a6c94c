#include "engine/postgres/outbox_install.h"

#include <pqxx/pqxx>

#include "base/format.h"
#include "engine/postgres/connection_string.h"
#include "engine/postgres/sql_error.h"

namespace courtside {

Result<void> run_outbox_statements(const std::string& url,
                                   const std::vector<OutboxStatement>& statements,
                                   std::uint64_t statement_ms) {
  const Result<std::string> text = connection_string("outbox.url", url, statement_ms);
  if (!text) return fail(text.error());
  try {
    pqxx::connection connection(*text);
    pqxx::nontransaction session(connection);
    // "relation already exists, skipping" is what running it again is for.
    session.exec("SET client_min_messages = warning");
    session.exec(format("SET statement_timeout = {}", statement_ms));
    session.exec(format("SET lock_timeout = {}", kInstallLockMs));
    for (const OutboxStatement& each : statements) {
      if (!each.sql.empty()) session.exec(each.sql);
    }
    return {};
  } catch (const pqxx::sql_error& error) {
    return fail(is_passing(error) ? Code::unavailable : Code::bad_configuration,
                first_line(error.what()));
  } catch (const std::exception& error) {
    return fail(Code::unavailable, first_line(error.what()));
  }
}

}  // namespace courtside
