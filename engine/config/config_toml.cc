#include "engine/config/config_toml.h"

#include "base/format.h"
#include "base/json.h"
#include "engine/config/settings.h"

namespace courtside {
namespace {

std::string toml_texts(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    out.append(out.size() > 1 ? ", " : "").append(toml_string(text));
  }
  return out + "]";
}

// Counts and booleans are written bare; everything else is a string that assign() parses.
std::string toml_value(const Setting& setting, const Config& config) {
  const auto* number = std::get_if<NumberSetting>(&setting.kind);
  const std::string text = shown_value(setting, config);
  if (number != nullptr && number->unit == Unit::kCount) return text;
  const auto* choice = std::get_if<ChoiceSetting>(&setting.kind);
  if (choice != nullptr && choice->words.front() == "false") return text;
  const auto* list = std::get_if<ListSetting>(&setting.kind);
  if (list == nullptr) return toml_string(text);
  Config copy = config;
  return toml_texts(list->member(copy));
}

void append_value(std::string& out, const Setting& setting, std::string_view key,
                  const Config& config) {
  // A secret is written as a comment. So is an empty credential, because load_config refuses it.
  const std::string value = value_text(setting, config);
  const bool hidden = shown_value(setting, config) != value;
  if (setting.secret || hidden || (value.empty() && !may_be_empty(setting))) out.append("# ");
  out.append(key).append(" = ").append(toml_value(setting, config)).append("\n");
}

void append_settings(std::string& out, const Config& config) {
  std::string_view table;
  for (const Setting& setting : settings()) {
    const std::size_t dot = setting.name.find('.');
    const std::string_view in =
        dot == std::string_view::npos ? std::string_view() : setting.name.substr(0, dot);
    if (in != table) out.append("\n[").append(in).append("]\n");
    table = in;
    out.append("# ").append(setting.doc).append(" (").append(setting.range()).append(")\n");
    append_value(out, setting, setting.name.substr(in.empty() ? 0 : dot + 1), config);
  }
}

}  // namespace

std::string toml_string(std::string_view text) {
  // JSON escapes are valid in a TOML basic string, but TOML also requires DEL to be escaped.
  std::string json;
  append_json_string(json, text);
  std::string out;
  for (const char c : json) {
    if (c == '\x7f') {
      out.append("\\u007f");
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string config_toml(const Config& config) {
  std::string out;
  append_settings(out, config);
  // A table without rules must be written as an empty list, because leaving it out means the
  // default table. Empty lists must come before the first table.
  const auto say_empty = [&out](const char* name, const auto& rules) {
    if (rules.empty()) out.insert(0, format("{} = []\n", name));
  };
  say_empty("role", config.roles);
  say_empty("publish", config.publish_rules);
  say_empty("read", config.read_rules);
  say_empty("projection", config.projections);
  say_empty("route", config.routes);
  for (const RouteRule& rule : config.routes) {
    out.append("\n[[route]]\ntype = ").append(toml_string(rule.type));
    out.append("\nchannels = ").append(toml_texts(rule.channels)).append("\n");
  }
  for (const ProjectionRule& rule : config.projections) {
    out.append("\n[[projection]]\nchannel = ").append(toml_string(rule.channel));
    out.append(rule.listed_are_hidden ? "\nhide_data = " : "\ndata = ");
    out.append(toml_texts(rule.data_fields));
    out.append("\nhide_actor = ").append(rule.hide_actor ? "true" : "false").append("\n");
    if (!rule.unless_permission.empty()) {
      out.append("unless = ").append(toml_string(rule.unless_permission)).append("\n");
    }
    if (!rule.who.empty()) out.append("who = ").append(toml_string(rule.who)).append("\n");
  }
  for (const ReadRule& rule : config.read_rules) {
    out.append("\n[[read]]\nchannel = ").append(toml_string(rule.channel));
    out.append("\nwho = ").append(toml_string(rule.who));
    out.append("\npermissions = ").append(toml_texts(rule.permissions));
    out.append("\nhistory_only = ").append(rule.history_only ? "true" : "false").append("\n");
  }
  for (const PublishRule& rule : config.publish_rules) {
    out.append("\n[[publish]]\ntype = ").append(toml_string(rule.type));
    out.append("\nwho = ").append(toml_string(rule.who)).append("\n");
  }
  for (const RoleRule& rule : config.roles) {
    out.append("\n[[role]]\nrole = ").append(toml_string(rule.role));
    out.append("\npermissions = ").append(toml_texts(rule.permissions)).append("\n");
  }
  for (const OutboxSettings& source : config.sources) {
    Config alone;
    alone.outbox = source;
    out.append("\n[[source]]\n");
    for_each_outbox_setting([&](const Setting& setting, std::string_view key) {
      append_value(out, setting, key, alone);
    });
  }
  return out;
}

}  // namespace courtside
