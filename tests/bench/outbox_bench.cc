// What the outbox costs those who write it, how long an event is on its way, and how fast a full
// outbox is read: against a PostgreSQL that syncs as a real one does, and the running program.
//
//   outbox_bench [writers | latency | drain]...     all of them, where none is named
//
// One line a figure. Writers are measured in turns, and what counts is the ratio within a turn.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <pqxx/pqxx>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/outbox/support/test_outbox.h"
#include "tests/e2e/support/events.h"
#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/test_session.h"
#include "tests/support/postgres_server.h"

namespace courtside::e2e {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTurns = 5;
constexpr int kTurnSeconds = 5;
constexpr int kLatencySeconds = 20;
constexpr int kLatencyPerSecond = 100;
constexpr int kDrainRows = 400'000;

PostgresServer& cluster() {
  static PostgresServer server({"fsync=on", "full_page_writes=on", "shared_buffers=256MB",
                                "wal_level=logical", "max_wal_size=4GB", "max_connections=60"});
  return server;
}

// The transaction that pgbench has always run (TPC-B in its manner), less its end.
const std::string kBusiness = R"(\set aid random(1, 100000 * 50)
\set bid random(1, 50)
\set tid random(1, 500)
\set delta random(1, 5000)
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime)
  VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP);
)";
const std::string kPayload =
    R"('{"slotId":"s_1","venueId":"v_1","accountId":"a_1","start":"2026-11-23T10:00:00Z",)"
    R"("end":"2026-11-23T11:00:00Z","price":{"minor":45000,"currency":"INR"}}')";
const std::string kInto =
    "INSERT INTO \"EventOutbox\"(\"eventId\",type,\"aggregateType\",\"aggregateId\","
    "\"aggregateVersion\",\"venueId\",\"accountId\",\"correlationId\",payload) "
    "SELECT gen_random_uuid()::text,'slot.booked','slot','s_'||:aid,";
const std::string kRest = ",'v_1','a_'||:bid,'c_1'," + kPayload;

struct Script {
  const char* name;
  std::string text;
};
// The version given by the producer, from the outbox's counter, and as a message.
const std::array<Script, 4> kScripts = {
    {{"plain", kBusiness + "END;\n"},
     {"row, version given", kBusiness + kInto + ":delta" + kRest + ";\nEND;\n"},
     {"row, version counted",
      kBusiness +
          "WITH counted AS (INSERT INTO \"EventOutboxVersion\" AS v VALUES ('slot','s_'||:aid,1) "
          "ON CONFLICT (\"aggregateType\",\"aggregateId\") DO UPDATE SET version=v.version+1 "
          "RETURNING version) " +
          kInto + "version" + kRest + " FROM counted;\nEND;\n"},
     {"message, version given",
      kBusiness +
          "SELECT pg_logical_emit_message(true,'courtside','{\"eventId\":\"' || gen_random_uuid() "
          "|| '\",\"type\":\"slot.booked\",\"aggregateType\":\"slot\",\"aggregateId\":\"s_1\","
          "\"aggregateVersion\":1,\"venueId\":\"v_1\",\"accountId\":\"a_1\","
          "\"correlationId\":\"c_1\",\"payload\":' || " +
          kPayload + " || '}');\nEND;\n"}}};

std::string make_database(const std::vector<std::string>& more = {}) {
  const std::string database = cluster().create_database();
  install_outbox(cluster().url(database), more);
  return database;
}

std::string run_pgbench(const std::string& arguments) {
  const std::string command = "/usr/lib/postgresql/15/bin/pgbench " + arguments + " 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) give_up("pgbench cannot be run");
  std::string printed;
  std::array<char, 4096> buffer;
  while (fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) {
    printed += buffer.data();
  }
  if (pclose(pipe) != 0) give_up("pgbench: " + printed);
  return printed;
}

