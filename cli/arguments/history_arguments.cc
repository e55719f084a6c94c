// The commands that ask a running server what happened: history, log, export.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/format.h"
#include "cli/arguments/moments.h"
#include "cli/arguments/subcommand.h"
#include "engine/config/values.h"
#include "schema/position.h"

namespace courtside {
namespace {

constexpr std::uint64_t kLimitMax = 1'000'000'000'000;

// The filters of GET /v1/events.
class AskOptions {
 public:
  explicit AskOptions(CLI::App& command) {
    list(command, "--channel", ask_.channels,
         "Only events of this channel, as user:42, or kind:*; may be repeated [*]");
    list(command, "--type", ask_.types, "Only events of this type, or prefix.*; may be repeated");
    text(command, "--subject", ask_.subject, "Only events about this subject, as booking:b_1");
    text(command, "--actor", ask_.actor, "Only events that this account caused");
    text(command, "--correlationid", ask_.correlationid, "Only events with this correlation id");
    text(command, "--since", ask_.since,
         "Only events recorded at this time or later: RFC 3339, or as long ago as 2h", "TIME");
    text(command, "--until", ask_.until, "Only events recorded before this time, as of --since",
         "TIME");
    text(command, "--after", ask_.after, "Only events after this position, as k3f9:104217",
         "POSITION");
    text(command, "--before", ask_.before, "Only events before this position", "POSITION");
    text(command, "--order", order_, "asc: oldest first; desc: newest first [asc]", "asc|desc");
    text(command, "--limit", limit_, "At most so many events [all]", "N");
  }
  AskOptions(const AskOptions&) = delete;
  AskOptions& operator=(const AskOptions&) = delete;

  tl::expected<HistoryAsk, CommandLineExit> take(const Surroundings& surroundings) const {
    HistoryAsk ask = ask_;
    // Left out of the question it would find everything.
    for (const CLI::Option* option : options_) {
      const auto& given = option->results();
      if (std::find(given.begin(), given.end(), "") != given.end()) {
        return tl::unexpected(usage_error(option->get_name() + ": must not be empty"));
      }
    }
    const std::pair<const char*, std::string*> times[] = {{"--since", &ask.since},
                                                          {"--until", &ask.until}};
    for (const auto& [option, time] : times) {
      if (time->empty()) continue;
      const std::optional<Timestamp> moment = parse_moment(*time, surroundings.now);
      if (!moment) return tl::unexpected(usage_error(no_moment(option, *time)));
      *time = format_rfc3339(*moment);
    }
    const std::pair<const char*, const std::string&> positions[] = {{"--after", ask.after},
                                                                    {"--before", ask.before}};
    for (const auto& [option, position] : positions) {
      if (position.empty() || parse_position(position)) continue;
      return tl::unexpected(usage_error(no_position(option, position)));
    }
    if (!order_.empty() && order_ != "asc" && order_ != "desc") {
      return tl::unexpected(usage_error(format("--order: `{}` is neither asc nor desc", order_)));
    }
    ask.descending = order_ == "desc";
    if (limit_.empty()) return ask;
    const Result<std::uint64_t> limit = parse_quantity(limit_, Unit::kCount);
    if (!limit) return tl::unexpected(usage_error("--limit: " + limit.error().message));
    if (*limit == 0 || *limit > kLimitMax) {
      return tl::unexpected(usage_error("--limit: `" + limit_ + "` is not within 1 ... " +
                                        std::to_string(kLimitMax)));
    }
    ask.limit = *limit;
    return ask;
  }

  // As they were typed; empty where none was given.
  std::string typed() const {
    std::string out;
    for (const CLI::Option* option : options_) {
      for (const std::string& value : option->results()) {
        out.append(out.empty() ? "" : " ").append(option->get_name()).append("=").append(value);
      }
    }
    return out;
  }

 private:
  void text(CLI::App& command, const std::string& name, std::string& value, const std::string& doc,
            const std::string& type = "TEXT") {
    options_.push_back(command.add_option(name, value, doc)->type_name(type));
  }
  void list(CLI::App& command, const std::string& name, std::vector<std::string>& values,
            const std::string& doc) {
    options_.push_back(command.add_option(name, values, doc)->allow_extra_args(false));
  }

