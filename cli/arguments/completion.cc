#include "cli/arguments/completion.h"

#include <functional>

#include "base/format.h"
#include "base/shell.h"

namespace courtside {
namespace {

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string out;
  for (const std::string& word : words) out.append(out.empty() ? "" : between).append(word);
  return out;
}

void for_each_command(const CommandInfo& command,
                      const std::function<void(const CommandInfo&)>& use) {
  use(command);
  for (const CommandInfo& below : command.commands) for_each_command(below, use);
}

std::string last_word(const std::string& name) { return name.substr(name.rfind(' ') + 1); }

std::vector<std::string> option_names(const CommandInfo& command) {
  std::vector<std::string> out;
  for (const OptionInfo& option : command.options) {
    out.insert(out.end(), option.names.begin(), option.names.end());
  }
  return out;
}

// What may stand where no option does: commands, and words of arguments.
std::vector<std::string> plain_words(const CommandInfo& command) {
  std::vector<std::string> out;
  for (const CommandInfo& below : command.commands) out.push_back(last_word(below.name));
  for (const OptionInfo& argument : command.arguments) {
    for (const std::string& value : argument.values()) out.push_back(value);
  }
  return out;
}

bool takes_paths(const CommandInfo& command) {
  for (const OptionInfo& argument : command.arguments) {
    if (argument.is_path()) return true;
  }
  return false;
}

// ---- bash

// "history --order" -> what follows it.
void append_bash_values(std::string& out, const CommandInfo& command) {
  for (const OptionInfo& option : command.options) {
    if (!option.takes_value()) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) {
      patterns.push_back("\"" + command.name + " " + name + "\"");
    }
    out.append("    ").append(joined(patterns, "|")).append(") ");
    if (const auto values = option.values(); !values.empty()) {
      out.append("_courtside_words ").append(shell_word(joined(values, " "))).append("; ");
    } else if (option.is_path()) {
      out.append("_courtside_files; ");
    }
    out.append("return ;;\n");
  }
}

constexpr const char* kBashBegin =
    R"(# bash completion for courtside, made by `courtside completion bash`:
#   source <(courtside completion bash)
_courtside_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_courtside_files() {
  type compopt >/dev/null 2>&1 && compopt -o filenames 2>/dev/null
  local IFS=$'\n'
  COMPREPLY=($(compgen -f -- "$cur"))
}
_courtside() {
  local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  # bash takes `--order=desc` for three words.
  if [[ $cur == = ]]; then cur=; elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command/${COMP_WORDS[i]}" in
)";

}  // namespace

std::string bash_completion(const CommandInfo& root) {
  std::string out = kBashBegin;
  for_each_command(root, [&](const CommandInfo& command) {
    for (const CommandInfo& below : command.commands) {
      out.append(format("      \"{}/{}\") command={} ;;\n", command.name, last_word(below.name),
                        shell_word(below.name)));
    }
  });
  out.append("    esac\n  done\n  case \"$command $before\" in\n");
  for_each_command(root, [&](const CommandInfo& command) { append_bash_values(out, command); });
  out.append("  esac\n  if [[ $cur == -* ]]; then\n    case $command in\n");
  for_each_command(root, [&](const CommandInfo& command) {
    out.append(format("      {}) _courtside_words {} ;;\n", shell_word(command.name),
                      shell_word(joined(option_names(command), " "))));
  });
  out.append("    esac\n    return\n  fi\n  case $command in\n");
  for_each_command(root, [&](const CommandInfo& command) {
    const std::vector<std::string> words = plain_words(command);
    if (words.empty() && !takes_paths(command)) return;
    out.append("    " + shell_word(command.name) + ") ");
    out.append(words.empty() ? "_courtside_files"
                             : "_courtside_words " + shell_word(joined(words, " ")));
    out.append(" ;;\n");
  });
  return out + "  esac\n}\ncomplete -F _courtside courtside\n";
}

// ---- zsh

namespace {

// In the text of an _arguments specification.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::string zsh_action(const OptionInfo& option) {
  const std::vector<std::string> values = option.values();
  if (!values.empty()) return "(" + joined(values, " ") + ")";
  return option.is_path() ? "_files" : " ";
}