// Transactions a second.
double run_script(const std::string& url, const std::filesystem::path& script) {
  const std::string printed =
      run_pgbench("-n -c 32 -j 1 -M prepared -T " + std::to_string(kTurnSeconds) + " -f " +
                  script.string() + " '" + url + "'");
  const std::size_t at = printed.find("tps = ");
  if (at == std::string::npos) give_up("pgbench printed no figure: " + printed);
  return std::stod(printed.substr(at + 6));
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void measure_writers(const std::string& url, const std::vector<std::filesystem::path>& files,
                     const char* when) {
  std::array<std::vector<double>, kScripts.size()> ratios;
  for (int turn = 0; turn < kTurns; ++turn) {
    const double plain = run_script(url, files[0]);
    for (std::size_t i = 1; i < files.size(); ++i) {
      ratios[i].push_back(run_script(url, files[i]) / plain);
    }
    std::printf("writers  %s, turn %d: plain %.0f/s\n", when, turn + 1, plain);
  }
  for (std::size_t i = 1; i < files.size(); ++i) {
    std::printf("writers  %s, %s: %.2f of plain (median of %d)\n", when, kScripts[i].name,
                median(ratios[i]), kTurns);
  }
}

void bench_writers() {
  const std::string url = cluster().url(make_database());
  run_pgbench("-i -q -s 50 '" + url + "'");
  const TempFolder folder;
  std::vector<std::filesystem::path> files;
  for (const Script& script : kScripts) {
    files.push_back(folder.path() / std::to_string(files.size()));
    std::ofstream(files.back()) << script.text;
  }
  measure_writers(url, files, "unread");
  // With the server on the same machine.
  ServerProcess server({"--outbox-url", url});
  HttpClient http(server.port());
  while (*metric(http, "courtside_outbox_lag_rows") > 0) {
    std::this_thread::sleep_for(milliseconds(100));
  }
  files.resize(3);
  measure_writers(url, files, "read meanwhile");
}

void measure_latency(const char* name, const std::vector<std::string>& more) {
  const std::string database = make_database({"--notify"});
  std::vector<std::string> flags = {"--outbox-url", cluster().url(database)};
  flags.insert(flags.end(), more.begin(), more.end());
  ServerProcess server(flags);
  Session session(server.port());
  session.subscribe({.channels = {"*"}});
  session.expect("live");

  std::mutex mutex;
  std::map<std::string, Clock::time_point> committed;
  std::thread writer([&] {
    pqxx::connection connection(cluster().url(database));
    auto due = Clock::now();
    for (int i = 0; i < kLatencySeconds * kLatencyPerSecond; ++i) {
      due += std::chrono::microseconds(1'000'000 / kLatencyPerSecond);
      std::this_thread::sleep_until(due);
      const std::string id = "e_" + std::to_string(i);
      pqxx::work work(connection);
      work.exec_params(
          "INSERT INTO \"EventOutbox\" (\"eventId\", \"type\", \"aggregateType\", "
          "\"aggregateId\", \"payload\") VALUES ($1, 'a.b', 'thing', $1, '{}')",
          id);
      work.commit();
      const std::lock_guard lock(mutex);
      committed[id] = Clock::now();
    }
  });
  std::vector<double> ms;
  std::map<std::string, Clock::time_point> arrived;
  while (arrived.size() < kLatencySeconds * kLatencyPerSecond) {
    const std::string id = session.expect_event().event["id"].text();
    arrived[id] = Clock::now();
  }
  writer.join();
  for (const auto& [id, at] : arrived) {
    ms.push_back(std::chrono::duration<double, std::milli>(at - committed.at(id)).count());
  }
  std::sort(ms.begin(), ms.end());
  std::printf("latency  %s, %d/s: commit to delivery p50 %.1f ms, p90 %.1f ms, p99 %.1f ms\n", name,
              kLatencyPerSecond, ms[ms.size() / 2], ms[ms.size() * 9 / 10],
              ms[ms.size() * 99 / 100]);
}

void bench_latency() {
  measure_latency("by polling", {});
  measure_latency("with the wake-up", {"--outbox-wake-channel", "courtside_outbox"});
}

void bench_drain() {
  const std::string database = make_database();
  cluster().sql(database,
                "INSERT INTO \"EventOutbox\" (\"eventId\", \"type\", \"aggregateType\", "
                "\"aggregateId\", \"aggregateVersion\", \"accountId\", \"payload\") "
                "SELECT 'e_' || i, 'booking.amended', 'booking', 'b_' || i % 10000, 1 + i / 10000, "
                "'a_' || i % 1000, jsonb_build_object('bookingId', 'b_' || i % 10000, 'start', "
                "'2026-11-23T10:00:00Z', 'amount', jsonb_build_object('minor', 45000, 'currency', "
                "'INR'), 'note', repeat('x', 60)) FROM generate_series(0, " +
                    std::to_string(kDrainRows - 1) + ") i");
  cluster().sql(database, "ANALYZE");
  ServerProcess server({"--outbox-url", cluster().url(database)});
  HttpClient http(server.port());
  const auto began = Clock::now();
  const auto head = [&] { return *metric(http, "courtside_head_offset"); };
  const double first = head();
  while (head() < kDrainRows) std::this_thread::sleep_for(milliseconds(20));
  const double seconds_taken = std::chrono::duration<double>(Clock::now() - began).count();
  const double cpu = *metric(http, "process_cpu_seconds_total");
  std::printf("drain    %d rows: %.0f/s, %.1f CPU-seconds of the server a million\n", kDrainRows,
              (kDrainRows - first) / seconds_taken, cpu * 1e6 / kDrainRows);
}

}  // namespace
}  // namespace courtside::e2e

int main(int argc, char** argv) {
  using namespace courtside::e2e;
  const std::vector<std::pair<std::string, void (*)()>> workloads = {
      {"writers", bench_writers}, {"latency", bench_latency}, {"drain", bench_drain}};
  for (const auto& [name, run] : workloads) {
    if (argc == 1 || std::find(argv + 1, argv + argc, name) != argv + argc) run();
  }
}
