#include "cli/arguments/man_page.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "base/format.h"
#include "base/version.h"
#include "cli/arguments/exit_statuses.h"
#include "engine/config/settings.h"

namespace courtside {
namespace {

// Text of a line: what roff would take for itself is escaped.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out.append("\\e");
    } else if (c == '-') {
      out.append("\\-");
    } else if (c == '\'') {
      out.append("\\(aq");
    } else if (c == '`') {
      out.append("\\(ga");
    } else if (c == '~') {
      out.append("\\(ti");
    } else if (c == '^') {
      out.append("\\(ha");
    } else if (c == '\n') {
      out.append(" ");
    } else {
      out.push_back(c);
    }
  }
  if (out.starts_with(".")) out.insert(0, "\\&");
  return out;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

void section(std::string& out, const std::string& name) { out.append(format(".SH {}\n", name)); }
void entry(std::string& out, const std::string& head, const std::string& text) {
  out.append(".TP\n" + head + "\n" + text + "\n");
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

std::string page_name(const CommandInfo& command) {
  std::string name = command.name.empty() ? "courtside" : "courtside-" + command.name;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

// "asc|desc", or the name of what goes there.
std::string value_text(const OptionInfo& option) {
  return option.values().empty() ? italic(option.type) : roff(option.type);
}

std::string argument_text(const OptionInfo& argument) {
  return italic(argument.placeholder()) + (argument.is_list ? "..." : "");
}

std::string synopsis(const CommandInfo& command) {
  std::string out = bold("courtside" + (command.name.empty() ? "" : " " + command.name));
  if (!command.commands.empty()) out.append(" " + italic("COMMAND"));
  if (command.options.size() > 1) out.append(" [" + italic("OPTIONS") + "]");
  for (const OptionInfo& argument : command.arguments) {
    const std::string text = argument_text(argument);
    out.append(argument.is_required ? " " + text : " [" + text + "]");
  }
  return out;
}

std::string option_term(const OptionInfo& option) {
  std::string out;
  for (const std::string& name : option.names)
    out.append(out.empty() ? "" : ", ").append(bold(name));
  return option.takes_value() ? out + " " + value_text(option) : out;
}

void append_options(std::string& out, const CommandInfo& command) {
  if (!command.arguments.empty()) {
    section(out, "ARGUMENTS");
    for (const OptionInfo& argument : command.arguments) {
      std::string text = roff(argument.doc);
      const std::vector<std::string> values = argument.values();
      if (!values.empty()) text.append("\n.br\n" + roff(listed(values)));
      entry(out, argument_text(argument), text);
    }
  }
  std::vector<std::string> groups = {""};
  for (const OptionInfo& option : command.options) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) {
      groups.push_back(option.group);
    }
  }
  section(out, "OPTIONS");
  for (const std::string& group : groups) {
    if (!group.empty()) out.append(format(".SS {}\n", roff(group)));
    for (const OptionInfo& option : command.options) {
      if (option.group == group) entry(out, option_term(option), roff(option.doc));
    }
  }
}

void append_commands(std::string& out, const CommandInfo& command) {
  if (command.commands.empty()) return;
  section(out, "COMMANDS");
  for (const CommandInfo& each : command.commands) {
    entry(out, bold(page_name(each)) + "(1)", roff(each.doc));
  }
}

bool has_option(const CommandInfo& command, const std::string& name) {
  return std::any_of(command.options.begin(), command.options.end(), [&](const OptionInfo& each) {
    return std::find(each.names.begin(), each.names.end(), name) != each.names.end();
  });
}

// The variables that the command's own options fall back to.
void append_environment(std::string& out, const CommandInfo& command, bool is_root) {
  const std::pair<const char*, std::pair<const char*, const char*>> variables[] = {
      {"--url", {"COURTSIDE_URL", "The server, where --url is not given"}},
      {"--token", {"COURTSIDE_TOKEN", "A token, or the key of a service"}},
      {"--token-file", {"COURTSIDE_TOKEN_FILE", "A file that holds the token or key"}},
      {"--ca-file", {"COURTSIDE_CA_FILE", "Authorities to trust instead of the system's"}},
      {"--tz", {"COURTSIDE_TZ", "Zone of the times in tables: local, utc, or a name"}},
      {"--color", {"NO_COLOR", "Where it is not empty, no colours"}}};
  std::string entries;
  for (const auto& [option, variable] : variables) {
    if (is_root || has_option(command, option)) {
      entry(entries, bold(variable.first), roff(variable.second));
    }
  }
  if (is_root || has_option(command, "--config")) {
    entry(entries, bold("COURTSIDE_CONFIG"), "TOML file with settings");
  }
  for (const Setting& setting : settings()) {
    if (!has_option(command, setting.flag())) continue;
    std::string head = bold(setting.environment());
    if (!setting.platform_variable.empty()) {
      head.append(", " + bold(std::string(setting.platform_variable)));
    }
    entry(entries, head, "As " + bold(setting.flag()));
  }
  if (entries.empty()) return;
  section(out, "ENVIRONMENT");
  out.append(entries);
}

// Of the program itself all of them, each with the commands that it is of.
void append_exit_status(std::string& out, const CommandInfo& command, bool is_root) {
  std::map<int, std::string> meanings;
  for (const ExitStatus& each : exit_statuses()) {
    if (!is_root && (each.of & kinds_of(command)) == 0) continue;
    std::string& text = meanings[each.status];
    if (!text.empty()) text.append("; ");
    const bool is_of_some = is_root && each.of != kEveryCommand;
    text.append(is_of_some ? kinds_text(each.of) + ": " : "").append(each.meaning);
  }
  section(out, "EXIT STATUS");
  for (const auto& [status, text] : meanings) entry(out, bold(std::to_string(status)), roff(text));
}

void append_footer(std::string& out, const std::string& footer) {
  if (footer.empty()) return;
  section(out, "NOTES");
  std::istringstream lines(footer);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) {
      out.append(".PP\n" + roff(line) + "\n");
    } else {
      entry(out, bold(line.substr(0, tab)), roff(line.substr(tab + 1)));
    }
  }
}

}  // namespace

std::string man_page(const CommandInfo& root, const CommandInfo& command) {
  const std::string name = page_name(command);
  std::string title = name;
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : static_cast<char>(c);
  });
  std::string out =
      format(".TH {} 1 \"\" \"courtside {}\" \"Courtside\"\n.nh\n.ad l\n", title, kVersion);
  section(out, "NAME");
  out.append(format("{} \\- {}\n", roff(name), roff(command.doc)));
  section(out, "SYNOPSIS");
  out.append(synopsis(command) + "\n");
  append_commands(out, command);
  append_options(out, command);
  append_environment(out, command, command.name.empty());
  append_footer(out, command.footer);
  append_exit_status(out, command, command.name.empty());
  section(out, "SEE ALSO");
  out.append(command.name.empty() ? format("{} {}\n", bold("courtside help"), italic("COMMAND"))
                                  : bold(page_name(root)) + "(1)\n");
  return out;
}

}  // namespace courtside
