// The platform beside the server: its accounts in a real PostgreSQL, tokens for them, and the
// settings for a server that uses it.
//
//   Platform platform;
//   ServerProcess server(platform.flags());
//   WsClient ws(server.port(), {.headers = bearer(platform.token("account-USER"))});
//
// Threads: one; postgres() belongs to the program's first thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/support/platform_tables.h"
#include "tests/support/postgres_server.h"

namespace courtside::e2e {

// One database cluster for the whole program.
PostgresServer& postgres();

// A service that may publish, like http-backend, but read nothing.
constexpr const char* kServiceKey = "service-key-0123456789-0123456789-ab";

Headers bearer(const std::string& credential);  // none if empty

class Platform {
 public:
  // Makes its own database. `shape`: which tables exist.
  explicit Platform(PlatformShape shape = PlatformShape::kFull);

  void sql(const std::string& text) const { postgres().sql(database_, text); }

  // Sets a query of the file's table [database] for the next flags().
  void set_query(const std::string& name, const std::string& text) { queries_[name] = text; }

  // Flags for a server with the secret, the service key and this database.
  std::vector<std::string> flags(const std::vector<std::string>& more = {}) const;

  // A token valid for `lifetime`. It claims an administrator's role and all permissions, which must
  // not count where there is a database.
  std::string token(const std::string& account, const std::string& lifetime = "1h") const;

 private:
  std::unique_ptr<TempFolder> folder_ = std::make_unique<TempFolder>();
  std::string database_;
  std::map<std::string, std::string> queries_;
};

}  // namespace courtside::e2e
