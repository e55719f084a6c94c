#include "cli/arguments/help_page.h"

#include <algorithm>
#include <sstream>
#include <vector>

namespace courtside {
namespace {

constexpr std::size_t kHeadColumns = 26;  // of names; a text begins there

// Appends words from the column where `out` ends, and breaks lines before `columns`; the next ones
// begin at `indent`.
void append_wrapped(std::string& out, const std::string& text, std::size_t indent,
                    std::size_t columns) {
  std::size_t at = out.size() - (out.rfind('\n') + 1);
  bool is_first = true;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!is_first && at + 1 + word.size() > columns) {
      out.append("\n").append(indent, ' ');
      at = indent;
    } else if (!is_first) {
      out.push_back(' ');
      ++at;
    }
    out.append(word);
    at += word.size();
    is_first = false;
  }
  out.push_back('\n');
}

void append_entry(std::string& out, const std::string& head, const std::string& text,
                  std::size_t columns) {
  out.append("  ").append(head);
  const std::size_t width = head.size() + 2;
  if (width + 2 > kHeadColumns) {
    out.append("\n").append(kHeadColumns, ' ');
  } else {
    out.append(kHeadColumns - width, ' ');
  }
  append_wrapped(out, text, kHeadColumns, columns);
}

// "-o, --output table|json"; names without a letter of their own stand under those with one.
std::string option_head(const OptionInfo& option) {
  std::string out = option.names.front().starts_with("--") ? "    " : "";
  for (const std::string& name : option.names) {
    out.append(&name == &option.names.front() ? "" : ", ").append(name);
  }
  return option.takes_value() ? out + " " + option.type : out;
}

std::string usage(const CommandInfo& command) {
  std::string out = "courtside" + (command.name.empty() ? "" : " " + command.name);
  if (!command.commands.empty()) out.append(" COMMAND");
  if (command.options.size() > 1 || !command.commands.empty()) out.append(" [OPTIONS]");
  for (const OptionInfo& argument : command.arguments) {
    const std::string name = argument.placeholder() + (argument.is_list ? "..." : "");
    out.append(argument.is_required ? " " + name : " [" + name + "]");
  }
  return out;
}

void append_options(std::string& out, const CommandInfo& command, std::size_t columns) {
  std::vector<std::string> groups;
  for (const OptionInfo& option : command.options) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) {
      groups.push_back(option.group);
    }
  }
  for (const std::string& group : groups) {
    out.append("\n").append(group.empty() ? "Options" : group).append(":\n");
    for (const OptionInfo& option : command.options) {
      if (option.group == group) append_entry(out, option_head(option), option.doc, columns);
    }
  }
}

void append_footer(std::string& out, const std::string& footer, std::size_t columns) {
  std::istringstream lines(footer);
  bool is_list = false;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    const bool is_entry = tab != std::string::npos;
    if (!is_entry || !is_list) out.push_back('\n');
    is_list = is_entry;
    if (is_entry) {
      append_entry(out, line.substr(0, tab), line.substr(tab + 1), columns);
    } else {
      append_wrapped(out, line, 0, columns);
    }
  }
}

}  // namespace

std::string help_page(const CommandInfo& command, std::size_t columns) {
  std::string out;
  append_wrapped(out, command.doc, 0, columns);
  out.push_back('\n');
  append_wrapped(out, "Usage: " + usage(command), 4, columns);
  if (!command.arguments.empty()) {
    out.append("\nArguments:\n");
    for (const OptionInfo& argument : command.arguments) {
      const std::vector<std::string> words = argument.values();
      std::string text = argument.doc;
      for (const std::string& word : words)
        text.append(text == argument.doc ? ": " : ", ").append(word);
      append_entry(out, argument.placeholder(), text, columns);
    }
  }
  append_options(out, command, columns);
  if (!command.commands.empty()) {
    out.append("\nCommands:\n");
    for (const CommandInfo& below : command.commands) {
      append_entry(out, below.name.substr(below.name.rfind(' ') + 1), below.doc, columns);
    }
  }
  append_footer(out, command.footer, columns);
  return out;
}

}  // namespace courtside
