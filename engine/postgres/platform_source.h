// The facts about accounts and bookings, from the platform's database.
//
//   Result<std::unique_ptr<PlatformSource>> source = PlatformSource::open(config.database);
//   const Result<void> checked = (*source)->check();   // bad_configuration: do not start
//   cache = FactCache(limits, {source, source, nullptr, nullptr}, clock);
//
// Each load has its answer within query_ms, or 250 ms later if the server is silent: the fact,
// monostate if there is no such id, or `overloaded`. The database may become unreachable and come
// back: see query_pool.h.
//
// Threads: any; answers come on threads of its own, or on the caller's before load() returns.
#pragma once

#include <memory>
#include <string>

#include "engine/access/fact.h"
#include "engine/config/config.h"
#include "engine/postgres/query_pool.h"

namespace courtside {

class PlatformSource final : public FactSource {
 public:
  // Starts to connect without waiting for the connection. bad_configuration when settings.url is
  // not a connection string. REQUIRES: settings.url is not empty.
  static Result<std::unique_ptr<PlatformSource>> open(const Config::Database& settings);

  // Tries each query and waits for the answers. bad_configuration names the wrong settings with the
  // missing table or column. unavailable: the database cannot be reached; warn only, because loads
  // are refused until it can be. REQUIRES: not on a thread that runs an answer.
  Result<void> check();

  // The answer is monostate for other kinds than accounts and bookings.
  void load(const FactKey& key, std::function<void(Result<Fact>)> done) override;

  QueryPool::Counters counters() const { return pool_.counters(); }

 private:
  PlatformSource(std::string connection, const Config::Database& settings)
      : pool_(std::move(connection), settings) {}

  QueryPool pool_;
};

}  // namespace courtside
