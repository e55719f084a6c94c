#include <algorithm>
#include <string>
#include <string_view>

#include "engine/config/config_toml.h"
#include "tests/house/pages.h"

namespace courtside::house {
namespace {

constexpr std::size_t kLineCharactersMax = 100;

// "# the words", in as many lines as they need.
std::string comment(std::string_view words) {
  std::string out;
  std::string line = "#";
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (line.size() + 1 + end > kLineCharactersMax) {
      out += line + "\n";
      line = "#";
    }
    line.append(" ").append(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out + line + "\n";
}

// The key of a line "key = value"; empty for other lines.
std::string_view key_of(std::string_view line) {
  const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
  if (end == line.npos || end == 0 || !line.substr(end).starts_with(" = ")) return {};
  return line.substr(0, end);
}

// The settings that differ from the program's defaults: where a Debian system keeps things.
std::string_view set_value(std::string_view key) {
  if (key == "data") return "data = \"/var/lib/courtside/log\"";
  if (key == "service_keys_file") return "service_keys_file = \"/etc/courtside/service-keys\"";
  return {};
}

}  // namespace

std::string config_file() {
  std::string out =
      "# /etc/courtside/courtside.toml: the settings of `courtside serve`.\n"
      "#\n"
      "# Every setting is here with its meaning, its range and its default. To change one, remove\n"
      "# the # before it. The tables of routes, projections and access rules are in\n"
      "# docs/configuration.md and in `courtside config print -o toml`. Secrets are in\n"
      "# /etc/courtside/secrets.env, which only root reads.\n"
      "#\n"
      "# Behind a proxy on this machine: trusted_proxies = [\"127.0.0.1\"]\n";
  const std::string toml = config_toml(Config{});
  std::string_view rest = std::string_view(toml).substr(0, toml.find("\n[[route]]"));
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const bool is_comment = line.starts_with("# ");
    if (is_comment) line.remove_prefix(2);
    const std::string_view key = key_of(line);
    const std::string_view set = set_value(key);
    if (!key.empty()) {
      out.append(set.empty() ? "#" : "").append(set.empty() ? line : set).append("\n");
    } else if (is_comment) {
      out.append("\n").append(comment(line));
    } else if (!line.empty()) {
      out.append("\n").append(line).append("\n");
    }
  }
  return out;
}

}  // namespace courtside::house
