// The commands that talk to a running server: publish, tail, bench.
#include <CLI/CLI.hpp>
#include <utility>

#include "base/fine_time.h"
#include "engine/config/subcommand.h"
#include "engine/config/values.h"

namespace courtside {
namespace {

constexpr std::uint64_t kInFlightMax = 1'000'000;
constexpr std::uint64_t kLastMax = 1000;
constexpr std::uint64_t kVersionMax = 1ULL << 53;  // no number of the protocol is larger

// A whole number within min ... max. CLI11 would read "-1" as 2^64 - 1 and "010" as 8.
CLI::Option* add_number(CLI::App& command, const std::string& name, std::uint64_t& value,
                        std::uint64_t min, std::uint64_t max, const std::string& doc) {
  const auto read = [name, &value, min, max](const std::string& text) {
    const Result<std::uint64_t> number = parse_quantity(text, Unit::kCount);
    if (!number) throw CLI::ValidationError(name, number.error().message);
    if (*number < min || *number > max) {
      throw CLI::ValidationError(name, "`" + text + "` is not within " + std::to_string(min) +
                                           " ... " + std::to_string(max));
    }
    value = *number;
  };
  return command.add_option_function<std::string>(name, read, doc)->type_name("N");
}

class Publish : public Subcommand {
 public:
  explicit Publish(CLI::App& root)
      : app_(*root.add_subcommand(
            "publish", "Append one event from flags, or JSON lines from a file or stdin")),
        server_(app_),
        output_(app_, {"table", "json", "jsonl", "csv"}) {
    file_ = app_.add_option("--file", command_.file, "JSON lines, a CloudEvent each; -: stdin")
                ->type_name("FILE");
    add_event_option("--type", command_.type, "Its type, as booking.confirmed");
    add_event_option("--subject", command_.subject, "What it is about, as booking:b_1");
    add_event_option("--id", command_.id, "Its id: the same source and id are one event");
    add_event_option("--source", command_.source, "Who says so");
    add_event_option("--data", command_.data, "JSON");
    add_event_option("--time", command_.time, "RFC 3339");
    add_event_option("--correlationid", command_.correlationid, "What it belongs to");
    event_.push_back(add_number(app_, "--expectedversion", expected_version_, 0, kVersionMax,
                                "The subject's current version; 0: must not exist"));
    for (CLI::Option* option : event_) option->excludes(file_)->group("One event");
    app_.add_option("--channel", command_.channels, "A further channel for every event; repeat")
        ->allow_extra_args(false);
    add_number(app_, "--in-flight", command_.in_flight, 1, kInFlightMax,
               "Events without an answer yet [256]");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    PublishCommand command = command_;
    server_.take(command, surroundings);
    if (event_.back()->count() > 0) command.expectedversion = expected_version_;
    const auto output = output_.format(surroundings);
    if (!output) return tl::unexpected(output.error());
    command.output = *output;
    return choose_input(std::move(command), surroundings);
  }

 private:
  void add_event_option(const std::string& name, std::string& value, const std::string& doc) {
    event_.push_back(app_.add_option(name, value, doc));
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
        output_(app_, {"table", "json", "jsonl", "csv"}) {
    app_.add_option("channels", command_.channels, "Channels, as user:42, or kind:* [*]")
        ->type_name("CHANNEL");
    app_.add_option("--type", command_.types, "Only this type, or prefix.*; repeat")
        ->allow_extra_args(false);
    after_ = app_.add_option("--after", command_.from.after, "After this position");
    since_ = app_.add_option("--since", since_text_, "RFC 3339, or as long ago as 2h");
    last_ = add_number(app_, "--last", last_count_, 1, kLastMax, "The last N, then what comes");
    earliest_ = app_.add_flag("--earliest")->description("Everything that is held");
    const std::vector<CLI::Option*> places = {after_, since_, last_, earliest_};
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) places[i]->excludes(places[j]);
    }
    app_.add_flag("--follow,!--no-follow", command_.follow,
                  "Go on with what comes [yes]; --no-follow: end at the head, and begin at the "
                  "earliest where no place is given");
    app_.add_option("--speed", speed_,
                    "The past at so many times the pace at which it happened, or max [max]")
        ->type_name("TIMES");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    TailCommand command = command_;
    server_.take(command, surroundings);
    if (command.channels.empty()) command.channels = {"*"};
    const auto output = output_.format(surroundings);
    if (!output) return tl::unexpected(output.error());
    command.output = *output;
    ParsedCommandLine placed = choose_place(std::move(command), surroundings);
    if (!placed || speed_ == "max") return placed;
    auto& tail = std::get<TailCommand>(*placed);
    const Result<std::uint64_t> speed = parse_quantity(speed_, Unit::kCount);
    if (!speed || *speed < 1 || *speed > kSpeedMax) {
      return tl::unexpected(usage_error("tail: --speed: `" + speed_ +
                                        "` is neither `max` nor a number from 1 to " +
                                        std::to_string(kSpeedMax)));
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
    if (after_->count() > 0) command.from.kind = Kind::kAfter;
    if (last_->count() > 0) {
      command.from.kind = Kind::kLast;
      command.from.last = static_cast<std::uint32_t>(last_count_);
    }
    if (earliest_->count() > 0) command.from.kind = Kind::kEarliest;
    if (since_->count() > 0) {
      const std::optional<Timestamp> since = parse_since(surroundings.now);
      if (!since) {
        return tl::unexpected(usage_error("tail: --since: `" + since_text_ +
                                          "` is neither an RFC 3339 time nor one like 2h"));
      }
      command.from.kind = Kind::kSince;
      command.from.since = *since;
    }
    return command;
  }

