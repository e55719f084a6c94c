// The commands that append and follow: publish, tail.
#include <CLI/CLI.hpp>
#include <utility>

#include "base/format.h"
#include "cli/arguments/moments.h"
#include "cli/arguments/number_option.h"
#include "cli/arguments/subcommand.h"
#include "engine/config/values.h"
#include "schema/position.h"

namespace courtside {
namespace {

constexpr std::uint64_t kInFlightMax = 1'000'000;
constexpr std::uint64_t kLastMax = 1000;
constexpr std::uint64_t kVersionMax = 1ULL << 53;  // no number of the protocol is larger

class Publish : public Subcommand {
 public:
  explicit Publish(CLI::App& root)
      : app_(*root.add_subcommand(
            "publish", "Append one event from flags, or JSON lines from a file or stdin")),
        server_(app_),
        output_(app_, {"table", "json", "jsonl", "csv"}, OutputOption::Tables::kPlain) {
    file_ = app_.add_option("--file", command_.file,
                            "A file of JSON lines, each a CloudEvent; -: stdin")
                ->type_name("FILE");
    add_event_option("--type", command_.type, "The event's type, as booking.confirmed", "TYPE");
    add_event_option("--subject", command_.subject, "What it is about, as booking:b_1", "SUBJECT");
    add_event_option("--id", command_.id,
                     "Its id: the same source and id are one event [a random one]", "ID");
    add_event_option("--source", command_.source,
                     "Which program or person publishes it [/courtside/cli]", "URI");
    add_event_option("--data", command_.data, "Its data, in JSON", "JSON");
    add_event_option("--time", command_.time, "When it happened, in RFC 3339", "TIME");
    add_event_option("--correlationid", command_.correlationid,
                     "An id that all events of one process share", "ID");
    event_.push_back(add_number(app_, "--expectedversion", expected_version_, 0, kVersionMax,
                                "The subject's current version; 0: it must not exist"));
    for (CLI::Option* option : event_) {
      option->excludes(file_)->group("One event, instead of --file");
    }
    app_.add_option("--channel", command_.channels,
                    "A further channel of every event; may be repeated")
        ->allow_extra_args(false)
        ->type_name("CHANNEL");
    add_number(app_, "--in-flight", command_.in_flight, 1, kInFlightMax,
               "How many events may wait for their answers [256]");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    PublishCommand command = command_;
    server_.take(command, surroundings);
    if (event_.back()->count() > 0) command.expectedversion = expected_version_;
    if (const auto taken = output_.take(command, surroundings); !taken) {
      return tl::unexpected(taken.error());
    }
    return choose_input(std::move(command), surroundings);
  }

 private:
  void add_event_option(const std::string& name, std::string& value, const std::string& doc,
                        const std::string& type) {
    event_.push_back(app_.add_option(name, value, doc)->type_name(type));
  }

  ParsedCommandLine choose_input(PublishCommand command, const Surroundings& surroundings) const {
    bool described = false;
    for (const CLI::Option* option : event_) described = described || option->count() > 0;
    if (described) {
      if (command.type.empty()) return tl::unexpected(usage_error("publish: --type is missing"));
      if (command.subject.empty()) {
        return tl::unexpected(usage_error("publish: --subject is missing"));
      }
      command.input = PublishCommand::Input::kFlags;
      return command;
    }
    if (!command.file.empty() && command.file != "-") {
      command.input = PublishCommand::Input::kFile;
      return command;
    }
    // A person who typed only `courtside publish` is not about to type JSON lines.
    if (command.file.empty() && surroundings.stdin_is_terminal) {
      return tl::unexpected(
          usage_error("publish: say what: --type and --subject, or --file with JSON lines"));
    }
    command.input = PublishCommand::Input::kStdin;
    return command;
  }

