#include "tests/bench/batches.h"

#include <memory>
#include <utility>

#include "base/check.h"
#include "schema/event.h"

namespace courtside::bench {

std::string channel_of(std::uint64_t number, std::uint64_t channels) {
  return "bench:" + std::to_string(number % channels);
}

NewEvent make_event(std::uint64_t number, std::uint64_t channels) {
  static const std::string data = "\"" + std::string(198, 'x') + "\"";
  const std::string id = std::to_string(number);
  const std::string channel = channel_of(number, channels);
  EventFields fields;
  fields.id = id;
  fields.source = "/bench";
  fields.type = "bench.tick";
  fields.subject = channel;
  fields.time = "2026-11-01T10:00:00.000000Z";
  // A thousand people, and four events of each request.
  const std::string actor = "u_" + std::to_string(number % 1000);
  const std::string request = "c_" + std::to_string(number / 4);
  fields.actorid = actor;
  fields.correlationid = request;
  fields.data_kind = DataKind::kJson;
  fields.data = data;
  return {build_event(fields), hash128(fields.source, id), {channel}, {}};
}

std::vector<Command> make_appends(std::uint64_t begin, std::size_t count, std::uint64_t channels) {
  std::vector<Command> commands;
  for (std::uint64_t number = begin; number < begin + count; ++number) {
    Append append;
    append.events.push_back(make_event(number, channels));
    commands.emplace_back(std::move(append));
  }
  return commands;
}

SharedBatch BatchMaker::make() {
  Fold fold(state_, place_, Timestamp(1));
  for (const Command& command : make_appends(place_.next.value(), events_, channels_)) {
    COURTSIDE_CHECK(fold.apply(command));
  }
  auto batch = std::make_shared<const Batch>(fold.take());
  place_ = fold.place();
  return batch;
}

}  // namespace courtside::bench
