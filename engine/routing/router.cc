#include "engine/routing/router.h"

#include <algorithm>

#include "base/format.h"
#include "base/hash.h"
#include "engine/access/access_rules.h"
#include "engine/access/rights_change.h"
#include "replay/filter.h"
#include "schema/channel.h"
#include "schema/pattern.h"

namespace courtside {
namespace {

constexpr std::string_view kFieldPrefix = "data.";

void add_once(std::vector<std::string>& channels, std::string channel) {
  if (std::find(channels.begin(), channels.end(), channel) == channels.end()) {
    channels.push_back(std::move(channel));
  }
}

}  // namespace

Result<Router::Template> Router::parse_template(std::string_view text) {
  const auto open = text.find('{');
  if (open == std::string_view::npos) {
    if (!is_channel(text)) {
      return fail(Code::bad_configuration, format("'{}' is not a channel", text));
    }
    return Template{std::string(text), {}, {}};
  }
  const auto close = text.find('}', open);
  const std::string_view field =
      close == std::string_view::npos ? "" : text.substr(open + 1, close - open - 1);
  if (!field.starts_with(kFieldPrefix) || field.size() == kFieldPrefix.size()) {
    return fail(Code::bad_configuration,
                "'" + std::string(text) + "' is not a template such as 'user:{data.accountId}'");
  }
  Template made{std::string(text.substr(0, open)), std::string(field.substr(kFieldPrefix.size())),
                std::string(text.substr(close + 1))};
  if (!is_channel(made.prefix + "x" + made.suffix) || made.suffix.find('{') != std::string::npos) {
    return fail(Code::bad_configuration,
                "'" + std::string(text) + "' must be one kind, a colon, and one {data.field}");
  }
  return made;
}

Result<Router> Router::make(const std::vector<RouteRule>& rules) {
  Router router;
  for (const RouteRule& given : rules) {
    if (!is_type_pattern(given.type)) {
      return fail(Code::bad_configuration,
                  format("route: '{}' is neither an event type nor 'prefix.*'", given.type));
    }
    Rule rule{given.type, {}};
    for (const std::string& text : given.channels) {
      Result<Template> parsed = parse_template(text);
      if (!parsed) {
        return fail(Code::bad_configuration,
                    format("route for '{}': {}", given.type, parsed.error().message));
      }
      rule.channels.push_back(std::move(*parsed));
    }
    router.rules_.push_back(std::move(rule));
  }
  return router;
}

Result<std::vector<std::string>> Router::route(
    EventView event, const std::vector<std::string>& explicit_channels) const {
  std::vector<std::string> channels;
  bool known = false;
  std::optional<DataFields> data;  // parsed once, and only if a rule matches
  for (const Rule& rule : rules_) {
    if (!matches_type(rule.type, event.type())) continue;
    known = true;
    for (const Template& part : rule.channels) {
      if (part.field.empty()) {
        add_once(channels, part.prefix);
        continue;
      }
      if (!data) data.emplace(event.data_kind() == DataKind::kJson ? event.data() : "");
      const auto value = data->text(part.field);
      if (!value) continue;
      std::string channel = part.prefix;
      channel.append(*value).append(part.suffix);
      if (is_channel(channel)) add_once(channels, std::move(channel));
    }
  }
  if (!known) add_once(channels, std::string(event.subject()));
  for (const std::string& channel : explicit_channels) add_once(channels, channel);
  if (const auto change = rights_change(event)) {
    std::string facts = fact_channel(change->fact);
    if (!facts.empty()) add_once(channels, std::move(facts));
  }
  if (channels.size() > kRecordChannelsMax) {
    return fail(Code::invalid_event,
                format("the event reaches more than {} channels", kRecordChannelsMax));
  }
  return channels;
}

Result<Projections> Projections::make(const std::vector<ProjectionRule>& rules) {
  Projections made;
  std::string said;
  for (const ProjectionRule& rule : rules) {
    if (!is_channel(rule.channel) && !is_channel_pattern(rule.channel)) {
      return fail(Code::bad_configuration,
                  format("projection: '{}' is neither a channel nor 'kind:*'", rule.channel));
    }
    made.rules_.push_back({rule.channel,
                           {.name = rule.channel,
                            .data_fields = rule.data_fields,
                            .listed_are_hidden = rule.listed_are_hidden,
                            .hide_actor = rule.hide_actor},
                           rule.unless_permission,
                           !rule.who.empty()});
    said.append("\n").append(rule.channel).append(rule.listed_are_hidden ? " -" : " +");
    said.append(rule.hide_actor ? "-" : "+")
        .append(rule.unless_permission)
        .append(" ")
        .append(rule.who);
    for (const std::string& field : rule.data_fields) said.append("\t").append(field);
  }
  const Sha256 digest = sha256(said);
  made.digest_.assign(digest.begin(), digest.end());
  return made;
}

bool Projections::hide_actor(const std::vector<std::string>& channels,
                             const std::vector<std::string>& unmasked_permissions) const {
  // A reader of `*` sees every field, as in choose().
  if (std::find(channels.begin(), channels.end(), "*") != channels.end()) return false;
  return std::any_of(channels.begin(), channels.end(), [&](const std::string& channel) {
    return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
      return rule.projection.hide_actor && !is_lifted(rule, channel, unmasked_permissions) &&
             (matches_channel(rule.channel, channel) || matches_channel(channel, rule.channel));
    });
  });
}

bool Projections::is_lifted(const Rule& rule, std::string_view channel,
                            const std::vector<std::string>& unmasked_permissions) {
  return holds(unmasked_permissions, rule.unless_permission) ||
         (rule.has_who && holds(unmasked_permissions, unmask_key(channel)));
}

const Projections::Rule* Projections::of_channel(std::string_view channel) const {
  for (const Rule& rule : rules_) {
    if (matches_channel(rule.channel, channel)) return &rule;
  }
  return nullptr;
}

namespace {

// Hiding the listed fields shows more than showing only the listed ones.
bool is_wider(const Projection& a, const Projection& b) {
  if (a.listed_are_hidden != b.listed_are_hidden) return a.listed_are_hidden;
  return b.hide_actor && !a.hide_actor;
}

}  // namespace

const Projection* Projections::choose(const std::vector<std::string>& channels,
                                      const std::vector<std::string>& unmasked_permissions,
                                      RecordView record) const {
  if (rules_.empty() || channels.empty()) return nullptr;
  const Projection* widest = nullptr;
  for (const std::string_view reached : record.channels()) {
    for (const std::string& wanted : channels) {
      // `*` is the audit view: unprojected.
      if (wanted == "*") return nullptr;
      if (!matches_channel(wanted, reached)) continue;
      const Rule* rule = of_channel(reached);
      if (rule == nullptr || is_lifted(*rule, wanted, unmasked_permissions)) return nullptr;
      if (widest == nullptr || is_wider(rule->projection, *widest)) widest = &rule->projection;
    }
  }
  return widest;
}

}  // namespace courtside
