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

const std::vector<Filter>& filters() {
  static const std::vector<Filter> all = {
      {.channels = {"user:1"}},   {.channels = {"user:2", "venue:*"}},
      {.channels = {"*"}},        {.channels = {"user:*"}, .types = {"slot.*"}},
      {.channels = {"nobody:1"}},
  };
  return all;
}

// Each filter in each form: single events or batches, of all fields or of some.
std::vector<SharedInterest> make_interests() {
  std::vector<SharedInterest> all;
  for (const bool is_part : {false, true}) {
    for (const Wire* wire : {&simulated_wire(), &simulated_batch_wire()}) {
      for (const Filter& filter : filters()) {
        Interest interest{.wire = wire, .sub = 1, .filter = filter};
        if (is_part) interest.fields = FieldSelection({"id"});
        all.push_back(std::make_shared<Interest>(std::move(interest)));
      }
    }
  }
  return all;
}

}  // namespace

const std::vector<EventKind>& event_kinds() {
  static const std::vector<EventKind> kinds = make_event_kinds();
  return kinds;
}

const std::vector<SharedInterest>& interests() {
  static const std::vector<SharedInterest> all = make_interests();
  return all;
}

void History::add(const Batch& batch) {
  for (std::size_t index = 0; index < batch.size(); ++index) {
    const RecordView record = batch.at(index);
    Event event{.digest = digest_of(record)};
    for (std::size_t i = 0; i < filters().size(); ++i) {
      if (filters()[i].matches(record)) event.wanted_by |= std::uint64_t{1} << i;
    }
    events_.push_back(event);
  }
}

bool History::wants(std::size_t interest, Offset offset) const {
  return (at(offset).wanted_by >> (interest % filters().size()) & 1) != 0;
}

Offset History::first_wanted(std::size_t interest, OffsetRange range) const {
  Offset offset = range.begin;
  while (offset < range.end && !wants(interest, offset)) offset = next(offset);
  return offset;
}

}  // namespace courtside::simulation
