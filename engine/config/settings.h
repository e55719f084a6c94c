// The table of all settings. File keys, flags, environment variables, `courtside config print` and
// docs/configuration.md are made from it. To add a setting, add it here and in config.h.
//
// A setting has one dotted name: `limits.header_bytes` is the key `header_bytes` in the file's
// table `[limits]`, the flag `--limits-header-bytes` and the variable
// `COURTSIDE_LIMITS_HEADER_BYTES`. Threads: any; the table is constant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "engine/config/config.h"
#include "engine/config/values.h"

namespace courtside {

struct TextSetting {
  std::string& (*member)(Config&);
  bool may_be_empty = false;                         // empty means: none
  std::string (*shown)(std::string_view) = nullptr;  // hides the secret part of the value
};

// Texts without commas; a flag or variable separates them by commas.
struct ListSetting {
  std::vector<std::string>& (*member)(Config&);
};

// One of some words. get() and set() use the index in `words`.
struct ChoiceSetting {
  std::vector<std::string_view> words;
  std::size_t (*get)(const Config&);
  void (*set)(Config&, std::size_t);
};

// A number in [min, max] in `unit`; also 0 when zero_means is not empty.
struct NumberSetting {
  std::uint64_t& (*member)(Config&);
  Unit unit;
  std::uint64_t min;
  std::uint64_t max;
  std::string_view zero_means = {};  // for example "unlimited"; empty: 0 is not special
};

struct Setting {
  std::string_view name;
  std::string_view doc;  // one line, without a full stop
  std::variant<TextSetting, ListSetting, ChoiceSetting, NumberSetting> kind;
  bool secret = false;  // the value is never shown
  // A variable that other programs of the platform also read; ours overrides it. Empty: none.
  std::string_view platform_variable = {};

  std::string flag() const;         // "--limits-header-bytes"
  std::string environment() const;  // "COURTSIDE_LIMITS_HEADER_BYTES"
  std::string range() const;        // for messages: "1 ... 1000", "auto, text or json"
};

const std::vector<Setting>& settings();

// Calls `use(setting, key)` for each setting of [outbox], which are also those of [[source]]; `key`
// is the name without "outbox.".
template <typename Use>
void for_each_outbox_setting(const Use& use) {
  constexpr std::string_view kPrefix = "outbox.";
  for (const Setting& setting : settings()) {
    if (setting.name.starts_with(kPrefix)) use(setting, setting.name.substr(kPrefix.size()));
  }
}

// Null when there is no such setting.
const Setting* find_setting(std::string_view name);

// Parses `text` and stores it in the config. bad_configuration when it is malformed or out of
// range; the message gives the reason, the caller adds the setting and place.
Result<void> assign(const Setting& setting, Config& config, std::string_view text);

// The value in the form that assign() parses, secrets included; see shown_value().
std::string value_text(const Setting& setting, const Config& config);

// The value for display: "(set)" or "" for a secret.
std::string shown_value(const Setting& setting, const Config& config);

// False for settings of credentials. An empty one is usually a mistake, such as a template that was
// not filled in, and without any credential every caller is an administrator.
bool may_be_empty(const Setting& setting);

}  // namespace courtside
