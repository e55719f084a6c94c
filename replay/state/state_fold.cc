#include "replay/state/state_fold.h"

#include "replay/state/state_members.h"
#include "replay/state/state_rules.h"
#include "schema/channel.h"
#include "schema/projection.h"

namespace courtside {

StateFold::StateFold(std::string_view subject)
    : kind_(channel_kind(subject)), state_(&state_shape, kind_), memory_(&memory_shape, kind_) {}

bool StateFold::resume(std::string_view text, std::string_view memory) {
  return state_.read(text) && memory_.read(memory);
}

void StateFold::apply(RecordView record, const Projection* projection) {
  apply(record.event(), projection, record.recorded(), record.subject_version());
}

void StateFold::apply(EventView event, const Projection* projection, Timestamp recorded,
                      std::uint64_t version) {
  const EventFields whole = event.fields();
  if (projection == nullptr) return apply(whole, recorded, version);
  std::string data;
  const EventFields shown = projected(whole, *projection, data);
  apply_event(state_, memory_, kind_, shown, whole, recorded, version);
}

void StateFold::apply(const EventFields& event, Timestamp recorded, std::uint64_t version) {
  apply_event(state_, memory_, kind_, event, event, recorded, version);
}

std::uint64_t StateFold::version() const {
  const auto number = json_integer(read_json(state_.get({.name = json_token("version")})));
  return number ? static_cast<std::uint64_t>(*number) : 0;
}

std::string StateFold::member(std::string_view name) const {
  return state_.member_text(json_token(name));
}

}  // namespace courtside
