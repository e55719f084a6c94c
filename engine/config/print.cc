#include "engine/config/print.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "engine/config/settings.h"

namespace courtside {
namespace {

// One line of the output; routes and projections have lines of their own.
struct Row {
  std::string name;
  std::string value;
  std::string from;   // default, file, environment, flag
  std::string place;  // empty for a default
};

template <typename Use>
void for_each_outbox_setting(const Use& use) {
  constexpr std::string_view kPrefix = "outbox.";
  for (const Setting& setting : settings()) {
    if (setting.name.starts_with(kPrefix)) use(setting, setting.name.substr(kPrefix.size()));
  }
}

std::string_view word_for(Origin::Kind kind) {
  switch (kind) {
    case Origin::Kind::kDefault: return "default";
    case Origin::Kind::kFile: return "file";
    case Origin::Kind::kEnvironment: return "environment";
    case Origin::Kind::kFlag: return "flag";
  }
  return "default";
}

Row row(const LoadedConfig& loaded, std::string_view name, std::string value) {
  const auto found = loaded.origins.find(std::string(name));
  const Origin origin = found == loaded.origins.end() ? Origin{} : found->second;
  return {.name = std::string(name),
          .value = std::move(value),
          .from = std::string(word_for(origin.kind)),
          .place = origin.place};
}

std::string rule_json(const RouteRule& rule) {
  return JsonObject().text("type", rule.type).texts("channels", rule.channels).take();
}

std::string rule_json(const ProjectionRule& rule) {
  return JsonObject()
      .text("channel", rule.channel)
      .texts(rule.listed_are_hidden ? "hide_data" : "data", rule.data_fields)
      .boolean("hide_actor", rule.hide_actor)
      .text("unless", rule.unless_permission)
      .text("who", rule.who)
      .take();
}

std::string rule_json(const ReadRule& rule) {
  return JsonObject()
      .text("channel", rule.channel)
      .text("who", rule.who)
      .texts("permissions", rule.permissions)
      .boolean("history_only", rule.history_only)
      .take();
}

std::string rule_json(const PublishRule& rule) {
  return JsonObject().text("type", rule.type).text("who", rule.who).take();
}

std::string rule_json(const RoleRule& rule) {
  return JsonObject().text("role", rule.role).texts("permissions", rule.permissions).take();
}

// All of it: what was taken from [outbox] too.
std::string rule_json(const OutboxSettings& source) {
  Config config;
  config.outbox = source;
  JsonObject object;
  for_each_outbox_setting([&](const Setting& setting, std::string_view key) {
    object.text(key, shown_value(setting, config));
  });
  return object.take();
}

std::vector<Row> rows_of(const LoadedConfig& loaded) {
  std::vector<Row> rows;
  for (const Setting& setting : settings()) {
    rows.push_back(row(loaded, setting.name, shown_value(setting, loaded.config)));
  }
  const auto add_rules = [&](std::string_view name, const auto& rules) {
    for (const auto& rule : rules) rows.push_back(row(loaded, name, rule_json(rule)));
  };
  add_rules("route", loaded.config.routes);
  add_rules("projection", loaded.config.projections);
  add_rules("read", loaded.config.read_rules);
  add_rules("publish", loaded.config.publish_rules);
  add_rules("role", loaded.config.roles);
  add_rules("source", loaded.config.sources);
  return rows;
}

std::string row_json(const Row& row) {
  JsonObject object;
  object.text("name", row.name).text("value", row.value).text("from", row.from);
  if (!row.place.empty()) object.text("place", row.place);
  return object.take();
}

std::string as_json(const std::vector<Row>& rows) {
  std::string out = "[";
  for (const Row& row : rows) {
    out.append(out.size() > 1 ? ",\n " : "").append(row_json(row));
  }
  return out + "]\n";
}

std::string as_json_lines(const std::vector<Row>& rows) {
  std::string out;
  for (const Row& row : rows) out.append(row_json(row)).push_back('\n');
  return out;
}

// RFC 4180: quoted where it must be.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

std::string as_csv(const std::vector<Row>& rows) {
  std::string out = "name,value,from,place\n";
  for (const Row& row : rows) {
    out.append(csv_field(row.name)).append(",");
    out.append(csv_field(row.value)).append(",");
    out.append(csv_field(row.from)).append(",");
    out.append(csv_field(row.place)).append("\n");
  }
  return out;
}

std::string as_table(std::vector<Row> rows) {
  rows.insert(rows.begin(), {.name = "SETTING", .value = "VALUE", .from = "FROM", .place = ""});
  // A long rule would push the last column off the screen, so it takes no part in the width.
  constexpr std::size_t kValueWidthMax = 40;
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (const Row& row : rows) {
    name_width = std::max(name_width, row.name.size());
    if (row.value.size() <= kValueWidthMax) value_width = std::max(value_width, row.value.size());
  }
  const auto pad = [](std::string& out, const std::string& text, std::size_t width) {
    out.append(text).append(width > text.size() ? width - text.size() : 0, ' ').append("  ");
  };
  std::string out;
  for (const Row& row : rows) {
    pad(out, row.name, name_width);
    pad(out, row.value, value_width);
    // "--listen" and "COURTSIDE_LISTEN" say what they are; the word is for the rest.
    out.append(row.place.empty() ? row.from : row.place).append("\n");
  }
  return out;
}

std::string toml_texts(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    out.append(out.size() > 1 ? ", " : "").append(toml_string(text));
  }
  return out + "]";
}

// Counts and booleans stand bare; everything else is a text that assign() reads.
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
  // A secret is not written, and an empty name of a credential is not one to load.
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
  // JSON's escapes are a subset of those of a TOML basic string, but TOML wants DEL escaped too.
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
  // Without a single rule, [[route]] has no place to stand, and leaving it out would mean the
  // built-in table: the empty list must come first, before any table begins.
  const auto say_empty = [&out](const char* name, const auto& rules) {
    if (rules.empty()) out.insert(0, std::string(name) + " = []\n");
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

std::string print_config(const ConfigPrintCommand& command) {
  if (command.toml) return config_toml(command.loaded.config);
  const std::vector<Row> rows = rows_of(command.loaded);
  switch (command.output) {
    case OutputFormat::kTable: return as_table(rows);
    case OutputFormat::kJson: return as_json(rows);
    case OutputFormat::kJsonl: return as_json_lines(rows);
    case OutputFormat::kCsv: return as_csv(rows);
  }
  return as_table(rows);
}

}  // namespace courtside
