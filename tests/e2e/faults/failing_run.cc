#include "tests/e2e/faults/failing_run.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/test_session.h"

namespace courtside::e2e {
namespace {

// A server under a sanitizer needs several times as long.
constexpr milliseconds kHangs = seconds(10);
constexpr int kChunk = 5;             // events in a batch
constexpr int kEventsOfAClient = 50;  // then it connects anew

std::string id_of(int n) { return "e" + std::to_string(n); }

Draft failing_run_draft(int n) {
  return {.id = id_of(n),
          .subject = "thing:t_" + std::to_string(n % 7),
          .data = R"({"n":)" + std::to_string(n) + "}"};
}

// An answer that is not an acknowledgement must have a name, and may be repeated.
void expect_retryable(const Json& error) {
  if (!error["retryable"].boolean() || error["code"].text() == "internal") {
    give_up("a publish was answered " + std::string(error.raw()));
  }
}

}  // namespace

void FailingRun::go() {
  live(0, kEvents / 2);
  live(kEvents / 2, kEvents);
  check();
}

// One life with the failing call.
void FailingRun::live(int first, int last) {
  bool was_asked = false;
  if (start(call_.environment())) {
    publish(first, last);
    if (!has_ended()) {
      HttpClient http(port_);
      try_again("the log is read", [&] { return read_log(http).size() >= acknowledged_.size(); });
      follow(milliseconds(20));
    }
    stop();
    was_asked = true;
  }
  expect_end(was_asked);
}

// False when the process ended instead.
bool FailingRun::start(const std::vector<std::string>& environment) {
  server_ = std::make_unique<Process>(
      std::vector<std::string>{courtside_binary(), "serve", "--listen",
                               "127.0.0.1:" + std::to_string(port_), "--data",
                               (folder_.path() / "data").string(), "--drain", "500ms"},
      environment);
  const std::string host = "//127.0.0.1:";
  try {
    const std::string line = server_->wait_for_output("listening on http", Deadline(kHangs));
    port_ = static_cast<std::uint16_t>(std::stoul(line.substr(line.find(host) + host.size())));
    return true;
  } catch (const Failure&) {
    if (!has_ended()) throw;
    return false;
  }
}

// A stopping server waits for its clients.
void FailingRun::stop() {
  if (rover_) rover_->cut(Cut::kReset);
  server_->signal(SIGTERM);
}

// The process ends in time: as asked, or with a status and a reason of ours.
void FailingRun::expect_end(bool was_asked) {
  const int status = server_->wait(Deadline(kHangs));
  ends_.push_back(status);
  const std::string said = server_->whole_output();
  if (status == 0 && was_asked) return;
  std::set<int> named = {66, 69, 71, 74, 75};
  if (error_ == EIO) named.insert(65);  // a disk that cannot read its bytes is damaged
  const bool has_reason = said.find(std::strerror(error_)) != std::string::npos;
  if (!call_.has_failed() || named.count(status) == 0 || !has_reason) {
    give_up("the server ended with " + std::to_string(status) + " and said:\n" + said);
  }
}

void FailingRun::publish(int first, int last) {
  for (int n = first; n < last && !has_ended(); n += kEventsOfAClient) {
    HttpClient http(port_);
    const int half = n + kEventsOfAClient / 2;
    publish_over_http(http, n, half);
    publish_over_websocket(half, n + kEventsOfAClient);
    follow(milliseconds(1));
  }
}

// Repeats it over new connections until it succeeds or the server has ended.
void FailingRun::try_again(const std::string& what, const std::function<bool()>& attempt) {
  const Deadline deadline(kHangs);
  while (!has_ended()) {
    try {
      if (attempt()) return;
    } catch (const Disconnected&) {
    }
    if (deadline.expired()) give_up("waited in vain: " + what);
    std::this_thread::sleep_for(milliseconds(1));  // between two attempts
  }
}

void FailingRun::publish_over_http(HttpClient& http, int first, int last) {
  for (int n = first; n < last; n += kChunk) {
    std::vector<Draft> batch;
    for (int i = n; i < n + kChunk; ++i) batch.push_back(failing_run_draft(i));
    try_again("a batch is accepted", [&] {
      HttpResponse answer;
      try {
        answer = http.send({.method = "POST",
                            .target = "/v1/events",
                            .headers = {{"Content-Type", std::string(kBatch)}},
                            .body = batch_json(batch)},
                           Deadline(kHangs));
      } catch (const Disconnected&) {
        http.close();
        throw;
      }
      if (answer.status != 200) {
        expect_retryable(answer.json());
        return false;
      }
      const std::vector<Json> results = answer.json()["results"].items();
      for (std::size_t i = 0; i < results.size(); ++i) {
        acknowledge(batch.at(i).id, results[i]["position"].text());
      }
      return true;
    });
  }
}

void FailingRun::publish_over_websocket(int first, int last) {
  std::optional<Session> session;
  for (int n = first; n < last; n += kChunk) {
    try_again("publishes are accepted", [&] {
      try {
        if (!session) session.emplace(port_);
        return publish_together(*session, n);
      } catch (const Disconnected&) {
        session.reset();
        throw;
      }
    });
  }
}

// Sends a chunk of events, then reads all answers. False: some must be sent again.
bool FailingRun::publish_together(Session& session, int first) {
  for (int n = first; n < first + kChunk; ++n) {
    session.say(R"({"type":"publish","id":)" + std::to_string(n + 1) + R"(,"event":)" +
                failing_run_draft(n).json() + "}");
  }
  bool is_done = true;
  for (int answers = 0; answers < kChunk; ++answers) {
    const Json answer = session.next(Deadline(kHangs));
    if (answer["type"].text() == "draining") throw Disconnected("the server stops");
    if (answer["type"].text() == "ok") {
      acknowledge(id_of(static_cast<int>(answer["id"].number()) - 1), answer["position"].text());
    } else {
      expect_retryable(answer);
      is_done = false;
    }
  }
  return is_done;
}

void FailingRun::acknowledge(const std::string& id, const std::string& position) {
  const auto [found, is_new] = acknowledged_.emplace(id, position);
  if (!is_new && found->second != position) {
    give_up(id + " was acknowledged at " + found->second + " and at " + position);
  }
  if (!rover_) {
    rover_.emplace(port_, std::vector<std::string>{"*"}, std::vector<std::string>{},
                   Place{Place::parse(position).epoch, 0});
  }
}

void FailingRun::follow(milliseconds time) {
  if (rover_ && !has_ended()) rover_->follow(time);
}

// The life without the failing call: nothing is missing, twice or elsewhere.
void FailingRun::check() {
  if (!start({})) give_up("the server does not start again:\n" + server_->whole_output());
  publish(0, kEvents);
  HttpClient http(port_);
  const std::vector<Logged> log = read_log(http);
  if (log.size() != kEvents) give_up("the log has " + std::to_string(log.size()) + " events");
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (log[i].offset != i + 1) give_up("a hole before " + std::to_string(log[i].offset));
    const auto found = acknowledged_.find(log[i].id);
    if (found == acknowledged_.end()) give_up(log[i].id + " was never published");
    if (Place::parse(found->second).offset != log[i].offset) {
      give_up(log[i].id + " is not at " + found->second);
    }
  }
  rover_->follow_to(log.size(), Deadline(kHangs));
  rover_->expect_matches(log, [](const Logged&) { return true; });
  http.close();
  stop();
  if (const int status = server_->wait(Deadline(kHangs)); status != 0) {
    give_up("the last stop ended with " + std::to_string(status));
  }
  const std::string verified =
      run_courtside({"verify", "--data", (folder_.path() / "data").string()});
  if (!verified.starts_with("0: ")) give_up("verify said " + verified);
}

}  // namespace courtside::e2e
