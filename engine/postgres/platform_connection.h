// One connection to the platform's database, and its queries. Each answer comes from one read-only
// transaction, so all its parts are of one moment. The id is always a parameter.
//
// It blocks. The server ends a statement after timeout_ms. If the server is silent, the watchdog
// shuts socket() down, and the blocking call returns kUnreachable. A lost connection does not
// reconnect: discard it.
//
// Threads: one at a time; socket() may be shut down from another while a call is under way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "engine/access/fact.h"
#include "engine/config/config.h"

namespace courtside {

struct QueryError {
  enum class Kind : std::uint8_t {
    kUnreachable,  // no server, or the connection is lost
    kTimeout,      // it took too long
    kRefused,  // the query is wrong: the server says so, or its columns are not the expected ones
  };
  Kind kind = Kind::kUnreachable;
  std::string text = {};  // the first line of the server's message
};
template <typename T>
using Answer = tl::expected<T, QueryError>;

class PlatformConnection {
 public:
  // `connection` is from connection_string(). `settings` holds the queries and must outlive it.
  static Answer<std::unique_ptr<PlatformConnection>> open(const std::string& connection,
                                                          const Config::Database& settings);
  ~PlatformConnection();
  PlatformConnection(const PlatformConnection&) = delete;
  PlatformConnection& operator=(const PlatformConnection&) = delete;

  bool is_open() const;
  int socket() const;  // valid until the end, even if libpq has closed its own: see SharedSocket

  // REQUIRES: `key` is an account or a booking; its id has no zero byte.
  Answer<Fact> load(const FactKey& key, std::uint64_t timeout_ms);

  // Runs each query with an id that does not exist. kRefused names every wrong setting with the
  // missing table or column.
  Answer<Fact> check(std::uint64_t timeout_ms);

 private:
  struct Connection;
  PlatformConnection(std::unique_ptr<Connection> connection, const Config::Database& settings);

  std::unique_ptr<Connection> connection_;
  const Config::Database& settings_;
};

}  // namespace courtside
