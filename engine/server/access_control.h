// Builds authorization: credentials, rules, and the fact sources behind one cache. Without
// configured access control every caller is an administrator.
//
// Threads: made and destroyed on the Server's thread; access() may be used on any.
#pragma once

#include <memory>

#include "base/result.h"
#include "engine/access/access.h"
#include "engine/access/credential.h"
#include "engine/config/config.h"
#include "engine/postgres/platform_source.h"
#include "engine/server/commit_follower.h"
#include "engine/server/log_facts.h"
#include "engine/server/revocation_memory.h"
#include "eventlog/batch.h"

namespace courtside {

class AccessControl final : public CommitFollower {
 public:
  // Reads the files and checks the database's queries: bad_configuration with what is wrong. An
  // unreachable database is only a warning, and accounts are refused until it is reachable. Also
  // fails when the log cannot be read (see RevocationMemory). The references must outlive it.
  static Result<std::unique_ptr<AccessControl>> make(const Config& config, const LogReader& log,
                                                     const PageReader& pages, LogNotes& notes);

  Access& access() { return *access_; }
  FactCache::Counters cache_counters() const { return cache_->counters(); }
  const PlatformSource* platform() const { return platform_.get(); }

  // Applies the rights changes of a committed batch.
  void on_commit(const Commit& commit) override;

  // Reloads changed key files; call it from a timer. Returns how many of them have new keys in use.
  int reload_if_changed();

 private:
  AccessControl(const LogReader& log, const PageReader& pages, LogNotes& notes)
      : revocations_(log, pages, notes), log_facts_(std::make_unique<LogFacts>(log, pages)) {}

  RevocationMemory revocations_;
  std::unique_ptr<AccessRules> rules_;
  std::unique_ptr<Credentials> credentials_;  // null without access control
  std::unique_ptr<FactCache> cache_;
  std::unique_ptr<Access> access_;
  // Sources answer while they are destroyed, so they are destroyed before the cache.
  std::unique_ptr<LogFacts> log_facts_;
  std::unique_ptr<PlatformSource> platform_;  // null without a database
};

}  // namespace courtside
