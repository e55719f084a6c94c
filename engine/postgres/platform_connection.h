// One connection to the platform's database, and the questions that are put to it. Every answer
// comes out of one read-only transaction, so it is of one moment; the id is always a parameter.
//
// It blocks. A statement ends after timeout_ms (the server sees to it); where the server is silent,
// whoever watches shuts socket() down, and the call that blocks returns kUnreachable. A connection
// that broke is never opened again by itself: throw it away.
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
    kUnreachable,  // the server is not there, or was lost
    kTimeout,      // it took too long
    kRefused,      // the server, or the shape of what it gave, says that the query is wrong
  };
  Kind kind = Kind::kUnreachable;
  std::string text = {};  // the server's first line
};
template <typename T>
using Answer = tl::expected<T, QueryError>;

class PlatformConnection {
 public:
  // `connection` as connection_string() makes it; of `settings` the queries, which must stay.
  static Answer<std::unique_ptr<PlatformConnection>> open(const std::string& connection,
                                                          const Config::Database& settings);
  ~PlatformConnection();
  PlatformConnection(const PlatformConnection&) = delete;
  PlatformConnection& operator=(const PlatformConnection&) = delete;

  bool is_open() const;
  int socket() const;  // ours to the end, also when libpq has closed its own: see SharedSocket

  // REQUIRES: an account or a booking, the id without a zero byte.
  Answer<Fact> load(const FactKey& key, std::uint64_t timeout_ms);

  // Puts each query with an id that does not exist. kRefused names every setting that is wrong, and
  // the table or column that is missing.
  Answer<Fact> check(std::uint64_t timeout_ms);

 private:
  struct Connection;
  PlatformConnection(std::unique_ptr<Connection> connection, const Config::Database& settings);

  std::unique_ptr<Connection> connection_;
  const Config::Database& settings_;
};

}  // namespace courtside
