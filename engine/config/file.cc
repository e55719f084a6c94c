#include "engine/config/file.h"

#include <algorithm>
#include <map>

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "base/format.h"
#include "engine/config/nearest.h"

namespace courtside {
namespace {

std::vector<std::string> known_names() {
  std::vector<std::string> names = {"route", "projection", "read", "publish", "role", "source"};
  for (const Setting& setting : settings()) names.emplace_back(setting.name);
  return names;
}

// Reads the parsed file, and makes messages with file and line.
class Reader {
 public:
  explicit Reader(std::string_view path) : path_(path) {}

  Result<ConfigFile> read(const toml::table& root);

 private:
  Result<void> read_table(const toml::table& table, const std::string& prefix);
  Result<void> read_value(const toml::node& node, const std::string& name) {
    return read_value(file_.values, node, name);
  }
  Result<void> read_value(std::vector<FileValue>& out, const toml::node& node,
                          const std::string& name);
  Result<void> read_sources(const toml::node& node);
  Result<std::string> text_of(const toml::node& node, const std::string& name) const;

  template <typename Rule>
  Result<void> read_rules(std::optional<FileRules<Rule>>& out, const toml::node& node,
                          const std::string& name,
                          Result<Rule> (Reader::*read_rule)(const toml::table&) const);
  Result<RouteRule> read_route(const toml::table& table) const;
  Result<ProjectionRule> read_projection(const toml::table& table) const;
  Result<ReadRule> read_reader(const toml::table& table) const;
  Result<PublishRule> read_publisher(const toml::table& table) const;
  Result<RoleRule> read_role(const toml::table& table) const;

  Result<void> check_keys(const toml::table& table, const std::vector<std::string>& known) const;
  Result<std::string> required_text(const toml::table& table, const std::string& key) const;
  Result<bool> flag(const toml::table& table, const std::string& key) const;
  Result<std::vector<std::string>> texts(const toml::table& table, const std::string& key) const;

  std::string place(const toml::node& node) const {
    return format("{}:{}", path_, node.source().begin.line);
  }
  tl::unexpected<Error> refuse(const toml::node& node, const std::string& why) const {
    return fail(Code::bad_configuration, place(node) + ": " + why);
  }

  const std::string path_;
  ConfigFile file_;
};

Result<ConfigFile> Reader::read(const toml::table& root) {
  if (const Result<void> done = read_table(root, ""); !done) return fail(done.error());
  return std::move(file_);
}

Result<void> Reader::read_table(const toml::table& table, const std::string& prefix) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    Result<void> done;
    if (name == "route") {
      done = read_rules(file_.routes, node, name, &Reader::read_route);
    } else if (name == "projection") {
      done = read_rules(file_.projections, node, name, &Reader::read_projection);
    } else if (name == "read") {
      done = read_rules(file_.read_rules, node, name, &Reader::read_reader);
    } else if (name == "publish") {
      done = read_rules(file_.publish_rules, node, name, &Reader::read_publisher);
    } else if (name == "role") {
      done = read_rules(file_.roles, node, name, &Reader::read_role);
    } else if (name == "source") {
      done = read_sources(node);
    } else if (const toml::table* inner = node.as_table()) {
      done = read_table(*inner, name + ".");
    } else {
      done = read_value(node, name);
    }
    if (!done) return done;
  }
  return {};
}

Result<void> Reader::read_sources(const toml::node& node) {
  const toml::array* tables = node.as_array();
  if (tables == nullptr || !tables->is_homogeneous(toml::node_type::table)) {
    return refuse(node, "source: not an array of tables; write [[source]]");
  }
  for (const toml::node& each : *tables) {
    FileSource source{.values = {}, .place = place(each)};
    for (const auto& [key, value] : *each.as_table()) {
      const auto done = read_value(source.values, value, "outbox." + std::string(key.str()));
      if (!done) return done;
    }
    file_.sources.push_back(std::move(source));
  }
  return {};
}

Result<void> Reader::read_value(std::vector<FileValue>& out, const toml::node& node,
                                const std::string& name) {
  const Setting* setting = find_setting(name);
  if (setting == nullptr) {
    return refuse(node,
                  format("there is no setting `{}`{}", name, suggestion(name, known_names())));
  }
  std::string text;
  const toml::array* items = node.as_array();
  if (items == nullptr) {
    Result<std::string> scalar = text_of(node, name);
    if (!scalar) return fail(scalar.error());
    text = std::move(*scalar);
  } else {
    for (const toml::node& item : *items) {
      const Result<std::string> each = text_of(item, name);
      if (!each) return fail(each.error());
      if (each->find(',') != std::string::npos) {
        return refuse(item, format("{}: `{}` has a comma in it", name, *each));
      }
      text.append(text.empty() ? "" : ",").append(*each);
    }
  }
  out.push_back({.setting = setting, .text = std::move(text), .place = place(node)});
  return {};
}

Result<std::string> Reader::text_of(const toml::node& node, const std::string& name) const {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto choice = node.value_exact<bool>()) return *choice ? "true" : "false";
  return refuse(node, name + ": neither a text nor a whole number");
}

template <typename Rule>
Result<void> Reader::read_rules(std::optional<FileRules<Rule>>& out, const toml::node& node,
                                const std::string& name,
                                Result<Rule> (Reader::*read_rule)(const toml::table&) const) {
  const toml::array* tables = node.as_array();
  if (tables == nullptr || !tables->is_homogeneous(toml::node_type::table)) {
    // An empty array means that there are no rules.
    if (tables == nullptr || !tables->empty()) {
      return refuse(node, format("{}: not an array of tables; write [[{}]]", name, name));
    }
  }
  out = FileRules<Rule>{.rules = {}, .place = place(node), .places = {}};
  for (const toml::node& each : *tables) {
    Result<Rule> rule = (this->*read_rule)(*each.as_table());
    if (!rule) return fail(rule.error());
    out->rules.push_back(std::move(*rule));
    out->places.push_back(place(each));
  }
  return {};
}

