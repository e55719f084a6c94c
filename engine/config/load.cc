#include "engine/config/load.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "base/format.h"
#include "engine/config/file.h"
#include "engine/config/nearest.h"
#include "engine/config/service_variables.h"
#include "engine/config/settings.h"
#include "schema/command.h"
#include "transport/listener.h"

namespace courtside {
namespace {

constexpr std::string_view kPrefix = "COURTSIDE_";
constexpr std::string_view kFileVariable = "COURTSIDE_CONFIG";

// COURTSIDE_ variables that are not settings: for the configuration file, for the client commands,
// and for the project's own tests.
constexpr std::array<std::string_view, 8> kOtherVariables = {
    kFileVariable,       "COURTSIDE_URL", "COURTSIDE_TOKEN",  "COURTSIDE_TOKEN_FILE",
    "COURTSIDE_CA_FILE", "COURTSIDE_TZ",  "COURTSIDE_BINARY", "COURTSIDE_E2E"};
constexpr std::array<std::string_view, 2> kOtherPrefixes = {"COURTSIDE_TEST_",
                                                            "COURTSIDE_SIMULATION_"};

bool is_other_variable(std::string_view name) {
  const auto begins = [&](std::string_view prefix) {
    return name.substr(0, prefix.size()) == prefix;
  };
  return std::find(kOtherVariables.begin(), kOtherVariables.end(), name) != kOtherVariables.end() ||
         std::any_of(kOtherPrefixes.begin(), kOtherPrefixes.end(), begins);
}

// In the form of browsers (RFC 6454, section 6.2). Any other form would never equal a browser's
// origin.
bool is_origin(std::string_view text) {
  if (text == "*" || text == "null") return true;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view host = text.substr(colon + 3);
  const auto is_plain = [](unsigned char c) { return c > ' ' && c < 0x7f && (c < 'A' || c > 'Z'); };
  return !host.empty() && host.find_first_of("/?#@") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), is_plain);
}

// The suggestion for an unknown variable. The prefix is left out of the comparison: it is long, so
// very different names would count as similar.
std::string nearest_variable(std::string_view name) {
  std::vector<std::string> names;
  for (const std::string_view other : kOtherVariables) names.emplace_back(other);
  for (const Setting& setting : settings()) names.push_back(setting.environment());
  for (std::string& each : names) each.erase(0, kPrefix.size());
  const std::string_view best = nearest(name.substr(kPrefix.size()), names);
  if (best.empty()) return "";
  return format("; did you mean `{}{}`?", kPrefix, best);
}

tl::unexpected<Error> refuse(std::string_view place, std::string_view why) {
  return fail(Code::bad_configuration, format("{}: {}", place, why));
}

// Assigns a setting's value. An error names the origin.
Result<void> take(LoadedConfig& loaded, const Setting& setting, std::string_view text,
                  Origin origin) {
  // The places of flags and variables contain the setting's name; a place in the file does not.
  const bool in_file = origin.kind == Origin::Kind::kFile;
  const std::string place = origin.place + (in_file ? ": " + std::string(setting.name) : "");
  if (text.empty() && !may_be_empty(setting)) {
    return refuse(place, "it is empty: leave it out, or give it a value");
  }
  if (const Result<void> done = assign(setting, loaded.config, text); !done) {
    return refuse(place, done.error().message);
  }
  loaded.origins[std::string(setting.name)] = std::move(origin);
  return {};
}

Result<void> take_file(LoadedConfig& loaded, ConfigFile file) {
  for (FileValue& value : file.values) {
    const Result<void> done = take(loaded, *value.setting, value.text,
                                   {.kind = Origin::Kind::kFile, .place = std::move(value.place)});
    if (!done) return done;
  }
  const auto take_rules = [&loaded](auto& rules, auto& from_file, const char* name) {
    if (!from_file) return;
    rules = std::move(from_file->rules);
    loaded.rule_places[name] = std::move(from_file->places);
    loaded.origins[name] = {.kind = Origin::Kind::kFile, .place = from_file->place};
  };
  take_rules(loaded.config.routes, file.routes, "route");
  take_rules(loaded.config.projections, file.projections, "projection");
  take_rules(loaded.config.read_rules, file.read_rules, "read");
  take_rules(loaded.config.publish_rules, file.publish_rules, "publish");
  take_rules(loaded.config.roles, file.roles, "role");
  return {};
}

Result<void> take_environment(LoadedConfig& loaded,
                              const std::map<std::string, std::string>& environment) {
  std::map<std::string, const Setting*> known;
  for (const Setting& setting : settings()) known.emplace(setting.environment(), &setting);
  // The platform's variables come first, so that ours override them.
  for (const Setting& setting : settings()) {
    const auto found = environment.find(std::string(setting.platform_variable));
    if (setting.platform_variable.empty() || found == environment.end()) continue;
    const Result<void> done = take(loaded, setting, found->second,
                                   {.kind = Origin::Kind::kEnvironment, .place = found->first});
    if (!done) return done;
  }
  for (const auto& [name, text] : environment) {
    if (name.compare(0, kPrefix.size(), kPrefix) != 0 || is_other_variable(name)) continue;
    const auto found = known.find(name);
    if (found == known.end()) {
      if (is_service_variable(name, text)) continue;
      return refuse(name, "there is no such setting" + nearest_variable(name));
    }
    const Result<void> done =
        take(loaded, *found->second, text, {.kind = Origin::Kind::kEnvironment, .place = name});
    if (!done) return done;
  }
  return {};
}

