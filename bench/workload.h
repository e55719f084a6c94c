// The named workloads of `courtside bench`, each in a file of its own.
//
//   name      what it drives                                             what it tells
//   fanout    one publisher, many subscribers of one channel             CPU per delivery
//   latency   a steady rate, counted from the intended send time         percentiles
//   append    publishers that only wait for `ok`                         events per second
//   replay    one client from the beginning of a long channel            events per second
//   reconnect many clients that all come back at once                    CPU and time until live
//   idle      many connections that nothing happens to                   memory of each
//   slow      one reader on a bad line beside many others                does it cost the others?
//   sparse    a resume over a long distance with few own events          records read, time
//   query     pages of history by a narrow filter                        percentiles
//   export    the whole log as NDJSON, alone and beside live events      events per second, live
//   p99
//
// Threads: the main one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bench/bench_client.h"
#include "bench/report.h"
#include "bench/server_figures.h"
#include "cli/arguments/command_line.h"
#include "transport/client/client.h"

namespace courtside {

// What every workload starts from.
struct Bench {
  BenchCommand options;  // no number is 0: the workload's defaults are in
  ClientTarget target;
  BenchAddress address;
  std::string run;  // a word that no other run has: keeps channels and event ids apart

  // "bench:k3f9x-<rest>"
  std::string channel(std::string_view rest = "") const;
  // Where the server's figures are had.
  FiguresAt figures() const { return {.target = target, .token = address.token}; }
  // A line on stderr, where somebody watches.
  void say(const std::string& what) const;
};

Result<Report> measure_fanout(const Bench& bench);
Result<Report> measure_latency(const Bench& bench);
Result<Report> measure_append(const Bench& bench);
Result<Report> measure_replay(const Bench& bench);
Result<Report> measure_reconnect(const Bench& bench);
Result<Report> measure_idle(const Bench& bench);
Result<Report> measure_slow(const Bench& bench);
Result<Report> measure_sparse(const Bench& bench);
Result<Report> measure_query(const Bench& bench);
Result<Report> measure_export(const Bench& bench);

// Fills in the defaults and runs the workload that the command names.
// bad_usage when there is none of that name.
Result<Report> run_workload(const BenchCommand& command);

}  // namespace courtside
