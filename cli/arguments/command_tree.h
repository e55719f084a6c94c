// The commands and their options as data, read from CLI11's own tree: what shell completion and the
// man pages are made of, so that they never know another command line than the program does.
// Threads: a value.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace courtside {

struct OptionInfo {
  std::vector<std::string> names;  // "-o", "--output"; of an argument without dashes its one name
  std::string type;                // "FILE", "asc|desc"; empty: a flag
  std::string doc;
  std::string group;  // "Limits"; empty: no group of its own
  bool is_argument = false;
  bool is_required = false;
  bool is_list = false;  // takes more than one value

  bool takes_value() const { return !type.empty(); }
  bool is_path() const;
  // Of an argument, what stands for it in a usage line: "SUBJECT", "CHANNEL".
  std::string placeholder() const;
  // The words that it takes, where they are known: those of its type that are in small letters.
  std::vector<std::string> values() const;
};

struct CommandInfo {
  std::string name;  // "courtside", "outbox status"
  std::string doc;
  std::vector<OptionInfo> options;
  std::vector<OptionInfo> arguments;
  std::vector<CommandInfo> commands;
  // What else there is to say: paragraphs, and lines "word\ttext" of a list. Each ends with "\n".
  std::string footer;

  // Below this one, by its words; null where there is none.
  const CommandInfo* find(const std::vector<std::string>& words) const;
};

// The root's name is empty, and those below it are named from there.
CommandInfo command_tree(const CLI::App& root);

}  // namespace courtside
