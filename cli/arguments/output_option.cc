// -o, --color and --tz, which the commands have that print.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/format.h"
#include "cli/arguments/subcommand.h"
#include "cli/terminal/zone.h"
#include "engine/config/nearest.h"

namespace courtside {
OutputOption::OutputOption(CLI::App& command, std::vector<std::string> known, Tables tables)
    : known_(std::move(known)), tables_(tables) {
  command.add_option("-o,--output", given_, "Form of the output")
      ->type_name(CLI::detail::join(known_, "|"));
  if (tables_ == Tables::kNone) return;
  command.add_option("--color", color_, "Colours in tables [auto: on a terminal]")
      ->type_name("auto|always|never");
  if (tables_ == Tables::kPlain) return;
  command
      .add_option(
          "--tz", zone_,
          "Zone of the times in tables, as Asia/Kolkata [COURTSIDE_TZ; local on a terminal, "
          "else utc]")
      ->type_name("local|utc|ZONE");
}

tl::expected<std::string, CommandLineExit> OutputOption::word(
    const Surroundings& surroundings) const {
  if (given_.empty()) {
    const bool lines = std::find(known_.begin(), known_.end(), "jsonl") != known_.end();
    return surroundings.stdout_is_terminal ? known_.front() : lines ? "jsonl" : "json";
  }
  if (std::find(known_.begin(), known_.end(), given_) == known_.end()) {
    return tl::unexpected(usage_error(courtside::format("-o: `{}` is not one of {}{}", given_,
                                                        CLI::detail::join(known_, ", "),
                                                        suggestion(given_, known_))));
  }
  return given_;
}

tl::expected<OutputFormat, CommandLineExit> OutputOption::format(
    const Surroundings& surroundings) const {
  const auto chosen = word(surroundings);
  if (!chosen) return tl::unexpected(chosen.error());
  if (*chosen == "json") return OutputFormat::kJson;
  if (*chosen == "jsonl") return OutputFormat::kJsonl;
  if (*chosen == "csv") return OutputFormat::kCsv;
  return OutputFormat::kTable;
}

tl::expected<TableOptions, CommandLineExit> OutputOption::table(
    const Surroundings& surroundings) const {
  TableOptions options;
  options.screen.columns = surroundings.stdout_is_terminal ? surroundings.stdout_columns : 0;
  if (color_ != "auto" && color_ != "always" && color_ != "never") {
    return tl::unexpected(
        usage_error(courtside::format("--color: `{}` is not auto, always or never", color_)));
  }
  // https://no-color.org
  const bool is_wanted =
      variable(surroundings, "NO_COLOR").empty() && variable(surroundings, "TERM") != "dumb";
  options.screen.color =
      color_ == "always" || (color_ == "auto" && surroundings.stdout_is_terminal && is_wanted);
  if (tables_ != Tables::kWithTimes) return options;
  const bool is_given = !zone_.empty();
  options.zone = is_given ? zone_ : variable(surroundings, "COURTSIDE_TZ");
  if (options.zone.empty()) options.zone = surroundings.stdout_is_terminal ? "local" : "utc";
  if (is_zone(options.zone)) return options;
  return tl::unexpected(usage_error(
      courtside::format("{}: `{}` is not local, utc, or a time zone such as Asia/Kolkata",
                        is_given ? "--tz" : "COURTSIDE_TZ", options.zone)));
}

}  // namespace courtside
