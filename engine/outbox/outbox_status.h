// How a source's reader fares: for `GET /v1/outbox`, metrics and the server's log.
// Threads: a value.
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
    kUnreachable,  // tried again all the time
    kRefused,      // the database is not what it should be; tried again now and then
    kStopped,
  };

  std::string name;
  OutboxKind kind = OutboxKind::kTable;
  State state = State::kConnecting;
  std::string detail;  // why it is unreachable or refused
  std::string database;
  std::string place;
  Timestamp heard{};  // when a read last went well; 0: never

  // Since the start.
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;  // of events whose ids were known
  std::uint64_t rejected = 0;
  std::uint64_t ignored = 0;  // messages that are not transactional
  std::uint64_t ahead = 0;    // went before an earlier version of theirs
  std::uint64_t late = 0;     // came after a later one went

  std::uint64_t held = 0;  // wait for an earlier version, now
  OutboxLag lag;           // when it was last looked at
};

std::string_view name_of(OutboxStatus::State state);  // "reading"

// One of the objects in the answer to `GET /v1/outbox`.
std::string outbox_status_json(const OutboxStatus& status);

}  // namespace courtside
