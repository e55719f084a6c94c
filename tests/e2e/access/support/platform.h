// The platform beside the server: its accounts in a real PostgreSQL, tokens of theirs, and the
// settings by which a server asks there.
//
//   Platform platform;
//   ServerProcess server(platform.flags());
//   WsClient ws(server.port(), {.headers = bearer(platform.token("account-USER"))});
//
// Threads: one; postgres() belongs to the program's first.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/http_client.h"
#include "tests/e2e/support/server_process.h"
#include "tests/support/platform_tables.h"
#include "tests/support/postgres_server.h"

namespace courtside::e2e {

// One cluster for the whole program.
PostgresServer& postgres();

// A service that may publish, as http-backend is one; it may read nothing.
constexpr const char* kServiceKey = "service-key-0123456789-0123456789-ab";

Headers bearer(const std::string& credential);  // none where it is empty

class Platform {
 public:
  // A database of its own. `shape`: which tables are there.
  explicit Platform(PlatformShape shape = PlatformShape::kFull);

  void sql(const std::string& text) const { postgres().sql(database_, text); }

  // For the next flags(): another text of a query of the file's table [database].
  void set_query(const std::string& name, const std::string& text) { queries_[name] = text; }

  // Flags of a server that has the secret, the service's key and this database.
  std::vector<std::string> flags(const std::vector<std::string>& more = {}) const;

  // Good for `lifetime`. It claims to be an administrator's and to hold all there is to hold: where
  // there is a database, no claim counts.
  std::string token(const std::string& account, const std::string& lifetime = "1h") const;

 private:
  std::unique_ptr<TempFolder> folder_ = std::make_unique<TempFolder>();
  std::string database_;
  std::map<std::string, std::string> queries_;
};

}  // namespace courtside::e2e