  // "2h" and "-2h" both mean two hours ago: the HTTP interface writes the second.
  std::optional<Timestamp> parse_since(Timestamp now) const {
    if (const auto time = parse_fine_time(since_text_)) return time->ceiling();
    std::string_view ago = since_text_;
    if (!ago.empty() && ago.front() == '-') ago.remove_prefix(1);
    const Result<std::uint64_t> ago_ms = parse_quantity(ago, Unit::kMilliseconds);
    const auto now_ms = static_cast<std::uint64_t>(now.value()) / 1000;
    if (!ago_ms || *ago_ms > now_ms) return std::nullopt;
    return Timestamp(now.value() - static_cast<std::int64_t>(*ago_ms) * 1000);
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

class Bench : public Subcommand {
 public:
  explicit Bench(CLI::App& root)
      : app_(*root.add_subcommand("bench", "Load a running server and measure it")),
        server_(app_),
        output_(app_, {"table", "json"}) {
    std::string names;
    for (const std::string_view name : bench_workloads()) names.append(" ").append(name);
    app_.add_option("workload", command_.workload, "One of" + names)->required();
    add_number(app_, "--connections", command_.connections, 1, 1'000'000,
               "Connections, or subscribers");
    add_number(app_, "--channels", command_.channels, 1, 1'000'000,
               "Channels that the events go to");
    add_number(app_, "--rate", command_.rate_per_s, 1, 100'000'000,
               "Events per second, whatever happens");
    add_number(app_, "--seconds", command_.seconds, 1, 86'400, "How long to measure");
    add_number(app_, "--in-flight", command_.in_flight, 1, kInFlightMax,
               "Publishes without an answer yet");
    add_number(app_, "--size", command_.size_bytes, 1, 256 * 1024, "Bytes of an event's data");
    add_number(app_, "--events", command_.events, 1, 1'000'000'000,
               "Events to append, replay or miss");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    BenchCommand command = command_;
    server_.take(command, surroundings);
    bool known = false;
    std::string names;
    for (const std::string_view name : bench_workloads()) {
      known = known || name == command.workload;
      names.append(names.empty() ? "" : ", ").append(name);
    }
    if (!known) {
      return tl::unexpected(
          usage_error("bench: `" + command.workload + "` is not one of " + names));
    }
    return output_.finish(std::move(command), surroundings);
  }

 private:
  CLI::App& app_;
  BenchCommand command_;
  ServerOptions server_;
  OutputOption output_;
};

}  // namespace

std::unique_ptr<Subcommand> add_publish(CLI::App& root) { return std::make_unique<Publish>(root); }
std::unique_ptr<Subcommand> add_tail(CLI::App& root) { return std::make_unique<Tail>(root); }
std::unique_ptr<Subcommand> add_bench(CLI::App& root) { return std::make_unique<Bench>(root); }

const std::vector<std::string_view>& bench_workloads() {
  static const std::vector<std::string_view> names = {"fanout",    "latency", "append", "replay",
                                                      "reconnect", "idle",    "slow",   "sparse",
                                                      "query",     "export"};
  return names;
}

}  // namespace courtside
