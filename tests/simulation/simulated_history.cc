#include "tests/simulation/simulated_history.h"

#include "tests/simulation/frame.h"

namespace courtside::simulation {
namespace {

std::string make_event(const std::string& type, const std::string& subject) {
  EventFields fields;
  fields.id = "1";
  fields.source = "/simulation";
  fields.type = type;
  fields.subject = subject;
  fields.time = "2026-11-01T10:00:00Z";
  return build_event(fields);
}

std::vector<EventKind> make_event_kinds() {
  const std::vector<std::vector<std::string>> audiences = {
      {"user:1"},           {"user:2"}, {"user:1", "venue:1"}, {"venue:2"},
      {"user:1", "user:2"}, {},         {"other:1"},           {"other:1"},
  };
  std::vector<EventKind> kinds;
  for (std::size_t i = 0; i < audiences.size() * 2; ++i) {
    const std::size_t subject = i % kSubjects;
    const std::string type = i < audiences.size() ? "chat.posted" : "slot.held";
    kinds.push_back({make_event(type, "booking:" + std::to_string(subject)),
                     audiences[i % audiences.size()], subject});
  }
  return kinds;
}

SharedInterest interest_in(std::vector<std::string> channels, std::vector<std::string> types = {}) {
  Filter filter{.channels = std::move(channels), .types = std::move(types)};
  return std::make_shared<Interest>(
      Interest{.wire = &simulated_wire(), .sub = 1, .filter = std::move(filter)});
}

}  // namespace

const std::vector<EventKind>& event_kinds() {
  static const std::vector<EventKind> kinds = make_event_kinds();
  return kinds;
}

const std::vector<SharedInterest>& interests() {
  static const std::vector<SharedInterest> all = {
      interest_in({"user:1"}),   interest_in({"user:2", "venue:*"}),
      interest_in({"*"}),        interest_in({"user:*"}, {"slot.*"}),
      interest_in({"nobody:1"}),
  };
  return all;
}

void History::add(const Batch& batch) {
  for (std::size_t index = 0; index < batch.size(); ++index) {
    const RecordView record = batch.at(index);
    Event event{.digest = digest_of(record)};
    for (std::size_t i = 0; i < interests().size(); ++i) {
      if (interests()[i]->filter.matches(record)) event.wanted_by |= std::uint64_t{1} << i;
    }
    events_.push_back(event);
  }
}

Offset History::first_wanted(std::size_t interest, OffsetRange range) const {
  Offset offset = range.begin;
  while (offset < range.end && !wants(interest, offset)) offset = next(offset);
  return offset;
}

}  // namespace courtside::simulation
