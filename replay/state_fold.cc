#include "replay/state_fold.h"

#include "replay/state_members.h"
#include "replay/state_rules.h"
#include "schema/channel.h"
#include "schema/projection.h"

namespace courtside {

StateFold::StateFold(std::string_view subject)
    : kind_(channel_kind(subject)), state_(&state_shape, kind_) {}

bool StateFold::resume(std::string_view text) { return state_.read(text); }

void StateFold::apply(RecordView record, const Projection* projection) {
  const EventFields fields = record.event().fields();
  std::string data;
  apply(projection == nullptr ? fields : projected(fields, *projection, data), record.recorded(),
        record.subject_version());
}

void StateFold::apply(const EventFields& event, Timestamp recorded, std::uint64_t version) {
  apply_event(state_, kind_, event, recorded, version);
}

std::uint64_t StateFold::version() const {
  const auto number = json_integer(read_json(state_.get({.name = json_token("version")})));
  return number ? static_cast<std::uint64_t>(*number) : 0;
}

std::string StateFold::member(std::string_view name) const {
  return state_.member_text(json_token(name));
}

}  // namespace courtside
