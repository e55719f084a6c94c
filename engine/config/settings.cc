#include "engine/config/settings.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/format.h"

namespace courtside {
namespace {

tl::unexpected<Error> refuse(std::string why) {
  return fail(Code::bad_configuration, std::move(why));
}

// "auto, text or json"
std::string join_words(const std::vector<std::string_view>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out.append(i + 1 == words.size() ? " or " : ", ");
    out.append(words[i]);
  }
  return out;
}

// Replaces the dots and underscores of a setting's name by `separator`.
std::string spelled(std::string_view name, char separator) {
  std::string out(name);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '.' || c == '_'; }, separator);
  return out;
}

// Overloads for each kind of setting: its range, parsing and printing.

std::string range_of(const TextSetting&) { return "text"; }
std::string range_of(const ListSetting&) { return "texts, separated by commas"; }
std::string range_of(const ChoiceSetting& kind) { return join_words(kind.words); }
std::string range_of(const NumberSetting& kind) {
  std::string out = format("{} ... {}", format_quantity(kind.min, kind.unit),
                           format_quantity(kind.max, kind.unit));
  if (!kind.zero_means.empty()) out.append("; 0: ").append(kind.zero_means);
  return out;
}

Result<void> assign_to(const TextSetting& kind, Config& config, std::string_view text) {
  if (text.empty() && !kind.may_be_empty) return refuse("it is empty");
  kind.member(config) = text;
  return {};
}

Result<void> assign_to(const ListSetting& kind, Config& config, std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma == 0) return refuse("an item of the list is empty");
    items.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  kind.member(config) = std::move(items);
  return {};
}

Result<void> assign_to(const ChoiceSetting& kind, Config& config, std::string_view text) {
  // A common short form.
  const std::string_view wanted = text == "warn" ? "warning" : text;
  const auto word = std::find(kind.words.begin(), kind.words.end(), wanted);
  if (word == kind.words.end()) {
    return refuse(format("`{}` is not {}", text, join_words(kind.words)));
  }
  kind.set(config, static_cast<std::size_t>(word - kind.words.begin()));
  return {};
}

Result<void> assign_to(const NumberSetting& kind, Config& config, std::string_view text) {
  const Result<std::uint64_t> value = parse_quantity(text, kind.unit);
  if (!value) return refuse(value.error().message);
  const bool zero = *value == 0 && !kind.zero_means.empty();
  if (!zero && (*value < kind.min || *value > kind.max)) {
    return refuse(format("`{}` is not within {}", text, range_of(kind)));
  }
  kind.member(config) = *value;
  return {};
}

std::string text_of(const TextSetting& kind, Config& config) { return kind.member(config); }

std::string text_of(const ListSetting& kind, Config& config) {
  std::string out;
  for (const std::string& item : kind.member(config)) {
    if (!out.empty()) out.push_back(',');
    out.append(item);
  }
  return out;
}

std::string text_of(const ChoiceSetting& kind, Config& config) {
  return std::string(kind.words[kind.get(config)]);
}

std::string text_of(const NumberSetting& kind, Config& config) {
  return format_quantity(kind.member(config), kind.unit);
}

}  // namespace

std::string Setting::flag() const { return "--" + spelled(name, '-'); }

std::string Setting::environment() const {
  std::string out = "COURTSIDE_" + spelled(name, '_');
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

std::string Setting::range() const {
  return std::visit([](const auto& each) { return range_of(each); }, kind);
}

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : settings()) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

Result<void> assign(const Setting& setting, Config& config, std::string_view text) {
  return std::visit([&](const auto& kind) { return assign_to(kind, config, text); }, setting.kind);
}

std::string value_text(const Setting& setting, const Config& config) {
  // The member accessors need a non-const Config, so this reads from a copy.
  Config copy = config;
  return std::visit([&](const auto& kind) { return text_of(kind, copy); }, setting.kind);
}

std::string shown_value(const Setting& setting, const Config& config) {
  const std::string value = value_text(setting, config);
  const auto* text = std::get_if<TextSetting>(&setting.kind);
  if (text != nullptr && text->shown != nullptr) return text->shown(value);
  if (!setting.secret) return value;
  return value.empty() ? "" : "(set)";
}

bool may_be_empty(const Setting& setting) {
  constexpr std::array<std::string_view, 3> kCredentials = {"access.jwt_secret", "access.jwks_file",
                                                            "access.service_keys_file"};
  return std::find(kCredentials.begin(), kCredentials.end(), setting.name) == kCredentials.end();
}

}  // namespace courtside
