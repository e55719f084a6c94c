// A subject's story: its events in order, what changed with each, and by `causationid` what led to
// it and what came of it. An event's causes and effects are looked for among those that share its
// correlation id. `causationid` names an id without its source: where several events have it, the
// one of the effect's own source is meant, and else the first.
//
//   SubjectStory story(remote, "booking:b_1", channels);
//   if (auto read = story.read_all(); !read) return report(read.error());
//   for (const StoryEvent& event : story.events()) show(event, story.causes(event));
//
// Threads: the main one; read_all() blocks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/arguments/command_line.h"
#include "cli/remote/remote.h"

namespace courtside {

struct StoryEvent {
  std::string line;  // as the server sent it
  std::string id, source, type, subject, sequence, position, time, actorid, actortype,
      correlationid, causationid;
  std::uint64_t version = 0;
  std::int64_t at_us = 0;
  std::map<std::string, std::string> data;  // top-level fields, as JSON
};

class SubjectStory {
 public:
  // (name, (before, now)) of a field, as JSON; `before` is empty where the field is new.
  using Changes = std::vector<std::pair<std::string, std::pair<std::string, std::string>>>;
  using Events = std::vector<const StoryEvent*>;

  // In `channels`; where there are none, everywhere, or in the subject's own channel for who may
  // not read everything.
  SubjectStory(Remote remote, std::string subject, std::vector<std::string> channels)
      : remote_(std::move(remote)), subject_(std::move(subject)), channels_(std::move(channels)) {}

  Result<void> read_all();

  // The subject's, in order. Views and pointers into them are valid as long as this.
  const std::vector<StoryEvent>& events() const { return events_; }
  // The chain that led to it, the nearest first.
  Events causes(const StoryEvent& event) const;
  // What it led to itself, in order.
  Events direct_effects(const StoryEvent& event) const;
  // With those that came of them, in order, each once.
  Events effects(const StoryEvent& event) const;
  // The fields that say something else than those of the event before, which may be null.
  static Changes changes(const StoryEvent& event, const StoryEvent* before);

 private:
  Result<void> read(HistoryAsk ask, std::vector<StoryEvent>& into);
  Result<void> read_related(const std::string& correlation, std::vector<StoryEvent>& related);
  const StoryEvent* cause_of(const StoryEvent& event) const;

  const Remote remote_;
  const std::string subject_;
  std::vector<std::string> channels_;
  std::vector<StoryEvent> events_;
  // Those that share its events' correlation ids too. By sequence, which alone is one event's own:
  // an id is its source's.
  std::map<std::string, StoryEvent> known_;
  std::map<std::string, Events> by_id_;    // in order
  std::map<std::string, Events> effects_;  // by their cause's sequence; in order
};

}  // namespace courtside
