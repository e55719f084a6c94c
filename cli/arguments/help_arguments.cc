// The commands about the command line itself: help, man, completion. They print and end.
#include <CLI/CLI.hpp>
#include <utility>

#include "base/format.h"
#include "cli/arguments/command_tree.h"
#include "cli/arguments/completion.h"
#include "cli/arguments/help_page.h"
#include "cli/arguments/man_page.h"
#include "cli/arguments/subcommand.h"
#include "engine/config/nearest.h"

namespace courtside {
namespace {

ParsedCommandLine printed(std::string text) {
  return tl::unexpected(CommandLineExit{.status = 0, .out = std::move(text), .err = {}});
}

// COMMAND of `help` and `man`: none, or the words of one.
class CommandArgument {
 public:
  explicit CommandArgument(CLI::App& command) : of_(command.get_name()) {
    command.add_option("command", words_, "The command, also of two words [the program itself]")
        ->type_name("COMMAND");
  }
  CommandArgument(const CommandArgument&) = delete;
  CommandArgument& operator=(const CommandArgument&) = delete;

  tl::expected<CLI::App*, CommandLineExit> find(CLI::App& root) const {
    CLI::App* at = &root;
    for (const std::string& word : words_) {
      std::vector<std::string> known;
      CLI::App* below = nullptr;
      for (CLI::App* each : at->get_subcommands({})) {
        known.push_back(each->get_name());
        if (each->get_name() == word) below = each;
      }
      if (below == nullptr) {
        return tl::unexpected(usage_error(
            format("{}: there is no command `{}`{}", of_, word, suggestion(word, known))));
      }
      at = below;
    }
    return at;
  }
  const std::vector<std::string>& words() const { return words_; }

 private:
  const std::string of_;
  std::vector<std::string> words_;
};

class Help : public Subcommand {
 public:
  explicit Help(CLI::App& root)
      : root_(root),
        app_(*root.add_subcommand("help", "Show the options of a command")),
        command_(app_) {}

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    const auto command = command_.find(root_);
    if (!command) return tl::unexpected(command.error());
    return printed(
        help_page(*command_tree(root_).find(command_.words()), help_columns(surroundings)));
  }

 private:
  CLI::App& root_;
  CLI::App& app_;
  CommandArgument command_;
};

class Man : public Subcommand {
 public:
  explicit Man(CLI::App& root)
      : root_(root),
        app_(*root.add_subcommand("man", "Print the man page of a command, for `man -l -`")),
        command_(app_) {}

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& /*surroundings*/) const override {
    const auto command = command_.find(root_);
    if (!command) return tl::unexpected(command.error());
    const CommandInfo tree = command_tree(root_);
    return printed(man_page(tree, *tree.find(command_.words())));
  }

 private:
  CLI::App& root_;
  CLI::App& app_;
  CommandArgument command_;
};

class Completion : public Subcommand {
 public:
  explicit Completion(CLI::App& root)
      : root_(root),
        app_(*root.add_subcommand("completion", "Print the completion script of a shell")) {
    app_.add_option("shell", shell_, "Of which shell")->required()->type_name("bash|zsh|fish");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& /*surroundings*/) const override {
    const CommandInfo tree = command_tree(root_);
    if (shell_ == "bash") return printed(bash_completion(tree));
    if (shell_ == "zsh") return printed(zsh_completion(tree));
    if (shell_ == "fish") return printed(fish_completion(tree));
    return tl::unexpected(
        usage_error(format("completion: `{}` is not one of bash, zsh, fish", shell_)));
  }

 private:
  CLI::App& root_;
  CLI::App& app_;
  std::string shell_;
};

}  // namespace

std::unique_ptr<Subcommand> add_help(CLI::App& root) { return std::make_unique<Help>(root); }
std::unique_ptr<Subcommand> add_man(CLI::App& root) { return std::make_unique<Man>(root); }
std::unique_ptr<Subcommand> add_completion(CLI::App& root) {
  return std::make_unique<Completion>(root);
}

}  // namespace courtside