Result<void> take_flags(LoadedConfig& loaded,
                        const std::vector<std::pair<std::string, std::string>>& flags) {
  for (const auto& [name, text] : flags) {
    const Setting* setting = find_setting(name);
    if (setting == nullptr) return refuse(name, "there is no such setting");
    const Result<void> done =
        take(loaded, *setting, text, {.kind = Origin::Kind::kFlag, .place = setting->flag()});
    if (!done) return done;
  }
  return {};
}

// Where the value came from, for messages.
std::string place_of(const LoadedConfig& loaded, const std::string& name) {
  const auto found = loaded.origins.find(name);
  if (found == loaded.origins.end()) return name;
  const bool in_file = found->second.kind == Origin::Kind::kFile;
  return found->second.place + (in_file ? ": " + name : "");
}

// Checks what the settings table cannot: addresses and origins.
Result<void> check_addresses(const LoadedConfig& loaded) {
  const Config& config = loaded.config;
  if (!parse_listen_address(config.listen)) {
    return refuse(
        place_of(loaded, "listen"),
        format("`{}`: an IP address and a port from 0 to 65535 are needed, such as 127.0.0.1:8081",
               config.listen));
  }
  for (const std::string& origin : config.allowed_origins) {
    if (is_origin(origin)) continue;
    return refuse(place_of(loaded, "allowed_origins"),
                  format("`{}` is not an origin such as https://play.example.com", origin));
  }
  return {};
}

// Runs last: a key missing in a [[source]] has the final value of [outbox], whatever its origin.
Result<void> add_sources(LoadedConfig& loaded, const std::vector<FileSource>& sources) {
  for (const FileSource& source : sources) {
    Config config;
    config.outbox = loaded.config.outbox;
    config.outbox.name.clear();
    config.outbox.url.clear();
    config.outbox.accept_database.clear();
    config.outbox.event_source.clear();
    for (const FileValue& value : source.values) {
      if (const Result<void> done = assign(*value.setting, config, value.text); !done) {
        return refuse(format("{}: {}", value.place, value.setting->name), done.error().message);
      }
    }
    if (config.outbox.url.empty()) return refuse(source.place, "a source needs a `url`");
    // With the same event_source, equal ids of two sources would be one event.
    if (config.outbox.event_source.empty()) config.outbox.event_source = "/" + config.outbox.name;
    loaded.config.sources.push_back(config.outbox);
    loaded.origins["source"] = {.kind = Origin::Kind::kFile, .place = source.place};
  }
  std::set<std::string> names;
  for (const OutboxSettings& each : outbox_sources(loaded.config)) {
    if (!is_source_name(each.name)) {
      return refuse(
          "outbox.name",
          format("`{}` is not a name: 1 to 32 of a-z, 0-9, _ and -, a letter first", each.name));
    }
    if (!names.insert(each.name).second) {
      return refuse("outbox.name", format("two sources are called `{}`", each.name));
    }
    if (each.poll_min_ms > each.poll_max_ms) {
      return refuse("outbox.poll_min", "it is longer than outbox.poll_max");
    }
  }
  return {};
}

Result<LoadedConfig> combine(const ConfigSources& sources, ConfigFile file) {
  LoadedConfig loaded;
  const std::vector<FileSource> event_sources = std::move(file.sources);
  if (const auto done = take_file(loaded, std::move(file)); !done) return fail(done.error());
  if (const auto done = take_environment(loaded, sources.environment); !done) {
    return fail(done.error());
  }
  if (const auto done = take_flags(loaded, sources.flags); !done) return fail(done.error());
  if (const auto done = check_addresses(loaded); !done) return fail(done.error());
  if (const auto done = add_sources(loaded, event_sources); !done) return fail(done.error());
  return loaded;
}

std::string file_path(const ConfigSources& sources) {
  if (!sources.file.empty()) return sources.file;
  const auto named = sources.environment.find(std::string(kFileVariable));
  return named == sources.environment.end() ? "" : named->second;
}

}  // namespace

Result<LoadedConfig> load_config(const ConfigSources& sources) {
  const std::string path = file_path(sources);
  if (path.empty()) return combine(sources, {});
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  // Opening a folder succeeds but reading fails, and `<<` of an empty file sets failbit. Both are
  // handled here.
  if (!stream || (stream.peek(), stream.bad())) {
    return fail(Code::no_input, path + ": the configuration file cannot be read");
  }
  if (!stream.eof()) text << stream.rdbuf();
  Result<ConfigFile> file = parse_config_file(text.str(), path);
  if (!file) return fail(file.error());
  return combine(sources, std::move(*file));
}

Result<LoadedConfig> load_config(const ConfigSources& sources, std::string_view file_text) {
  Result<ConfigFile> file = parse_config_file(file_text, sources.file);
  if (!file) return fail(file.error());
  return combine(sources, std::move(*file));
}

}  // namespace courtside
