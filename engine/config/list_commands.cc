// The commands that list states: `courtside calendar VENUE`, `courtside notifications ACCOUNT`.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "base/time.h"
#include "engine/config/subcommand.h"
#include "engine/config/values.h"
#include "schema/channel.h"

namespace courtside {
namespace {

// "2h" and "-2h" both mean two hours ago: the HTTP interface writes the second. Empty where it is
// no time.
std::string moment_of(const std::string& text) {
  if (parse_rfc3339(text)) return text;
  std::string_view ago = text;
  if (!ago.empty() && ago.front() == '-') ago.remove_prefix(1);
  if (!parse_quantity(ago, Unit::kMilliseconds)) return {};
  return "-" + std::string(ago);
}

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
      return tl::unexpected(usage_error(name + ": `" + id_ + "` is no id such as v_1"));
    }
    for (const Given& given : given_) {
      if (given.option->count() == 0) continue;
      std::string value = value_of(given);
      if (value.empty()) {
        return tl::unexpected(usage_error(name + ": --" + given.parameter + ": `" + *given.text +
                                          (given.parameter == "kind"
                                               ? "` is no kind"
                                               : "` is neither an RFC 3339 time nor one like 2h")));
      }
      command.parameters.emplace_back(given.parameter, std::move(value));
    }
    if (unread_) command.parameters.emplace_back("unread", "true");
    return output_.finish(std::move(command), surroundings);
  }

 protected:
  List(CLI::App& app, ListCommand::Of of) : app_(app), of_(of) {}

  void take_id(const std::string& name, const std::string& doc) {
    app_.add_option(name, id_, doc)->required()->type_name("ID");
  }
  void take(const std::string& parameter, const std::string& doc) {
    Given& given = given_.emplace_back();
    given.parameter = parameter;
    given.text = std::make_unique<std::string>();
    given.option = app_.add_option("--" + parameter, *given.text, doc);
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
    // Of a position the server is the judge.
    const bool is_other = *given.text == "now" || given.text->find(':') != std::string::npos;
    return given.parameter == "at" && is_other ? *given.text : moment_of(*given.text);
  }

  const ListCommand::Of of_;
  std::string id_;
  std::vector<Given> given_;
  ServerOptions server_{app_};
  OutputOption output_{app_, {"table", "json", "jsonl"}};
};

class Calendar : public List {
 public:
  explicit Calendar(CLI::App& root)
      : List(*root.add_subcommand("calendar", "Show a venue's slots as they stood at a moment"),
             ListCommand::Of::kCalendar) {
    take_id("venue", "Its id, as v_1");
    take("at", "A position, RFC 3339, or as long ago as 2h [now]");
    take("from", "Slots that end after this");
    take("to", "Slots that begin before this");
  }
};

class Notifications : public List {
 public:
  explicit Notifications(CLI::App& root)
      : List(*root.add_subcommand("notifications",
                                  "Show what an account was notified of, and what became of it"),
             ListCommand::Of::kNotifications) {
    take_id("account", "Its id, as u_1");
    take("since", "RFC 3339, or as long ago as 2h; itself included");
    take("until", "The same; itself excluded");
    take("kind", "Of this kind, as booking_confirmed");
    app_.add_flag("--unread", unread_, "Those that were not read");
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
