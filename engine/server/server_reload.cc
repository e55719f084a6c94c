// SIGHUP: what a running server reads again, and what it takes over.
#include <algorithm>
#include <string>
#include <vector>

#include "base/format.h"
#include "base/log.h"
#include "engine/config/config_change.h"
#include "engine/server/config_check.h"
#include "engine/server/process_memory.h"
#include "engine/server/server.h"
#include "engine/server/service_manager.h"

namespace courtside {
namespace {

void log_change(const ConfigChange& change) {
  const auto joined = [](const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& each : names) out.append(out.empty() ? "" : ", ").append(each);
    return out;
  };
  if (change.in_use.empty() && change.waiting.empty()) {
    return log_info("engine", "no setting has changed");
  }
  if (!change.in_use.empty()) log_info("engine", "changed settings: " + joined(change.in_use));
  if (change.waiting.empty()) return;
  log_warning("engine", format("changed, but read at the start only: {}; SIGUSR2 restarts the "
                               "server in place",
                               joined(change.waiting)));
}

}  // namespace

void Server::reload() {
  tell_reloading();
  const int changed = access_->reload_if_changed();
  const bool is_new_certificate = tls_ && tls_->reload_if_changed(TlsFiles::When::kNow);
  log_info("engine", format("asked to reload: files of keys were read, new keys of {} are in use{}",
                            changed, is_new_certificate ? ", and a new certificate" : ""));
  if (read_settings_) reload_settings();
  tell_ready();
}

// Takes over nothing when `serve` would not start with the new settings, or with those that would
// be in use until the restart.
void Server::reload_settings() {
  Result<LoadedConfig> loaded = read_settings_();
  if (Result<void> sound = loaded ? check_config(*loaded) : fail(loaded.error()); !sound) {
    return log_error("engine", sound.error().message + "; the settings stay");
  }
  // The descriptors for connections were counted at the start.
  std::uint64_t& connections = loaded->config.limits.connections;
  const bool has_more =
      connections > descriptors_.connections && connections != wanted_connections_;
  connections = std::min(connections, descriptors_.connections);
  loaded->config.limits.memory_bytes = memory_budget_bytes(loaded->config);
  ConfigChange change = config_change(*current_.get(), loaded->config);
  if (has_more) change.waiting.emplace_back("limits.connections");
  if (const Result<void> safe = check_exposure(change.config); !safe) {
    return log_error("engine",
                     "without a restart: " + safe.error().message + "; the settings stay");
  }
  // The more talkative level of the two tells of the change.
  if (change.config.log.level < current_.get()->log.level) set_log_level(change.config.log.level);
  log_change(change);
  set_log_level(change.config.log.level);
  admission_->apply(change.config, *NetworkList::parse(change.config.trusted_proxies));
  current_.set(std::make_shared<const Config>(change.config));
}

}  // namespace courtside