  CLI::App& app_;
  PublishCommand command_;
  std::uint64_t expected_version_ = 0;
  ServerOptions server_;
  OutputOption output_;
  CLI::Option* file_ = nullptr;
  std::vector<CLI::Option*> event_;  // what describes an event; --expectedversion is the last
};

class Tail : public Subcommand {
 public:
  explicit Tail(CLI::App& root)
      : app_(*root.add_subcommand("tail", "Show events as they come, or from a place in the log")),
        server_(app_),
        output_(app_, {"table", "json", "jsonl", "csv"}, OutputOption::Tables::kWithTimes) {
    app_.add_option("channels", command_.channels, "Channels, as user:42, or kind:* [*]")
        ->type_name("CHANNEL");
    app_.add_option("--type", command_.types,
                    "Only events of this type, or prefix.*; may be repeated")
        ->allow_extra_args(false)
        ->type_name("TYPE");
    after_ =
        app_.add_option("--after", command_.from.after, "Begin after this position, as k3f9:104217")
            ->type_name("POSITION");
    since_ = app_.add_option("--since", since_text_,
                             "Begin at this time: RFC 3339, or as long ago as 2h")
                 ->type_name("TIME");
    last_ = add_number(app_, "--last", last_count_, 1, kLastMax, "Begin with the last N events");
    earliest_ = app_.add_flag("--earliest")->description("Begin with the earliest event held");
    const std::vector<CLI::Option*> places = {after_, since_, last_, earliest_};
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) places[i]->excludes(places[j]);
    }
    app_.add_flag("--follow,!--no-follow", command_.follow,
                  "Wait for new events [yes]; --no-follow: end after the last event, and begin "
                  "with the earliest where no beginning is given");
    app_.add_option("--speed", speed_,
                    "Show the past at so many times the pace at which it happened, or max [max]")
        ->type_name("TIMES");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    TailCommand command = command_;
    server_.take(command, surroundings);
    if (command.channels.empty()) command.channels = {"*"};
    if (const auto taken = output_.take(command, surroundings); !taken) {
      return tl::unexpected(taken.error());
    }
    ParsedCommandLine placed = choose_place(std::move(command), surroundings);
    if (!placed || speed_ == "max") return placed;
    auto& tail = std::get<TailCommand>(*placed);
    const Result<std::uint64_t> speed = parse_quantity(speed_, Unit::kCount);
    if (!speed || *speed < 1 || *speed > kSpeedMax) {
      return tl::unexpected(usage_error(format(
          "tail: --speed: `{}` is neither `max` nor a number from 1 to {}", speed_, kSpeedMax)));
    }
    if (tail.from.kind == Kind::kNow) {
      return tl::unexpected(
          usage_error("tail: --speed needs a place in the past: --since, --after"));
    }
    tail.speed = static_cast<std::uint32_t>(*speed);
    return placed;
  }

 private:
  using Kind = protocol::From::Kind;
  static constexpr std::uint64_t kSpeedMax = 1'000'000;

  ParsedCommandLine choose_place(TailCommand command, const Surroundings& surroundings) const {
    command.from.kind = command.follow ? Kind::kNow : Kind::kEarliest;
    if (after_->count() > 0) {
      command.from.kind = Kind::kAfter;
      if (!parse_position(command.from.after)) {
        return tl::unexpected(usage_error("tail: " + no_position("--after", command.from.after)));
      }
    }
    if (last_->count() > 0) {
      command.from.kind = Kind::kLast;
      command.from.last = static_cast<std::uint32_t>(last_count_);
    }
    if (earliest_->count() > 0) command.from.kind = Kind::kEarliest;
    if (since_->count() > 0) {
      const std::optional<Timestamp> since = parse_moment(since_text_, surroundings.now);
      if (!since) return tl::unexpected(usage_error("tail: " + no_moment("--since", since_text_)));
      command.from.kind = Kind::kSince;
      command.from.since = *since;
    }
    return command;
  }

  CLI::App& app_;
  TailCommand command_;
  std::string since_text_;
  std::string speed_ = "max";
  std::uint64_t last_count_ = 0;
  ServerOptions server_;
  OutputOption output_;
  CLI::Option* after_ = nullptr;
  CLI::Option* since_ = nullptr;
  CLI::Option* last_ = nullptr;
  CLI::Option* earliest_ = nullptr;
};

}  // namespace

std::unique_ptr<Subcommand> add_publish(CLI::App& root) { return std::make_unique<Publish>(root); }
std::unique_ptr<Subcommand> add_tail(CLI::App& root) { return std::make_unique<Tail>(root); }

}  // namespace courtside
