// `courtside state SUBJECT`.
#include <CLI/CLI.hpp>
#include <utility>

#include "base/format.h"
#include "cli/arguments/moments.h"
#include "cli/arguments/subcommand.h"
#include "schema/channel.h"

namespace courtside {
namespace {

class StateOf : public Subcommand {
 public:
  explicit StateOf(CLI::App& root)
      : app_(*root.add_subcommand("state", "Show what a subject's events had come to at a moment")),
        server_(app_),
        output_(app_, {"table", "json", "jsonl"}, OutputOption::Tables::kPlain) {
    app_.add_option("subject", command_.subject, "The subject, as booking:b_1")->required();
    app_.add_option("--at", command_.at,
                    "As of this position, this RFC 3339 time, or as long ago as 2h [now]")
        ->type_name("MOMENT");
    app_.add_option("--channel", command_.channels,
                    "Show what readers of this channel see, as venue:v_1; may be repeated")
        ->allow_extra_args(false)
        ->type_name("CHANNEL");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    StateCommand command = command_;
    server_.take(command, surroundings);
    if (!is_channel(command.subject)) {
      return tl::unexpected(
          usage_error(format("state: `{}` is no subject such as booking:b_1", command.subject)));
    }
    command.at = at_parameter(command_.at);
    if (command.at.empty()) {
      return tl::unexpected(usage_error("state: " + no_at("--at", command_.at)));
    }
    return output_.finish(std::move(command), surroundings);
  }

 private:
  CLI::App& app_;
  StateCommand command_;
  ServerOptions server_;
  OutputOption output_;
};

}  // namespace

std::unique_ptr<Subcommand> add_state(CLI::App& root) { return std::make_unique<StateOf>(root); }

}  // namespace courtside