Result<RouteRule> Reader::read_route(const toml::table& table) const {
  if (const auto known = check_keys(table, {"type", "channels"}); !known)
    return fail(known.error());
  Result<std::string> type = required_text(table, "type");
  if (!type) return fail(type.error());
  Result<std::vector<std::string>> channels = texts(table, "channels");
  if (!channels) return fail(channels.error());
  return RouteRule{.type = std::move(*type), .channels = std::move(*channels)};
}

Result<ProjectionRule> Reader::read_projection(const toml::table& table) const {
  const auto known =
      check_keys(table, {"channel", "data", "hide_data", "hide_actor", "unless", "who"});
  if (!known) return fail(known.error());
  if (table.contains("data") && table.contains("hide_data")) {
    return refuse(table, "`data` (what is shown) and `hide_data` (what is not) exclude each other");
  }
  ProjectionRule rule;
  // Without either list nothing is hidden: an empty list of hidden fields.
  rule.listed_are_hidden = !table.contains("data");
  Result<std::string> channel = required_text(table, "channel");
  if (!channel) return fail(channel.error());
  rule.channel = std::move(*channel);
  Result<std::vector<std::string>> fields =
      texts(table, rule.listed_are_hidden ? "hide_data" : "data");
  if (!fields) return fail(fields.error());
  rule.data_fields = std::move(*fields);
  const Result<bool> hide_actor = flag(table, "hide_actor");
  if (!hide_actor) return fail(hide_actor.error());
  rule.hide_actor = *hide_actor;
  if (table.contains("unless")) {
    Result<std::string> unless = required_text(table, "unless");
    if (!unless) return fail(unless.error());
    rule.unless_permission = std::move(*unless);
  }
  if (table.contains("who")) {
    Result<std::string> who = required_text(table, "who");
    if (!who) return fail(who.error());
    rule.who = std::move(*who);
  }
  return rule;
}

Result<ReadRule> Reader::read_reader(const toml::table& table) const {
  const auto known = check_keys(table, {"channel", "who", "permissions", "history_only"});
  if (!known) return fail(known.error());
  ReadRule rule;
  Result<std::string> channel = required_text(table, "channel");
  if (!channel) return fail(channel.error());
  rule.channel = std::move(*channel);
  Result<std::string> who = required_text(table, "who");
  if (!who) return fail(who.error());
  rule.who = std::move(*who);
  Result<std::vector<std::string>> permissions = texts(table, "permissions");
  if (!permissions) return fail(permissions.error());
  rule.permissions = std::move(*permissions);
  const Result<bool> history_only = flag(table, "history_only");
  if (!history_only) return fail(history_only.error());
  rule.history_only = *history_only;
  return rule;
}

Result<PublishRule> Reader::read_publisher(const toml::table& table) const {
  if (const auto known = check_keys(table, {"type", "who"}); !known) return fail(known.error());
  Result<std::string> type = required_text(table, "type");
  if (!type) return fail(type.error());
  Result<std::string> who = required_text(table, "who");
  if (!who) return fail(who.error());
  return PublishRule{.type = std::move(*type), .who = std::move(*who)};
}

Result<RoleRule> Reader::read_role(const toml::table& table) const {
  if (const auto known = check_keys(table, {"role", "permissions"}); !known) {
    return fail(known.error());
  }
  Result<std::string> role = required_text(table, "role");
  if (!role) return fail(role.error());
  Result<std::vector<std::string>> permissions = texts(table, "permissions");
  if (!permissions) return fail(permissions.error());
  return RoleRule{.role = std::move(*role), .permissions = std::move(*permissions)};
}

Result<void> Reader::check_keys(const toml::table& table,
                                const std::vector<std::string>& known) const {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return refuse(node, format("there is no key `{}` here{}", name, suggestion(name, known)));
    }
  }
  return {};
}

Result<std::string> Reader::required_text(const toml::table& table, const std::string& key) const {
  const toml::node* node = table.get(key);
  if (node == nullptr) return refuse(table, format("`{}` is missing", key));
  const auto text = node->value_exact<std::string>();
  if (!text || text->empty()) return refuse(*node, format("`{}` is not a text, or empty", key));
  return *text;
}

// A missing flag is false.
Result<bool> Reader::flag(const toml::table& table, const std::string& key) const {
  const toml::node* node = table.get(key);
  if (node == nullptr) return false;
  const auto value = node->value_exact<bool>();
  if (!value) return refuse(*node, format("`{}` is neither true nor false", key));
  return *value;
}

// A missing list is empty.
Result<std::vector<std::string>> Reader::texts(const toml::table& table,
                                               const std::string& key) const {
  std::vector<std::string> out;
  const toml::node* node = table.get(key);
  if (node == nullptr) return out;
  const toml::array* items = node->as_array();
  if (items == nullptr) return refuse(*node, format("`{}` is not a list of texts", key));
  for (const toml::node& item : *items) {
    const auto text = item.value_exact<std::string>();
    if (!text || text->empty()) return refuse(item, format("`{}` is not a list of texts", key));
    out.push_back(*text);
  }
  return out;
}

}  // namespace

Result<ConfigFile> parse_config_file(std::string_view text, std::string_view path) {
  // Debian's toml++ throws; its exceptions end here.
  try {
    const toml::table root = toml::parse(text, path);
    return Reader(path).read(root);
  } catch (const toml::parse_error& error) {
    return fail(Code::bad_configuration,
                format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
}

}  // namespace courtside
