// `courtside state SUBJECT`.
#include <CLI/CLI.hpp>
#include <utility>

#include "engine/config/subcommand.h"
#include "schema/channel.h"

namespace courtside {
namespace {

class StateOf : public Subcommand {
 public:
  explicit StateOf(CLI::App& root)
      : app_(*root.add_subcommand("state", "Show what a subject's events had come to at a moment")),
        server_(app_),
        output_(app_, {"table", "json", "jsonl"}) {
    app_.add_option("subject", command_.subject, "As booking:b_1")
        ->required()
        ->type_name("SUBJECT");
    app_.add_option("--at", command_.at, "A position, RFC 3339, or as long ago as 2h [now]");
    app_.add_option("--channel", command_.channels,
                    "Read it by this channel, as venue:v_1, and see what it shows; repeat")
        ->allow_extra_args(false);
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    StateCommand command = command_;
    server_.take(command, surroundings);
    if (!is_channel(command.subject)) {
      return tl::unexpected(
          usage_error("state: `" + command.subject + "` is no subject such as booking:b_1"));
    }
    // "2h" and "-2h" both mean two hours ago: the HTTP interface writes the second.
    const bool is_moment = command.at == "now" || command.at.find(':') != std::string::npos;
    if (!is_moment && command.at.substr(0, 1) != "-") command.at.insert(0, "-");
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
