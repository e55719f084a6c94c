// The commands that list states: `courtside calendar VENUE`, `courtside notifications ACCOUNT`.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "base/fine_time.h"
#include "base/format.h"
#include "cli/arguments/moments.h"
#include "cli/arguments/subcommand.h"
#include "schema/channel.h"

namespace courtside {
namespace {

class List : public Subcommand {
 public:
  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    ListCommand command;
    command.of = of_;
    command.id = id_;
    server_.take(command, surroundings);
    const std::string name = app_.get_name();
    if (!is_channel_id(id_)) {
      return tl::unexpected(usage_error(format("{}: `{}` is no id such as v_1", name, id_)));
    }
    for (const Given& given : given_) {
      if (given.option->count() == 0) continue;
      std::string value = value_of(given);
      if (value.empty()) {
        const std::string option = name + ": --" + given.parameter;
        return tl::unexpected(usage_error(given.parameter == "kind" ? option + " is empty"
                                          : given.parameter == "at"
                                              ? no_at(option, *given.text)
                                              : no_moment(option, *given.text)));
      }
      command.parameters.emplace_back(given.parameter, std::move(value));
    }
    if (unread_) command.parameters.emplace_back("unread", "true");
    return output_.finish(std::move(command), surroundings);
  }

 protected:
  List(CLI::App& app, ListCommand::Of of) : app_(app), of_(of) {}

  void take_id(const std::string& name, const std::string& doc) {
    app_.add_option(name, id_, doc)->required();
  }
  void take(const std::string& parameter, const std::string& type, const std::string& doc) {
    Given& given = given_.emplace_back();
    given.parameter = parameter;
    given.text = std::make_unique<std::string>();
    given.option = app_.add_option("--" + parameter, *given.text, doc)->type_name(type);
  }

  CLI::App& app_;
  bool unread_ = false;

 private:
  struct Given {
    std::string parameter;
    std::unique_ptr<std::string> text;
    const CLI::Option* option = nullptr;
  };

  // As the server takes it; empty where it is nothing.
  static std::string value_of(const Given& given) {
    if (given.parameter == "kind") return *given.text;
    const std::string value = at_parameter(*given.text);
    const bool is_time = value.starts_with('-') || parse_fine_time(value);
    return given.parameter == "at" || is_time ? value : std::string();
  }

  const ListCommand::Of of_;
  std::string id_;
  std::vector<Given> given_;
  ServerOptions server_{app_};
  OutputOption output_{app_, {"table", "json", "jsonl"}, OutputOption::Tables::kWithTimes};
};

class Calendar : public List {
 public:
  explicit Calendar(CLI::App& root)
      : List(*root.add_subcommand("calendar", "Show a venue's slots as they stood at a moment"),
             ListCommand::Of::kCalendar) {
    take_id("venue", "The venue's id, as v_1");
    take("at", "MOMENT", "As of this position, this RFC 3339 time, or as long ago as 2h [now]");
    take("from", "TIME", "Only slots that end after this time: RFC 3339, or as long ago as 2h");
    take("to", "TIME", "Only slots that begin before this time");
  }
};

class Notifications : public List {
 public:
  explicit Notifications(CLI::App& root)
      : List(*root.add_subcommand("notifications",
                                  "Show what an account was notified of, and what became of it"),
             ListCommand::Of::kNotifications) {
    take_id("account", "The account's id, as u_1");
    take("since", "TIME", "Only those of this time or later: RFC 3339, or as long ago as 2h");
    take("until", "TIME", "Only those before this time, as of --since");
    take("kind", "KIND", "Only those of this kind, as booking_confirmed");
    app_.add_flag("--unread", unread_, "Only those that were not read");
  }
};

}  // namespace

std::unique_ptr<Subcommand> add_calendar(CLI::App& root) {
  return std::make_unique<Calendar>(root);
}
std::unique_ptr<Subcommand> add_notifications(CLI::App& root) {
  return std::make_unique<Notifications>(root);
}

}  // namespace courtside
