// A connection to a database whose outbox is read, and the statements that all kinds of outbox have
// in common. Its read transactions get no transaction id, so they delay no reader.
//
// It blocks. The server ends a statement after query_ms. If the server is silent, interrupt() ends
// the blocking call. A lost connection does not reconnect.
//
// Threads: one at a time; interrupt() any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/config/outbox_settings.h"
#include "engine/outbox/outbox_source.h"

namespace pqxx {
class transaction_base;
}  // namespace pqxx

namespace courtside {

// The name quoted: `EventOutbox` is "EventOutbox", `events.Outbox` is "events"."Outbox".
std::string quoted_name(std::string_view name);

class OutboxConnection {
 public:
  // bad_configuration when the url is not a connection string, unavailable when no server answers.
  static Result<std::unique_ptr<OutboxConnection>> open(const OutboxSettings& settings);
  ~OutboxConnection();
  OutboxConnection(const OutboxConnection&) = delete;
  OutboxConnection& operator=(const OutboxConnection&) = delete;

  // Runs `work` in a transaction with a limit of query_ms per statement and with times in UTC, and
  // commits. Exceptions become errors: see outbox_source.h.
  enum class Mode : std::uint8_t { kRead, kWrite };
  Result<void> run(Mode mode, const std::function<void(pqxx::transaction_base&)>& work) {
    return run(mode, settings_.query_ms, work);
  }
  // The same with another limit.
  Result<void> run(Mode mode, std::uint64_t timeout_ms,
                   const std::function<void(pqxx::transaction_base&)>& work);

  Result<std::string> identity();
  Result<void> reject(const std::vector<Rejection>& rejections);
  // The members that all kinds have: `oldest` and `rejected`.
  Result<OutboxLag> lag();

  // LISTENs from the first call on if the settings name a channel. See OutboxSource::wait.
  Result<bool> wait(int wake, std::uint64_t timeout_ms);

  // Ends a blocking call and every later one with `unavailable`.
  void interrupt();
  // Calls interrupt() if the current call has run for so long that the server must be silent.
  void check_overdue();

  const OutboxSettings& settings() const { return settings_; }

 private:
  class Listener;
  struct Connection;
  OutboxConnection(std::unique_ptr<Connection> connection, const OutboxSettings& settings);

  Result<void> guarded(const std::function<void()>& work);

  const OutboxSettings settings_;
  const std::unique_ptr<Connection> connection_;
  std::unique_ptr<Listener> listener_;
  std::atomic<std::uint64_t> deadline_us_{0};  // of the current call, by steady_us(); 0: none
};

}  // namespace courtside
