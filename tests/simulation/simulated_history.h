// What was ever committed, dropped or not: the plain truth that every client's account is held
// against. And the few kinds of events and filters that a schedule is made of.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/hash.h"
#include "engine/delivery/interest.h"
#include "eventlog/batch.h"

namespace courtside::simulation {

// An event without its key, built once for all schedules.
struct EventKind {
  std::string event;
  std::vector<std::string> channels;
  std::size_t subject = 0;  // which of kSubjects
};
constexpr std::size_t kSubjects = 3;
const std::vector<EventKind>& event_kinds();

// What clients ask for: events of a filter, one by one or in batches, with all or some fields.
const std::vector<SharedInterest>& interests();

class History {
 public:
  struct Event {
    std::uint64_t digest = 0;
    std::uint64_t wanted_by = 0;  // a bit for each filter
  };

  void add(const Batch& batch);

  Offset end() const { return Offset(events_.size() + 1); }
  // REQUIRES: 1 <= offset < end().
  const Event& at(Offset offset) const { return events_[offset.value() - 1]; }
  bool wants(std::size_t interest, Offset offset) const;
  // The first offset in the range that this interest wants; range.end when there is none.
  Offset first_wanted(std::size_t interest, OffsetRange range) const;

 private:
  std::vector<Event> events_;  // of offset 1, 2 ...
};

}  // namespace courtside::simulation
