// A connection to a database whose outbox is read, and what every kind of outbox asks it. Its own
// read transactions have no number, so they hold nobody up.
//
// It blocks. A statement ends after query_ms (the server sees to it); where the server is silent,
// interrupt() ends the call that blocks. A connection that broke is never opened again by itself.
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

// A name as SQL has it: `EventOutbox` is "EventOutbox", `events.Outbox` is "events"."Outbox".
std::string quoted_name(std::string_view name);

class OutboxConnection {
 public:
  // bad_configuration when the url is no connection string, unavailable when nobody answers there.
  static Result<std::unique_ptr<OutboxConnection>> open(const OutboxSettings& settings);
  ~OutboxConnection();
  OutboxConnection(const OutboxConnection&) = delete;
  OutboxConnection& operator=(const OutboxConnection&) = delete;

  // Runs `work` in a transaction whose statements may take query_ms and whose times are in UTC.
  // What it throws is an error: see outbox_source.h. Committed when it returns.
  enum class Mode : std::uint8_t { kRead, kWrite };
  Result<void> run(Mode mode, const std::function<void(pqxx::transaction_base&)>& work) {
    return run(mode, settings_.query_ms, work);
  }
  // The same for statements that may take longer.
  Result<void> run(Mode mode, std::uint64_t timeout_ms,
                   const std::function<void(pqxx::transaction_base&)>& work);

  Result<std::string> identity();
  Result<void> reject(const std::vector<Rejection>& rejections);
  // The part of it that every kind has: `oldest` and `rejected`.
  Result<OutboxLag> lag();

  // LISTENs from the first call on where the settings say so. See OutboxSource::wait.
  Result<bool> wait(int wake, std::uint64_t timeout_ms);

  // The call that blocks, if there is one, ends with `unavailable`, and so does every later one.
  void interrupt();
  // interrupt(), where a call has run for so long that the server must be silent.
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
  std::atomic<std::uint64_t> deadline_us_{0};  // of steady_us(), for the call that runs; 0: none
};

}  // namespace courtside
