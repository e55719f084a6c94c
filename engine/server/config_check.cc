#include "engine/server/config_check.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/format.h"
#include "base/log.h"
#include "engine/access/access_rules.h"
#include "engine/access/changing_file.h"
#include "engine/access/credential.h"
#include "engine/access/service_keys.h"
#include "engine/config/nearest.h"
#include "engine/postgres/connection_string.h"
#include "engine/routing/router.h"
#include "engine/server/tls_files.h"

namespace courtside {
namespace {

// Checks each rule alone, so that the error names the faulty one.
template <typename Rule, typename Check>
Result<void> check_each(const LoadedConfig& loaded, const char* table,
                        const std::vector<Rule>& rules, Check check) {
  const auto places = loaded.rule_places.find(table);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Result<void> sound = check(rules[i]);
    if (sound) continue;
    const bool has_place = places != loaded.rule_places.end() && i < places->second.size();
    return fail(sound.error().code,
                (has_place ? places->second[i] + ": " : "") + sound.error().message);
  }
  return {};
}

template <typename Made>
Result<void> without_value(const Result<Made>& made) {
  if (made) return {};
  return fail(made.error());
}

// A configuration without rules; callers add the rule to check.
Config without_rules() {
  Config config;
  config.read_rules.clear();
  config.projections.clear();
  config.publish_rules.clear();
  config.roles.clear();
  return config;
}

std::vector<std::string> known_permissions(const Config& config) {
  std::set<std::string> known = {std::string(kPublishPermission), "metrics:read",
                                 "connections:manage"};
  for (const ReadRule& rule : config.read_rules) {
    known.insert(rule.permissions.begin(), rule.permissions.end());
  }
  for (const ProjectionRule& rule : config.projections) known.insert(rule.unless_permission);
  known.erase("");
  return {known.begin(), known.end()};
}

Result<void> check_databases(const Config& config) {
  if (!config.database.url.empty()) {
    const Result<void> sound = without_value(
        connection_string("database.url", config.database.url, config.database.query_ms));
    if (!sound) return sound;
  }
  for (const OutboxSettings& each : outbox_sources(config)) {
    const Result<void> sound =
        without_value(connection_string("outbox.url", each.url, each.query_ms));
    if (!sound) return sound;
  }
  return {};
}

Result<void> check_files(const Config& config) {
  if (has_tls(config)) {
    if (const Result<void> sound = without_value(TlsFiles::make(config.tls)); !sound) return sound;
  }
  if (!has_access_control(config)) return {};
  return without_value(Credentials::make(config.access));
}

}  // namespace

Result<void> check_rules(const LoadedConfig& loaded) {
  const Config& config = loaded.config;
  const auto check_access = [](auto add) {
    Config alone = without_rules();
    add(alone);
    return without_value(AccessRules::make(alone));
  };
  Result<void> sound = check_each(loaded, "route", config.routes, [](const RouteRule& rule) {
    return without_value(Router::make({rule}));
  });
  if (!sound) return sound;
  sound = check_each(loaded, "projection", config.projections, [&](const ProjectionRule& rule) {
    const Result<void> made = without_value(Projections::make({rule}));
    if (!made) return made;
    return check_access([&](Config& alone) { alone.projections = {rule}; });
  });
  if (!sound) return sound;
  sound = check_each(loaded, "read", config.read_rules, [&](const ReadRule& rule) {
    return check_access([&](Config& alone) { alone.read_rules = {rule}; });
  });
  if (!sound) return sound;
  return check_each(loaded, "publish", config.publish_rules, [&](const PublishRule& rule) {
    return check_access([&](Config& alone) { alone.publish_rules = {rule}; });
  });
}

Result<void> check_config(const LoadedConfig& loaded) {
  const Config& config = loaded.config;
  if (const Result<void> safe = check_exposure(config); !safe) return safe;
  if (const Result<void> sound = check_rules(loaded); !sound) return sound;
  // Each rule is sound; together they may still exceed a bound.
  for (const Result<void>& whole : {without_value(Router::make(config.routes)),
                                    without_value(Projections::make(config.projections)),
                                    without_value(AccessRules::make(config))}) {
    if (!whole) return whole;
  }
  if (const Result<void> sound = check_databases(config); !sound) return sound;
  return check_files(config);
}

std::vector<std::string> unknown_permissions(const Config& config,
                                             const std::vector<std::string>& permissions) {
  const std::vector<std::string> known = known_permissions(config);
  std::vector<std::string> out;
  for (const std::string& each : permissions) {
    if (!std::binary_search(known.begin(), known.end(), each)) out.push_back(each);
  }
  return out;
}

void warn_of_service_keys(const Config& config) {
  const std::string& path = config.access.service_keys_file;
  if (path.empty()) return;
  const Result<std::string> text = ChangingFile(path).read();
  if (!text) return;
  const Result<std::vector<ServiceKey>> keys = parse_service_keys(*text, path);
  if (!keys) return;
  for (const ServiceKey& key : *keys) {
    if (key.is_certificate && config.tls.client_ca_file.empty()) {
      log_warning("access", format("{}: the certificate of `{}` is never asked for: "
                                   "tls.client_ca_file is empty",
                                   path, key.identity.actor));
    }
    for (const std::string& each : unknown_permissions(config, key.identity.permissions)) {
      log_warning("access",
                  format("{}: the key of `{}`: no rule asks for `{}`{}", path, key.identity.actor,
                         each, suggestion(each, known_permissions(config))));
    }
  }
}

}  // namespace courtside
