// What the server says of itself: one look at GET /metrics, and the difference of two.
// Threads: any; both calls block.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "transport/client/client.h"

namespace courtside {

class ServerFigures {
 public:
  // `page` in Prometheus' text format.
  explicit ServerFigures(std::string page) : page_(std::move(page)) {}

  // Of the metric with this name and no labels; 0 when there is none.
  double value(std::string_view name) const;

 private:
  std::string page_;
};

struct FiguresAt {
  ClientTarget target;
  std::string token;  // or a service's key, that may read them; empty: none
};
Result<ServerFigures> read_server_figures(const FiguresAt& at);

// What went by between its making and stop().
class Measured {
 public:
  static Result<Measured> start(const FiguresAt& at);
  Result<void> stop();

  // Whatever follows REQUIRES: stop() succeeded.
  double seconds() const { return static_cast<double>(end_ns_ - begin_ns_) / 1e9; }
  double server_cpu_seconds() const { return grown("process_cpu_seconds_total"); }
  double grown(std::string_view metric) const {
    return after_.value(metric) - before_.value(metric);
  }
  double before(std::string_view metric) const { return before_.value(metric); }
  double after(std::string_view metric) const { return after_.value(metric); }

 private:
  Measured(const FiguresAt& at, ServerFigures before);

  FiguresAt at_;
  ServerFigures before_;
  ServerFigures after_;
  std::uint64_t begin_ns_;
  std::uint64_t end_ns_;
};

}  // namespace courtside
