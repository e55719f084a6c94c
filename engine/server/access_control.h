// Access put together: credentials, rules, and the sources of facts behind one cache. Where no
// access control is configured, what it makes lets everybody be an administrator.
//
// Threads: made and destroyed by the Server's; access() is for any.
#pragma once

#include <memory>

#include "base/result.h"
#include "engine/access/access.h"
#include "engine/access/credential.h"
#include "engine/config/config.h"
#include "engine/postgres/platform_source.h"
#include "engine/server/log_facts.h"
#include "engine/server/revocation_memory.h"
#include "eventlog/batch.h"

namespace courtside {

class AccessControl {
 public:
  // Files are read and the database's queries are tried here: bad_configuration says what is wrong
  // with them. A database that is not there is a warning; until it comes, accounts are refused. An
  // error of the log is one here too: see RevocationMemory.
  // The log, the pages and the notes outlive it.
  static Result<std::unique_ptr<AccessControl>> make(const Config& config, const LogReader& log,
                                                     const PageReader& pages, LogNotes& notes);

  Access& access() { return *access_; }
  FactCache::Counters cache_counters() const { return cache_->counters(); }
  const PlatformSource* platform() const { return platform_.get(); }

  // A batch was committed: what it changes in anybody's rights is true from here on. In order, and
  // before any shard hears of it.
  void on_commit(const Batch& batch);

  // Reads files that have changed; from a timer. How many of them are in use from here on.
  int reload_if_changed();

 private:
  AccessControl(const LogReader& log, const PageReader& pages, LogNotes& notes)
      : revocations_(log, pages, notes), log_facts_(std::make_unique<LogFacts>(log, pages)) {}

  RevocationMemory revocations_;
  std::unique_ptr<AccessRules> rules_;
  std::unique_ptr<Credentials> credentials_;  // null without access control
  std::unique_ptr<FactCache> cache_;
  std::unique_ptr<Access> access_;
  // Sources answer while they end, so they go first.
  std::unique_ptr<LogFacts> log_facts_;
  std::unique_ptr<PlatformSource> platform_;  // null without a database
};

}  // namespace courtside
