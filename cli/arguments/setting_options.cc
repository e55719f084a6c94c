#include "cli/arguments/setting_options.h"

#include <CLI/CLI.hpp>

#include "engine/config/settings.h"

namespace courtside {
namespace {

std::string type_name(const Setting& setting) {
  if (std::holds_alternative<ListSetting>(setting.kind)) return "TEXT,...";
  if (const auto* choice = std::get_if<ChoiceSetting>(&setting.kind)) {
    return CLI::detail::join(choice->words, "|");
  }
  const auto* number = std::get_if<NumberSetting>(&setting.kind);
  if (number == nullptr) return "TEXT";
  if (number->unit == Unit::kCount) return "N";
  return number->unit == Unit::kBytes ? "BYTES" : "DURATION";
}

// "what it is for [its default]"
std::string option_doc(const Setting& setting) {
  std::string value = value_text(setting, Config{});
  const auto* number = std::get_if<NumberSetting>(&setting.kind);
  if (value == "0" && number != nullptr && !number->zero_means.empty()) {
    value.append(": ").append(number->zero_means);
  }
  return std::string(setting.doc) + (value.empty() ? "" : " [" + value + "]");
}

}  // namespace

SettingOptions::SettingOptions(CLI::App& command) {
  command.add_option("--config", file_, "TOML file with settings and routes")->type_name("FILE");
  for (const Setting& setting : settings()) {
    Given& given = given_.emplace_back();
    given.setting = &setting;
    given.option = command.add_option(setting.flag(), given.text, option_doc(setting));
    given.option->type_name(type_name(setting));
    if (setting.name.substr(0, 7) == "limits.") given.option->group("Limits");
    // A list's flags add up; of the others the last one holds.
    if (std::holds_alternative<ListSetting>(setting.kind)) {
      given.option->multi_option_policy(CLI::MultiOptionPolicy::Join)->delimiter(',');
    } else {
      given.option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
  }
}

ConfigSources SettingOptions::sources(const Surroundings& surroundings) const {
  ConfigSources sources{.flags = {}, .environment = surroundings.environment, .file = file_};
  for (const Given& given : given_) {
    if (given.option->count() > 0) sources.flags.emplace_back(given.setting->name, given.text);
  }
  return sources;
}

}  // namespace courtside