std::string function_name(const CommandInfo& command) {
  std::string out = "_courtside";
  if (!command.name.empty()) out += "_" + command.name;
  for (char& c : out) c = c == ' ' ? '_' : c;
  return out;
}

void append_zsh_function(std::string& out, const CommandInfo& command) {
  out.append(function_name(command) + "() {\n");
  if (!command.commands.empty()) out.append("  local state\n  local -a commands line\n");
  out.append("  _arguments -s");
  if (!command.commands.empty()) out.append(" -C");
  for (const OptionInfo& option : command.options) {
    for (const std::string& name : option.names) {
      std::string spec = "*" + name;
      if (option.takes_value() && name.starts_with("--")) spec += "=";
      spec += "[" + zsh_text(option.doc) + "]";
      if (option.takes_value()) spec += ":" + zsh_text(option.type) + ":" + zsh_action(option);
      out.append(" \\\n    " + shell_word(spec));
    }
  }
  for (const OptionInfo& argument : command.arguments) {
    const std::string spec = format("{}:{}:{}", argument.is_list ? "*" : "",
                                    zsh_text(argument.names.front()), zsh_action(argument));
    out.append(" \\\n    " + shell_word(spec));
  }
  if (command.commands.empty()) {
    out.append("\n}\n");
    return;
  }
  out.append(
      " \\\n    ': :->command' '*:: :->rest'\n  case $state in\n    command)\n      commands=(");
  for (const CommandInfo& below : command.commands) {
    out.append("\n        " + shell_word(last_word(below.name) + ":" + zsh_text(below.doc)));
  }
  out.append(")\n      _describe command commands ;;\n    rest)\n      case $line[1] in\n");
  for (const CommandInfo& below : command.commands) {
    out.append(format("        {}) {} ;;\n", last_word(below.name), function_name(below)));
  }
  out.append("      esac ;;\n  esac\n}\n");
}

}  // namespace

std::string zsh_completion(const CommandInfo& root) {
  std::string out =
      "#compdef courtside\n"
      "# zsh completion for courtside, made by `courtside completion zsh`:\n"
      "#   courtside completion zsh > \"${fpath[1]}/_courtside\"\n";
  for_each_command(root, [&](const CommandInfo& command) { append_zsh_function(out, command); });
  return out +
         "if [ \"$funcstack[1]\" = _courtside ]; then _courtside \"$@\"; else compdef _courtside "
         "courtside; fi\n";
}

// ---- fish

std::string fish_completion(const CommandInfo& root) {
  std::string out =
      "# fish completion for courtside, made by `courtside completion fish`:\n"
      "#   courtside completion fish > ~/.config/fish/completions/courtside.fish\n"
      "complete -c courtside -f\n";
  for_each_command(root, [&](const CommandInfo& command) {
    std::string when;
    for (std::size_t at = 0; at < command.name.size();) {
      const std::size_t end = std::min(command.name.find(' ', at), command.name.size());
      when.append(when.empty() ? "" : "; and ").append("__fish_seen_subcommand_from ");
      when.append(command.name, at, end - at);
      at = end + 1;
    }
    if (when.empty()) when = "__fish_use_subcommand";
    const std::string begin = "complete -c courtside -n " + shell_word(when);
    for (const CommandInfo& below : command.commands) {
      out.append(format("{} -a {} -d {}\n", begin, last_word(below.name), shell_word(below.doc)));
    }
    for (const OptionInfo& argument : command.arguments) {
      const std::vector<std::string> values = argument.values();
      if (!values.empty()) out.append(format("{} -a {}\n", begin, shell_word(joined(values, " "))));
      if (argument.is_path()) out.append(begin + " -F\n");
    }
    for (const OptionInfo& option : command.options) {
      out.append(begin);
      for (const std::string& name : option.names) {
        const bool is_long = name.starts_with("--");
        out.append(is_long ? " -l " : " -s ").append(name.substr(is_long ? 2 : 1));
      }
      if (option.takes_value()) out.append(option.is_path() ? " -r -F" : " -x");
      const std::vector<std::string> values = option.values();
      if (!values.empty()) out.append(" -a " + shell_word(joined(values, " ")));
      out.append(format(" -d {}\n", shell_word(option.doc)));
    }
  });
  return out;
}

}  // namespace courtside
