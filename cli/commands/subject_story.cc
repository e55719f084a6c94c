#include "cli/commands/subject_story.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/format.h"
#include "base/time.h"
#include "cli/commands/command_client.h"
#include "cli/commands/events_download.h"
#include "cli/terminal/output.h"
#include "cli/terminal/table_text.h"
#include "schema/json_reader.h"
#include "schema/position.h"

namespace courtside {
namespace {

constexpr std::size_t kCorrelationsMax = 100;  // that are followed
constexpr std::uint64_t kRelatedMax = 1000;    // events of each
constexpr int kDepthMax = 8;                   // of causes of causes

StoryEvent read_event(std::string_view line, const std::string& epoch) {
  const ServerWords words(line);
  StoryEvent event{.line = std::string(line),
                   .id = words.text("id"),
                   .source = words.text("source"),
                   .type = words.text("type"),
                   .subject = words.text("subject"),
                   .sequence = words.text("sequence"),
                   .position = {},
                   .time = words.text("recordedtime"),
                   .actorid = words.text("actorid"),
                   .actortype = words.text("actortype"),
                   .correlationid = words.text("correlationid"),
                   .causationid = words.text("causationid"),
                   .version = words.number("subjectversion"),
                   .at_us = 0,
                   .data = {}};
  const std::uint64_t offset = offset_of_line(line, false).value_or(0);
  event.position = format_position(epoch, Offset(offset));
  if (const auto time = parse_rfc3339(event.time)) event.at_us = time->value();
  JsonReader reader(words.member("data").raw);
  if (!reader.begin_object()) return event;
  while (reader.next_member()) {
    std::string scratch;
    const auto key = json_text(reader.key(), scratch);
    const std::string name(key.value_or(std::string_view()));
    event.data[name] = std::string(reader.value().raw);
  }
  return event;
}

}  // namespace

Result<void> SubjectStory::read_all() {
  HistoryAsk ask;
  ask.subject = subject_;
  Result<void> found = read(ask, events_);
  if (!found && found.error().code == Code::forbidden && channels_.empty()) {
    // Who may not read everything may read the subject's own channel.
    channels_ = {subject_};
    found = read(ask, events_);
  }
  if (!found) return found;
  std::set<std::string> correlations;
  for (const StoryEvent& event : events_) {
    if (!event.correlationid.empty()) correlations.insert(event.correlationid);
  }
  if (correlations.size() > kCorrelationsMax) {
    say(format("of {} correlation ids the first {} are followed", correlations.size(),
               kCorrelationsMax));
  }
  std::vector<StoryEvent> related = events_;
  std::size_t followed = 0;
  for (const std::string& correlation : correlations) {
    if (++followed > kCorrelationsMax) break;
    if (const Result<void> more = read_related(correlation, related); !more) return more;
  }
  for (StoryEvent& event : related) known_.emplace(event.sequence, std::move(event));
  for (const auto& [sequence, event] : known_) by_id_[event.id].push_back(&event);
  for (const auto& [sequence, event] : known_) {
    if (const StoryEvent* cause = cause_of(event)) effects_[cause->sequence].push_back(&event);
  }
  return {};
}

// One more than are followed, to know whether there are more.
Result<void> SubjectStory::read_related(const std::string& correlation,
                                        std::vector<StoryEvent>& related) {
  HistoryAsk belongs;
  belongs.correlationid = correlation;
  belongs.limit = kRelatedMax + 1;
  const std::size_t before = related.size();
  if (const Result<void> more = read(belongs, related); !more) return more;
  if (related.size() - before <= kRelatedMax) return {};
  related.pop_back();
  say(format("of the events of correlation id {} the first {} are followed",
             for_terminal(correlation), kRelatedMax));
  return {};
}

// Null where there is none, or it was not looked at.
const StoryEvent* SubjectStory::cause_of(const StoryEvent& event) const {
  if (event.causationid.empty()) return nullptr;
  const auto found = by_id_.find(event.causationid);
  if (found == by_id_.end()) return nullptr;
  for (const StoryEvent* each : found->second) {
    if (each->source == event.source) return each;
  }
  return found->second.front();
}

Result<void> SubjectStory::read(HistoryAsk ask, std::vector<StoryEvent>& into) {
  ask.channels = channels_;
  Result<EventsDownload> download =
      EventsDownload::open(remote_, events_path(ask), EventsDownload::kNdjson);
  if (!download) return fail(download.error());
  const std::string through = download->through();
  for (;;) {
    const Result<std::string_view> line = download->next_line();
    if (!line) return fail(line.error());
    if (line->empty()) return {};
    into.push_back(read_event(*line, through.substr(0, through.find(':'))));
  }
}

SubjectStory::Changes SubjectStory::changes(const StoryEvent& event, const StoryEvent* before) {
  Changes changed;
  for (const auto& [name, value] : event.data) {
    std::string was;
    if (before != nullptr) {
      const auto found = before->data.find(name);
      if (found != before->data.end()) was = found->second;
    }
    if (was != value) changed.push_back({name, {was, value}});
  }
  return changed;
}

SubjectStory::Events SubjectStory::causes(const StoryEvent& event) const {
  Events found;
  const StoryEvent* at = &event;
  for (int depth = 0; depth < kDepthMax; ++depth) {
    at = cause_of(*at);
    if (at == nullptr) break;
    found.push_back(at);
  }
  return found;
}

SubjectStory::Events SubjectStory::direct_effects(const StoryEvent& event) const {
  const auto found = effects_.find(event.sequence);
  return found == effects_.end() ? Events() : found->second;
}

SubjectStory::Events SubjectStory::effects(const StoryEvent& event) const {
  Events all;
  const StoryEvent* const self = &known_.at(event.sequence);
  std::set<const StoryEvent*> seen = {self};
  Events open = {self};
  while (!open.empty()) {
    const auto found = effects_.find(open.back()->sequence);
    open.pop_back();
    if (found == effects_.end()) continue;
    for (const StoryEvent* effect : found->second) {
      if (!seen.insert(effect).second) continue;
      all.push_back(effect);
      open.push_back(effect);
    }
  }
  std::sort(all.begin(), all.end(),
            [](const StoryEvent* a, const StoryEvent* b) { return a->sequence < b->sequence; });
  return all;
}

}  // namespace courtside
