// The one table of settings. The file's keys, the flags, the environment's names, `courtside config
// print` and docs/configuration.md are all made from it, so a setting is added here and in config.h
// and nowhere else.
//
// A setting is named once, with dots: `limits.header_bytes` is the key `header_bytes` of the file's
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
  bool may_be_empty = false;                         // where that means that there is none
  std::string (*shown)(std::string_view) = nullptr;  // the value less what is secret in it
};

// Texts without commas; in a flag or variable they are separated by commas.
struct ListSetting {
  std::vector<std::string>& (*member)(Config&);
};

// One of a few words; `member` counts from 0 in the order of `words`.
struct ChoiceSetting {
  std::vector<std::string_view> words;
  std::size_t (*get)(const Config&);
  void (*set)(Config&, std::size_t);
};

// min ... max, both included, in `unit`; 0 is good beside the range where it means something.
struct NumberSetting {
  std::uint64_t& (*member)(Config&);
  Unit unit;
  std::uint64_t min;
  std::uint64_t max;
  std::string_view zero_means = {};  // "unlimited"; empty: 0 is like any other number
};

struct Setting {
  std::string_view name;
  std::string_view doc;  // one line, without a full stop
  std::variant<TextSetting, ListSetting, ChoiceSetting, NumberSetting> kind;
  bool secret = false;  // its value is never shown
  // A variable that the platform's other programs read too; ours wins. Empty: there is none.
  std::string_view platform_variable = {};

  std::string flag() const;         // "--limits-header-bytes"
  std::string environment() const;  // "COURTSIDE_LIMITS_HEADER_BYTES"
  std::string range() const;        // for a person: "1 ... 1000", "auto, text or json"
};

const std::vector<Setting>& settings();

// Null when there is none.
const Setting* find_setting(std::string_view name);

// Reads `text` into the config. bad_configuration when it is no such value or out of range; the
// message says why; the caller adds setting and place.
Result<void> assign(const Setting& setting, Config& config, std::string_view text);

// The value as assign() reads it. Secrets too: see shown_value().
std::string value_text(const Setting& setting, const Config& config);

// The value for anyone's eyes: "(set)" or "" instead of a secret.
std::string shown_value(const Setting& setting, const Config& config);

// False for what names a credential. It must not be empty by mistake, as where nobody filled in a
// template: without any credential everybody is an administrator.
bool may_be_empty(const Setting& setting);

}  // namespace courtside
