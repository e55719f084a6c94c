// What the platform's database says about accounts and bookings.
//
//   Result<std::unique_ptr<PlatformSource>> source = PlatformSource::open(config.database);
//   const Result<void> checked = (*source)->check();   // bad_configuration: do not start
//   cache = FactCache(limits, {source, source, nullptr, nullptr}, clock);
//
// Every load is answered within query_ms, and 250 ms more where the server is silent: with the
// fact, with monostate where there is no such id, else with `overloaded`, and never with a guess.
// The database may go and come: see query_pool.h.
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
  // Begins to connect, and does not wait for it. bad_configuration when settings.url is no
  // connection string. REQUIRES: settings.url is not empty.
  static Result<std::unique_ptr<PlatformSource>> open(const Config::Database& settings);

  // Waits until each query was tried. bad_configuration names the settings that are wrong with the
  // table or column that is missing; unavailable says that the database is not there, which is for
  // a warning only: until it is there, everything is refused. REQUIRES: no thread of an answer
  // calls.
  Result<void> check();

  // Answers monostate for other kinds than accounts and bookings.
  void load(const FactKey& key, std::function<void(Result<Fact>)> done) override;

  QueryPool::Counters counters() const { return pool_.counters(); }

 private:
  PlatformSource(std::string connection, const Config::Database& settings)
      : pool_(std::move(connection), settings) {}

  QueryPool pool_;
};

}  // namespace courtside
