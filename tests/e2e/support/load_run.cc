#include "tests/e2e/support/load_run.h"

namespace courtside::e2e {

Session connect_patiently(std::uint16_t port, const WsClient::Options& options) {
  const Deadline deadline;
  while (true) {
    try {
      return Session(port, options);
    } catch (const Disconnected&) {
      if (deadline.expired()) throw;
      std::this_thread::sleep_for(milliseconds(2));  // between two checks
    }
  }
}

void Publisher::connect() {
  session_.emplace(connect_patiently(port_, options_));
  for (const std::uint64_t n : in_flight_) send(n);
}

// The request's number is the event's number, so that an answer identifies its event.
void Publisher::send(std::uint64_t n) {
  Draft draft = make_(n);
  draft.id = name_ + "-" + std::to_string(n);
  session_->say(R"({"type":"publish","id":)" + std::to_string(n + 1) + R"(,"event":)" +
                draft.json() + "}");
}

void Publisher::read_answer(const Json& answer) {
  const std::string type = answer["type"].text();
  if (type == "draining") return;  // the close follows
  if (type != "ok") {
    // `draining`, `overloaded`: repeat over a new connection.
    if (answer["retryable"].boolean()) throw Disconnected("told to retry");
    give_up("a publish failed: " + std::string(answer.raw()));
  }
  const auto n = static_cast<std::uint64_t>(answer["id"].number() - 1);
  if (in_flight_.erase(n) == 0) give_up("answered twice: " + std::string(answer.raw()));
  acknowledged_[name_ + "-" + std::to_string(n)] = {answer["position"].text(),
                                                    answer["duplicate"].boolean()};
}

void Publisher::read_answers(Deadline deadline) {
  while (const std::optional<Json> answer = session_->try_next(deadline)) read_answer(*answer);
}

void Publisher::run(const Workers& workers, Pace pace, int burst) {
  while (!workers.stopped() || !in_flight_.empty()) {
    try {
      if (!session_) connect();
      for (int i = 0; i < burst && !workers.stopped() && in_flight_.size() < kInFlightMax; ++i) {
        in_flight_.insert(next_);
        send(next_++);
      }
      if (workers.stopped() || in_flight_.size() >= kInFlightMax) {
        read_answer(session_->next());
      } else {
        pace.next();
        read_answers(Deadline(milliseconds(0)));
      }
    } catch (const Disconnected&) {
      session_.reset();
    }
  }
}

}  // namespace courtside::e2e
