#include "tests/e2e/year/support/write_log.h"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "engine/config/config.h"
#include "engine/routing/router.h"
#include "eventlog/fold.h"
#include "eventlog/sequencer/event_log.h"
#include "schema/event.h"
#include "schema/record.h"
#include "tests/e2e/support/wait.h"

namespace courtside::e2e {
namespace {

constexpr std::size_t kRecordedAt = 16;  // in a record: schema/record.h
constexpr std::size_t kCommitEvents = 4096;

template <typename T>
T need(Result<T> result) {
  if (!result) give_up("writing the year: " + result.error().message);
  return *std::move(result);
}

class YearWriter {
 public:
  explicit YearWriter(const std::filesystem::path& folder)
      : log_(need(EventLog::open({.path = folder.string()}))),
        router_(need(Router::make(default_routes()))) {}

  void add(const YearEvent& event) {
    const std::string time = rfc3339(event.happened);
    const std::string data = event.data.json();
    EventFields fields;
    fields.id = event.id;
    fields.source = kYearSource;
    fields.type = event.type;
    fields.subject = event.subject;
    fields.time = time;
    fields.correlationid = event.correlation;
    fields.causationid = event.cause;
    fields.actorid = event.actor.id;
    fields.actortype = event.actor.type;
    fields.actorrole = event.actor.role;
    fields.data_kind = DataKind::kJson;
    fields.data = data;
    NewEvent made;
    made.event = build_event(fields);
    made.key = id_key(EventView(made.event), IdScope::kSource);
    made.channels = need(router_.route(EventView(made.event), event.named_channels));
    append_.events.push_back(std::move(made));
    recorded_.push_back(event.recorded);
    if (append_.events.size() == kCommitEvents) commit();
  }

  void commit() {
    if (recorded_.empty()) return;
    Fold fold(*log_, log_->place(), Timestamp(recorded_.back()));
    if (const auto folded = fold.apply(std::exchange(append_, {})); !folded) {
      give_up("writing the year: " + folded.error().message);
    }
    const FoldPlace after = fold.place();
    Batch batch = fold.take();
    set_recorded(batch);
    if (const auto committed = log_->commit(batch, after); !committed) {
      give_up("writing the year: " + committed.error().message);
    }
    recorded_.clear();
  }

 private:
  // The events of a commit share one recorded time; this gives each event its own, as if it were
  // committed alone.
  void set_recorded(Batch& batch) const {
    std::string records = *batch.storage;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      std::memcpy(records.data() + batch.begins[i] + kRecordedAt, &recorded_[i], sizeof(Micros));
    }
    batch.storage = std::make_shared<const std::string>(std::move(records));
  }

  std::unique_ptr<EventLog> log_;
  Router router_;
  Append append_;
  std::vector<Micros> recorded_;  // of the current append's events
};

}  // namespace

void write_year(const std::filesystem::path& folder, const std::vector<YearEvent>& year) {
  YearWriter writer(folder);
  for (const YearEvent& event : year) writer.add(event);
  writer.commit();
}

}  // namespace courtside::e2e
