#include "cli/arguments/command_tree.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

namespace courtside {
namespace {

bool is_word(const std::string& text) {
  return !text.empty() &&
         std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

OptionInfo option_info(const CLI::Option& option) {
  OptionInfo out;
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  // "--no-follow" of "--follow,!--no-follow" is a name as well, and CLI11 has it among the others.
  out.is_argument = option.get_positional();
  if (out.is_argument) out.names = {option.get_name(true, false)};
  if (out.is_argument || option.get_items_expected_max() > 0) out.type = option.get_type_name();
  if (option.get_items_expected_max() > 0 && out.type.empty()) out.type = "TEXT";
  out.doc = option.get_description();
  out.group = option.get_group() == "Options" || option.get_group() == "OPTIONS"
                  ? std::string()
                  : option.get_group();
  out.is_required = option.get_required();
  out.is_list = option.get_items_expected_max() > 1;
  return out;
}

CommandInfo command_info(const CLI::App& app, const std::string& name) {
  CommandInfo out;
  out.name = name;
  out.doc = app.get_description();
  out.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    OptionInfo info = option_info(*option);
    (info.is_argument ? out.arguments : out.options).push_back(std::move(info));
  }
  for (const CLI::App* each : app.get_subcommands({})) {
    const std::string below = (name.empty() ? "" : name + " ") + each->get_name();
    out.commands.push_back(command_info(*each, below));
  }
  return out;
}

// An argument that names a command takes the names of all.
void name_commands(CommandInfo& command, const std::string& names) {
  for (OptionInfo& argument : command.arguments) {
    if (argument.type == "COMMAND") argument.type = names;
  }
  for (CommandInfo& below : command.commands) name_commands(below, names);
}

}  // namespace

bool OptionInfo::is_path() const {
  static const std::set<std::string> kPaths = {"FILE", "DIR", "TARGET", "BACKUP"};
  return kPaths.count(type) > 0;
}

std::string OptionInfo::placeholder() const {
  const bool is_named = type != "TEXT" && type.find('|') == std::string::npos;
  std::string out = is_named ? type : names.front();
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  return out;
}

std::vector<std::string> OptionInfo::values() const {
  std::vector<std::string> out;
  if (type.find('|') == std::string::npos) return out;
  for (const std::string& word : CLI::detail::split(type, '|')) {
    if (is_word(word)) out.push_back(word);
  }
  return out;
}

const CommandInfo* CommandInfo::find(const std::vector<std::string>& words) const {
  const CommandInfo* at = this;
  for (const std::string& word : words) {
    const std::string wanted = at->name.empty() ? word : at->name + " " + word;
    const auto found = std::find_if(at->commands.begin(), at->commands.end(),
                                    [&](const CommandInfo& each) { return each.name == wanted; });
    if (found == at->commands.end()) return nullptr;
    at = &*found;
  }
  return at;
}

CommandInfo command_tree(const CLI::App& root) {
  CommandInfo out = command_info(root, "");
  std::string names;
  for (const CommandInfo& each : out.commands) {
    names.append(names.empty() ? "" : "|").append(each.name);
  }
  name_commands(out, names);
  return out;
}

}  // namespace courtside
