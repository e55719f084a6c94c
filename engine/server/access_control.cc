#include "engine/server/access_control.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/time.h"

namespace courtside {

Result<std::unique_ptr<AccessControl>> AccessControl::make(const Config& config,
                                                           const LogReader& log,
                                                           const PageReader& pages,
                                                           LogNotes& notes) {
  std::unique_ptr<AccessControl> made(new AccessControl(log, pages, notes));
  Result<AccessRules> rules = AccessRules::make(config);
  if (!rules) return fail(rules.error());
  made->rules_ = std::make_unique<AccessRules>(std::move(*rules));

  if (!config.database.url.empty()) {
    Result<std::unique_ptr<PlatformSource>> platform = PlatformSource::open(config.database);
    if (!platform) return fail(platform.error());
    made->platform_ = std::move(*platform);
    const Result<void> checked = made->platform_->check();
    if (!checked && checked.error().code != Code::unavailable) return fail(checked.error());
    if (!checked) log_warning("access", checked.error().message + ": accounts are refused");
  }
  FactSource* const platform = made->platform_.get();
  FactSource* const in_log = made->log_facts_.get();
  const FactCache::Sources sources = {platform, platform, in_log, in_log, in_log, in_log};
  // Keep facts for less than a recheck interval, so that each recheck asks the source again.
  Config::Database limits = config.database;
  limits.cache_ms = std::min(limits.cache_ms, config.access.recheck_ms / 2);
  made->cache_ = std::make_unique<FactCache>(limits, sources, [] { return steady_us() / 1000; });

  Access::Identify identify;
  Access::LookUpKey look_up_key;
  Access::IdentifyCertificate identify_certificate;
  if (has_access_control(config)) {
    Result<std::unique_ptr<Credentials>> credentials = Credentials::make(config.access);
    if (!credentials) return fail(credentials.error());
    made->credentials_ = std::move(*credentials);
    identify = [known = made->credentials_.get()](std::string_view credential, std::int64_t now_s) {
      return known->identify(credential, now_s);
    };
    identify_certificate = [known = made->credentials_.get()](std::string_view name) {
      return known->identify_certificate(name);
    };
    look_up_key = [known = made->credentials_.get()](const Identity& identity) {
      return known->look_up_key(identity);
    };
  }
  made->access_ =
      std::make_unique<Access>(config, *made->rules_, *made->cache_, std::move(identify), now,
                               std::move(look_up_key), std::move(identify_certificate));
  made->access_->set_applied_until(log.held().end);
  // Also while access control is off, because it may be on at the next start.
  if (const auto begun = made->revocations_.begin(); !begun) return fail(begun.error());
  if (!made->access_->enabled()) return made;
  if (const auto loaded = made->revocations_.load(*made->access_); !loaded) {
    return fail(loaded.error());
  }
  return made;
}

void AccessControl::on_commit(const Commit& commit) {
  const Batch& batch = *commit.batch;
  // An error is only logged: the events are in the log, where the next start finds them.
  if (const auto noted = revocations_.on_commit(batch, commit.rights, *access_); !noted) {
    log_error("access", noted.error().message);
  }
  if (!access_->enabled()) return;
  for (const CommitRights::Change& each : commit.rights.changes) {
    access_->on_change(each.change, batch.at(each.index).recorded());
  }
  if (!batch.range.empty()) access_->set_applied_until(batch.range.end);
}

int AccessControl::reload_if_changed() {
  const int changed = credentials_ ? credentials_->reload_if_changed() : 0;
  if (changed > 0) access_->on_keys_change();
  return changed;
}

}  // namespace courtside
