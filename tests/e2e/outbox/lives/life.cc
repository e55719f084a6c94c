#include "tests/e2e/outbox/lives/life.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace courtside::e2e {
namespace {

// Keeps hundreds of lives from using gigabytes of disk.
const std::vector<std::string> kSettings = {"max_wal_size=64MB", "min_wal_size=32MB",
                                            "autovacuum=off"};
constexpr std::size_t kSteps = 4;
constexpr milliseconds kSettlePatience = seconds(120);

// The settings that the message offers between backticks.
std::vector<std::string> offers_of(const std::string& detail) {
  std::vector<std::string> out;
  for (std::size_t begin = detail.find('`'); begin != std::string::npos;) {
    const std::size_t end = detail.find('`', begin + 1);
    if (end == std::string::npos) break;
    const std::string text = detail.substr(begin + 1, end - begin - 1);
    if (text.find(":restart@") != std::string::npos || text.find(":continue@") != std::string::npos)
      out.push_back(text);
    begin = detail.find('`', end + 1);
  }
  return out;
}

}  // namespace

Clusters::Clusters(PostgresRelease release) : one(kSettings, release), two(kSettings, release) {}

std::string LifeCounts::text() const {
  std::string out =
      std::to_string(lives) + " lives, " + std::to_string(rows) + " rows, each in the log once;";
  for (const auto& [name, count] : steps) out += " " + name + " " + std::to_string(count) + ",";
  out.pop_back();
  return out;
}

Life::Life(std::uint64_t seed, Clusters& clusters, LifeCounts& counts)
    : random_(seed),
      clusters_(clusters),
      counts_(counts),
      name_("s" + std::to_string(seed % 1'000'000)),
      keep_(pick(random_, 2) == 0 ? "0s" : "7d") {}

Life::~Life() {
  http_.reset();
  server_.reset();
  for (const Database& each : databases_) {
    try {
      each.cluster->start();
      each.cluster->sql("postgres", "DROP DATABASE IF EXISTS " + each.name + " WITH (FORCE)");
    } catch (const std::exception&) {
      // The database was lost with the last moments of its cluster.
    }
  }
}

void Life::live() {
  current_ = make_database();
  note("keep " + keep_);
  start_server();
  commit_some(1 + pick(random_, 3));
  settle();
  for (std::size_t i = 0; i < kSteps; ++i) {
    step();
    settle();
  }
  const std::multiset<std::string> logged = logged_ids();
  for (const std::string& id : committed_) {
    EXPECT_EQ(logged.count(id), 1u) << id;
  }
  for (const std::string& id : logged) {
    EXPECT_TRUE(committed_.count(id) + gone_.count(id) == 1 && logged.count(id) == 1) << id;
  }
  http_.reset();
  EXPECT_EQ(server_->terminate(), 0);
  counts_.rows += committed_.size();
  ++counts_.lives;
}

std::string Life::story() const {
  std::string out;
  for (const std::string& each : story_) out += each + "\n";
  if (server_ != nullptr) out += "the server printed:\n" + server_->process().output();
  return out;
}

void Life::note(const std::string& what) {
  story_.push_back(what);
  const std::string name = what.substr(0, what.find(':'));
  if (name.size() < what.size()) ++counts_.steps[name];
}

Life::Database Life::make_database() {
  Database out;
  out.cluster = pick(random_, 2) == 0 ? &clusters_.one : &clusters_.two;
  out.cluster->start();
  out.name = out.cluster->create_database();
  install_outbox(out.url(), {});
  databases_.push_back(out);
  return out;
}

void Life::switch_to(const Database& database) {
  current_ = database;
  restart_server();
}

void Life::start_server() {
  std::vector<std::string> flags = {"--outbox-url",      current_.url(), "--outbox-watch", "100ms",
                                    "--outbox-poll-min", "5ms",          "--outbox-hold",  "50ms",
                                    "--outbox-poll-max", "40ms",         "--outbox-keep",  keep_};
  flags.insert(flags.end(), {"--shards", "1"});
  if (!accepted_.empty()) {
    flags.insert(flags.end(), {"--outbox-accept-database", accepted_});
  }
  http_.reset();
  if (server_ == nullptr) {
    server_ = std::make_unique<ServerProcess>(flags);
  } else {
    server_->set_flags(flags);
    server_->start();
  }
  http_ = std::make_unique<HttpClient>(server_->port());
}

void Life::restart_server() {
  http_.reset();
  if (pick(random_, 2) == 0) {
    server_->kill();
  } else {
    EXPECT_EQ(server_->terminate(), 0);
  }
  start_server();
}

Json Life::status() {
  const HttpResponse answer = http_->get("/v1/outbox");
  if (answer.status != 200) give_up("GET /v1/outbox answered " + answer.body);
  return answer.json()["sources"].items().at(0);
}

std::multiset<std::string> Life::logged_ids() {
  std::multiset<std::string> out;
  for (const Logged& each : read_log(*http_)) {
    if (each.event["source"].text() == "/platform") out.insert(each.id);
  }
  return out;
}

bool Life::is_all_logged() {
  const std::multiset<std::string> logged = logged_ids();
  return std::all_of(committed_.begin(), committed_.end(),
                     [&](const std::string& id) { return logged.count(id) > 0; });
}

void Life::settle(Accepts accepts) {
  const Deadline deadline(kSettlePatience);
  while (!is_all_logged()) {
    if (deadline.expired()) give_up("not everything came: " + std::string(status().raw()));
    if (pick(random_, 60) == 0) kill_something();
    act(accepts);
    std::this_thread::sleep_for(milliseconds(25));  // between two checks of the log
  }
}

// Acts like an operator who reads `courtside outbox status`.
void Life::act(Accepts accepts) {
  const Json now = status();
  const std::string detail = now["detail"].text();
  if (now["state"].text() == "reading") {
    if (detail.find("run WITH") == std::string::npos) return;
    EXPECT_GT(now["lag"]["skipped"].number(), 0);
    run_statement(detail, "WITH");
    return;
  }
  if (now["state"].text() != "refused") return;
  // It was a standby a moment ago, and will be checked again.
  if (detail.find("is a standby, which cannot be written to") != std::string::npos) return;
  if (detail.find("run UPDATE") != std::string::npos) {
    // The platform keeps writing meanwhile.
    commit_some(pick(random_, 4));
    run_statement(detail, "UPDATE");
    // The server also notices the change by itself within a few seconds.
    if (pick(random_, 4) != 0) restart_server();
    return;
  }
  if (accepts == Accepts::kNothing) give_up("it is refused: " + detail);
  accept_offer(detail);
}

void Life::run_statement(const std::string& detail, const std::string& verb) {
  const std::string statement = detail.substr(detail.find("run " + verb) + 4);
  note("ran " + verb + ": " + statement);
  current_.sql(statement);
}

void Life::accept_offer(const std::string& detail) {
  const std::vector<std::string> offers = offers_of(detail);
  if (offers.empty()) give_up("nothing is offered: " + detail);
  accepted_ = offers[pick(random_, offers.size())];
  const bool goes_on = accepted_.find(":continue@") != std::string::npos;
  note(std::string(goes_on ? "accepted continue" : "accepted restart") + ": " + detail);
  restart_server();
}

}  // namespace courtside::e2e
