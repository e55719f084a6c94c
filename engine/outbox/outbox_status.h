// The status of a source's reader: for `GET /v1/outbox`, metrics and the server's log. Threads: a
// value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "engine/config/outbox_settings.h"
#include "engine/outbox/outbox_source.h"

namespace courtside {

struct OutboxStatus {
  enum class State : std::uint8_t {
    kConnecting,
    kReading,
    kUnreachable,  // retried continually
    kRefused,      // not the expected database; retried from time to time
    kStopped,
  };

  std::string name;
  OutboxKind kind = OutboxKind::kTable;
  State state = State::kConnecting;
  std::string detail;  // why it is unreachable or refused, or a notice
  std::string database;
  std::string place;
  Timestamp heard{};  // time of the last successful read; 0: never

  // Counters since the start.
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;  // events whose ids were already in the log
  std::uint64_t rejected = 0;
  std::uint64_t ignored = 0;  // messages that are not transactional
  std::uint64_t ahead = 0;    // released before an earlier version
  std::uint64_t late = 0;     // came after a later version was released

  std::uint64_t held = 0;  // rows waiting for an earlier version now
  OutboxLag lag;           // at the last check
};

std::string_view name_of(OutboxStatus::State state);  // "reading"

// One object of the answer to `GET /v1/outbox`.
std::string outbox_status_json(const OutboxStatus& status);

}  // namespace courtside