  HistoryAsk ask_;
  std::string order_;
  std::string limit_;
  std::vector<const CLI::Option*> options_;
};

class History : public Subcommand {
 public:
  explicit History(CLI::App& root)
      : app_(*root.add_subcommand("history", "Show what happened, as far as the filters say")),
        server_(app_),
        ask_(app_),
        output_(app_, {"table", "json", "jsonl", "csv"}, OutputOption::Tables::kWithTimes) {}

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    HistoryCommand command;
    server_.take(command, surroundings);
    const auto ask = ask_.take(surroundings);
    if (!ask) return tl::unexpected(ask.error());
    command.ask = *ask;
    return output_.finish(std::move(command), surroundings);
  }

 private:
  CLI::App& app_;
  ServerOptions server_;
  AskOptions ask_;
  OutputOption output_;
};

class Log : public Subcommand {
 public:
  explicit Log(CLI::App& root)
      : app_(*root.add_subcommand(
            "log", "Show what happened to one subject, what led to it and what came of it")),
        server_(app_),
        output_(app_, {"table", "json", "jsonl", "csv"}, OutputOption::Tables::kWithTimes) {
    app_.add_option("subject", subject_, "The subject, as booking:b_1")->required();
    app_.add_option("--channel", channels_,
                    "Look in this channel, where you may not read everything; may be repeated")
        ->allow_extra_args(false);
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    LogCommand command;
    server_.take(command, surroundings);
    command.subject = subject_;
    command.channels = channels_;
    return output_.finish(std::move(command), surroundings);
  }

 private:
  CLI::App& app_;
  std::string subject_;
  std::vector<std::string> channels_;
  ServerOptions server_;
  OutputOption output_;
};

class Export : public Subcommand {
 public:
  explicit Export(CLI::App& root)
      : app_(*root.add_subcommand("export", "Write history into a file, with a manifest")),
        server_(app_),
        ask_(app_) {
    app_.add_option("file", file_, "FILE.ndjson or .csv, also with .gz or .zst; -: stdout")
        ->type_name("FILE")
        ->required();
    app_.add_option("-o,--output", form_, "Form of the file [by its name]")->type_name("jsonl|csv");
    CLI::Option* const resume =
        app_.add_flag("--resume", resume_, "Go on where an export to this file was broken off");
    app_.add_flag("--force", force_, "Replace the file where it is there")->excludes(resume);
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    ExportCommand command;
    server_.take(command, surroundings);
    const auto ask = ask_.take(surroundings);
    if (!ask) return tl::unexpected(ask.error());
    command.ask = *ask;
    command.asked = ask_.typed();
    command.file = file_;
    command.resume = resume_;
    command.force = force_;
    if (file_ == "-" && resume_) {
      return tl::unexpected(usage_error("export: --resume needs a file"));
    }
    std::string_view name = file_;
    const auto take_ending = [&name](std::string_view ending) {
      if (!name.ends_with(ending)) return false;
      name.remove_suffix(ending.size());
      return true;
    };
    if (take_ending(".gz")) command.coding = Coding::kGzip;
    if (take_ending(".zst")) command.coding = Coding::kZstd;
    command.csv = take_ending(".csv");
    if (form_.empty()) return command;
    if (form_ != "jsonl" && form_ != "csv") {
      return tl::unexpected(usage_error(format("-o: `{}` is neither jsonl nor csv", form_)));
    }
    command.csv = form_ == "csv";
    return command;
  }

 private:
  CLI::App& app_;
  std::string file_;
  std::string form_;
  bool resume_ = false;
  bool force_ = false;
  ServerOptions server_;
  AskOptions ask_;
};

}  // namespace

std::unique_ptr<Subcommand> add_history(CLI::App& root) { return std::make_unique<History>(root); }
std::unique_ptr<Subcommand> add_log(CLI::App& root) { return std::make_unique<Log>(root); }
std::unique_ptr<Subcommand> add_export(CLI::App& root) { return std::make_unique<Export>(root); }

}  // namespace courtside
