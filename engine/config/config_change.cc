#include "engine/config/config_change.h"

#include <algorithm>

#include "base/check.h"

namespace courtside {
namespace {

bool is_reloaded(const Setting& setting) {
  const std::vector<std::string_view>& names = reloaded_settings();
  return std::find(names.begin(), names.end(), setting.name) != names.end();
}

bool have_equal_sources(const Config& before, const Config& after) {
  const auto text = [](const OutboxSettings& source) {
    Config config;
    config.outbox = source;
    std::string out;
    for_each_outbox_setting([&](const Setting& setting, std::string_view /*key*/) {
      out.append(value_text(setting, config)).push_back('\n');
    });
    return out;
  };
  return std::equal(
      before.sources.begin(), before.sources.end(), after.sources.begin(), after.sources.end(),
      [&](const OutboxSettings& a, const OutboxSettings& b) { return text(a) == text(b); });
}

}  // namespace

const std::vector<std::string_view>& reloaded_settings() {
  static const std::vector<std::string_view> names = {
      "heartbeat",
      "drain",
      "allowed_origins",
      "trusted_proxies",
      "allow_similar_types",
      "deflate",
      "conformance_echo",
      "log.level",
      "limits.memory_bytes",
      "limits.connections",
      "limits.connections_per_address",
      "limits.connections_per_account",
      "limits.anonymous_sessions",
      "limits.anonymous_subscriptions",
      "limits.anonymous_channels",
      "limits.subscribes_per_second",
      "limits.publishes_per_second",
      "limits.failed_logins_per_minute",
      "limits.handshake",
      "limits.idle",
      "limits.header_bytes",
      "limits.headers",
      "limits.body_bytes",
      "limits.pending_body_bytes",
      "limits.receive",
      "limits.fragments",
      "limits.pongs_per_second",
      "limits.subscriptions",
      "limits.channels",
      "limits.publishes_in_flight",
      "limits.queue_bytes",
      "limits.catch_ups_per_account",
      "limits.page_events",
      "limits.page_bytes",
      "limits.page_scanned",
      "limits.history_events",
      "limits.history_streams",
      "limits.history_streams_per_account",
      "limits.history_reads_per_account",
      "limits.history_stall",
      "limits.history_bytes_per_second",
      "limits.long_poll",
      "limits.stream_answer",
  };
  return names;
}

ConfigChange config_change(const Config& before, const Config& after) {
  ConfigChange change{.config = before, .in_use = {}, .waiting = {}};
  for (const Setting& setting : settings()) {
    const std::string text = value_text(setting, after);
    if (text == value_text(setting, before)) continue;
    if (!is_reloaded(setting)) {
      change.waiting.emplace_back(setting.name);
      continue;
    }
    COURTSIDE_CHECK(assign(setting, change.config, text));
    change.in_use.emplace_back(setting.name);
  }
  const auto compare = [&](const char* table, bool is_equal) {
    if (!is_equal) change.waiting.emplace_back(table);
  };
  compare("route", before.routes == after.routes);
  compare("projection", before.projections == after.projections);
  compare("read", before.read_rules == after.read_rules);
  compare("publish", before.publish_rules == after.publish_rules);
  compare("role", before.roles == after.roles);
  compare("source", have_equal_sources(before, after));
  return change;
}

}  // namespace courtside
