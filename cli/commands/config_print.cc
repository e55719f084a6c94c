#include "cli/commands/config_print.h"

#include <algorithm>

#include "base/json.h"
#include "cli/terminal/table.h"
#include "cli/terminal/table_text.h"
#include "engine/config/config_toml.h"
#include "engine/config/settings.h"

namespace courtside {
namespace {

// One line of the output; routes and projections have lines of their own.
struct ConfigRow {
  std::string name;
  std::string value;
  std::string from;   // default, file, environment, flag
  std::string place;  // empty for a default
};

std::string_view word_for(Origin::Kind kind) {
  switch (kind) {
    case Origin::Kind::kDefault: return "default";
    case Origin::Kind::kFile: return "file";
    case Origin::Kind::kEnvironment: return "environment";
    case Origin::Kind::kFlag: return "flag";
  }
  return "default";
}

ConfigRow row(const LoadedConfig& loaded, std::string_view name, std::string value) {
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

std::vector<ConfigRow> rows_of(const LoadedConfig& loaded) {
  std::vector<ConfigRow> rows;
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

std::string row_json(const ConfigRow& row) {
  JsonObject object;
  object.text("name", row.name).text("value", row.value).text("from", row.from);
  if (!row.place.empty()) object.text("place", row.place);
  return object.take();
}

std::string as_json(const std::vector<ConfigRow>& rows) {
  std::string out = "[";
  for (const ConfigRow& row : rows) {
    out.append(out.size() > 1 ? ",\n " : "").append(row_json(row));
  }
  return out + "]\n";
}

std::string as_json_lines(const std::vector<ConfigRow>& rows) {
  std::string out;
  for (const ConfigRow& row : rows) out.append(row_json(row)).push_back('\n');
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

std::string as_csv(const std::vector<ConfigRow>& rows) {
  std::string out = "name,value,from,place\r\n";
  for (const ConfigRow& row : rows) {
    out.append(csv_field(row.name)).append(",");
    out.append(csv_field(row.value)).append(",");
    out.append(csv_field(row.from)).append(",");
    out.append(csv_field(row.place)).append("\r\n");
  }
  return out;
}

// A narrow screen has no place for the longest names: there they may be cut, and where a value came
// from is left out, so that the value is shown.
std::string as_narrow_table(const std::vector<ConfigRow>& rows, const Screen& screen) {
  Table table(
      {{.head = "SETTING", .min_width = 16}, {.head = "VALUE", .fit = Fit::kRest, .min_width = 16}},
      screen);
  std::string out;
  for (const ConfigRow& row : rows) out.append(table.add({row.name, for_terminal(row.value)}));
  return out + table.finish();
}

std::string as_table(const std::vector<ConfigRow>& rows, const Screen& screen) {
  constexpr std::size_t kNarrowColumns = 72;
  if (screen.columns > 0 && screen.columns < kNarrowColumns) return as_narrow_table(rows, screen);
  Table table({{.head = "SETTING", .fit = Fit::kWhole},
               {.head = "FROM", .fit = Fit::kCut, .min_width = 7, .paint = Paint::kDim},
               {.head = "VALUE", .fit = Fit::kRest, .min_width = 16}},
              screen);
  std::string out;
  for (const ConfigRow& row : rows) {
    // "--listen" and "COURTSIDE_LISTEN" say what they are; the word is for the rest.
    out.append(table.add({row.name, for_terminal(row.place.empty() ? row.from : row.place),
                          for_terminal(row.value)}));
  }
  return out + table.finish();
}

}  // namespace

std::string print_config(const ConfigPrintCommand& command) {
  if (command.toml) return config_toml(command.loaded.config);
  const std::vector<ConfigRow> rows = rows_of(command.loaded);
  switch (command.output) {
    case OutputFormat::kTable: return as_table(rows, command.table.screen);
    case OutputFormat::kJson: return as_json(rows);
    case OutputFormat::kJsonl: return as_json_lines(rows);
    case OutputFormat::kCsv: return as_csv(rows);
  }
  return as_table(rows, command.table.screen);
}

}  // namespace courtside
