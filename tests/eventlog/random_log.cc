#include "random_log.h"

#include <cstdlib>
#include <vector>

#include "tests/support/log_story.h"

namespace courtside::story {
namespace {

class RandomLog {
 public:
  RandomLog(const std::string& folder, const RandomLogOptions& options)
      : folder_(folder), options_(options), random_(options.seed) {
    reopen();
  }

  void run() {
    for (std::size_t i = 0; i < options_.commits; ++i) {
      std::vector<Command> commands;
      for (std::uint64_t n = 1 + below(4); n > 0; --n) commands.push_back(append_some());
      if (options_.with_drops && below(8) == 0) commands.push_back(drop_some());
      now_ += static_cast<std::int64_t>(below(1000));
      commit(*log_, commands, Timestamp(now_));
      if (below(6) == 0 && !log_->reclaim()) std::abort();
      if (below(12) == 0) reopen();
    }
  }

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  void reopen() {
    log_.reset();
    log_ = open_log({.path = folder_,
                     .segment_events_max = below(2) == 0 ? 5 + below(40) : 100 + below(400),
                     .reclaim_bytes_min = 1 + below(4000)});
  }

  Command append_some() {
    std::vector<EventSpec> specs;
    for (std::uint64_t n = 1 + below(6); n > 0; --n) {
      // Sometimes an earlier id: a duplicate, or new again if the first was dropped.
      const std::uint64_t id = below(10) == 0 && next_id_ > 0 ? below(next_id_) : next_id_++;
      EventSpec spec{.id = std::to_string(id), .subject = "booking:b" + std::to_string(below(60))};
      for (std::uint64_t c = below(4); c > 0; --c) {
        spec.channels.push_back((below(3) == 0 ? "venue:v" : "user:u") + std::to_string(below(20)));
      }
      spec.data_bytes = below(120);
      if (below(20) == 0) spec.expected_version = below(3);
      specs.push_back(spec);
    }
    Append made = append(specs);
    if (below(10) == 0) {
      const std::string to = std::to_string(step_ + 1);
      made.step =
          SourceStep{.source = "outbox", .from = step_ == 0 ? "" : std::to_string(step_), .to = to};
      if (below(2) == 0) made.step->notes.push_back({.key = "held/" + to, .value = "row"});
      made.events.back().expected_version.reset();
      for (NewEvent& event : made.events) event.expected_version.reset();
      ++step_;
    }
    return made;
  }

  Command drop_some() {
    const OffsetRange held = log_->held();
    return Drop{Offset(held.begin.value() + below(held.count() + 1))};
  }

  const std::string folder_;
  const RandomLogOptions options_;
  std::mt19937_64 random_;
  std::unique_ptr<EventLog> log_;
  std::int64_t now_ = 1'790'000'000'000'000;
  std::uint64_t next_id_ = 0;
  std::uint64_t step_ = 0;
};

}  // namespace

void write_random_log(const std::string& folder, const RandomLogOptions& options) {
  RandomLog(folder, options).run();
}

}  // namespace courtside::story
