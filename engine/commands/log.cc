// A subject's story: its events in order, what changed with each, and by `causationid` what led to
// it and what came of it. An event's causes and effects are looked for among those that share its
// correlation id. `causationid` names an id without its source: where several events have it, the
// one of the effect's own source is meant, and else the first.
#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "engine/commands/client.h"
#include "engine/commands/commands.h"
#include "engine/commands/events_download.h"
#include "engine/commands/table_text.h"
#include "schema/event_lines.h"

namespace courtside {
namespace {

constexpr std::size_t kCorrelationsMax = 100;  // that are followed
constexpr std::uint64_t kRelatedMax = 1000;    // events of each
constexpr int kDepthMax = 8;                   // of effects of effects

struct Event {
  std::string id, source, type, subject, sequence, time, actorid, actortype, correlationid,
      causationid;
  std::uint64_t version = 0;
  std::int64_t at_us = 0;
  std::map<std::string, std::string> data;  // top-level fields, as JSON
};

Event read_event(std::string_view line) {
  const ServerWords words(line);
  Event event{.id = words.text("id"),
              .source = words.text("source"),
              .type = words.text("type"),
              .subject = words.text("subject"),
              .sequence = words.text("sequence"),
              .time = words.text("recordedtime"),
              .actorid = words.text("actorid"),
              .actortype = words.text("actortype"),
              .correlationid = words.text("correlationid"),
              .causationid = words.text("causationid"),
              .version = words.number("subjectversion"),
              .at_us = 0,
              .data = {}};
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

// "+5.100 s", "+2 d 03:04:05"
std::string difference(std::int64_t us) {
  constexpr std::int64_t kSecond = 1'000'000;
  constexpr std::int64_t kDay = 86'400 * kSecond;
  const char* sign = us < 0 ? "-" : "+";
  const std::int64_t size = us < 0 ? -us : us;
  char text[64];
  const std::int64_t s = size / kSecond;
  if (s < 60) {
    std::snprintf(text, sizeof(text), "%s%lld.%03lld s", sign, static_cast<long long>(s),
                  static_cast<long long>(size % kSecond / 1000));
  } else if (size < kDay) {
    std::snprintf(text, sizeof(text), "%s%02lld:%02lld:%02lld", sign,
                  static_cast<long long>(s / 3600), static_cast<long long>(s / 60 % 60),
                  static_cast<long long>(s % 60));
  } else {
    std::snprintf(text, sizeof(text), "%s%lld d %02lld:%02lld:%02lld", sign,
                  static_cast<long long>(size / kDay), static_cast<long long>(s / 3600 % 24),
                  static_cast<long long>(s / 60 % 60), static_cast<long long>(s % 60));
  }
  return text;
}

class Story {
 public:
  Story(const LogCommand& command, Remote remote)
      : command_(command), remote_(std::move(remote)), channels_(command.channels) {}

  int run() {
    if (const Result<void> read = read_all(); !read) return report(read.error());
    if (command_.output == OutputFormat::kCsv) {
      std::fputs(
          "sequence,recordedtime,difference,type,actorid,actortype,changed,causes,effects"
          "\r\n",
          stdout);
    }
    if (command_.output == OutputFormat::kJson) std::fputs("[", stdout);
    const Event* before = nullptr;
    for (const Event& event : events_) {
      show(event, before);
      before = &event;
    }
    if (command_.output == OutputFormat::kJson) std::fputs("\n]\n", stdout);
    if (!events_.empty()) return 0;
    return nothing_found("no event of " + command_.subject + ", or none that you may read");
  }

 private:
  using Changes = std::vector<std::pair<std::string, std::pair<std::string, std::string>>>;

  Result<void> read_all() {
    HistoryAsk ask;
    ask.subject = command_.subject;
    Result<void> found = read(ask, events_);
    if (!found && found.error().code == Code::forbidden && channels_.empty()) {
      // Who may not read everything may read the subject's own channel.
      channels_ = {command_.subject};
      found = read(ask, events_);
    }
    if (!found) return found;
    std::set<std::string> correlations;
    for (const Event& event : events_) {
      if (!event.correlationid.empty()) correlations.insert(event.correlationid);
    }
    if (correlations.size() > kCorrelationsMax) {
      std::fprintf(stderr, "courtside: of %zu correlation ids the first %zu are followed\n",
                   correlations.size(), kCorrelationsMax);
    }
    std::vector<Event> related = events_;
    std::size_t followed = 0;
    for (const std::string& correlation : correlations) {
      if (++followed > kCorrelationsMax) break;
      if (const Result<void> more = read_related(correlation, related); !more) return more;
    }
    for (Event& event : related) known_.emplace(event.sequence, std::move(event));
    for (const auto& [sequence, event] : known_) by_id_[event.id].push_back(&event);
    for (const auto& [sequence, event] : known_) {
      if (const Event* cause = cause_of(event)) effects_[cause->sequence].push_back(&event);
    }
    return {};
  }

  // One more than are followed, to know whether there are more.
  Result<void> read_related(const std::string& correlation, std::vector<Event>& related) {
    HistoryAsk belongs;
    belongs.correlationid = correlation;
    belongs.limit = kRelatedMax + 1;
    const std::size_t before = related.size();
    if (const Result<void> more = read(belongs, related); !more) return more;
    if (related.size() - before <= kRelatedMax) return {};
    related.pop_back();
    std::fprintf(stderr,
                 "courtside: of the events of correlation id %s the first %llu are followed\n",
                 for_terminal(correlation).c_str(), static_cast<unsigned long long>(kRelatedMax));
    return {};
  }

  // Null where there is none, or it was not looked at.
  const Event* cause_of(const Event& event) const {
    if (event.causationid.empty()) return nullptr;
    const auto found = by_id_.find(event.causationid);
    if (found == by_id_.end()) return nullptr;
    for (const Event* each : found->second) {
      if (each->source == event.source) return each;
    }
    return found->second.front();
  }

  Result<void> read(HistoryAsk ask, std::vector<Event>& into) {
    ask.channels = channels_;
    Result<EventsDownload> download =
        EventsDownload::open(remote_, events_path(ask), EventsDownload::kNdjson);
    if (!download) return fail(download.error());
    for (;;) {
      const Result<std::string_view> line = download->next_line();
      if (!line) return fail(line.error());
      if (line->empty()) return {};
      into.push_back(read_event(*line));
    }
  }

  // The fields that say something else than those of the event before: (name, (before, now)).
  static Changes changes(const Event& event, const Event* before) {
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

  std::vector<const Event*> causes(const Event& event) const {
    std::vector<const Event*> found;
    const Event* at = &event;
    for (int depth = 0; depth < kDepthMax; ++depth) {
      at = cause_of(*at);
      if (at == nullptr) break;
      found.push_back(at);
    }
    return found;
  }

  void show(const Event& event, const Event* before) const {
    switch (command_.output) {
      case OutputFormat::kTable: return show_tree(event, before);
      case OutputFormat::kCsv: return show_row(event, before);
      case OutputFormat::kJson:
        std::printf("%s\n%s", before == nullptr ? "" : ",", json(event, before).c_str());
        return;
      case OutputFormat::kJsonl: std::printf("%s\n", json(event, before).c_str()); return;
    }
  }

  void show_tree(const Event& event, const Event* before) const {
    std::string time = event.time.substr(0, 23);
    std::replace(time.begin(), time.end(), 'T', ' ');
    const std::string who = event.actortype +
                            (event.actortype.empty() || event.actorid.empty() ? "" : " ") +
                            event.actorid;
    const std::string since = before == nullptr ? "" : difference(event.at_us - before->at_us);
    std::printf("%s  %16s  %-28s %s\n", time.c_str(), since.c_str(),
                for_terminal(event.type).c_str(), for_terminal(who).c_str());
    for (const Event* cause : causes(event)) show_related("<-", *cause, event, 1);
    for (const auto& [name, values] : changes(event, before)) {
      const bool is_new = values.first.empty();
      std::printf("    %s: %s%s%s\n", for_terminal(name).c_str(),
                  for_terminal(values.first).c_str(), is_new ? "" : " -> ",
                  for_terminal(values.second).c_str());
    }
    show_effects(event, event, 1);
  }

  void show_effects(const Event& event, const Event& of, int depth) const {
    const auto found = effects_.find(event.sequence);
    if (found == effects_.end() || depth > kDepthMax) return;
    for (const Event* effect : found->second) {
      show_related("->", *effect, of, depth);
      show_effects(*effect, of, depth + 1);
    }
  }

  static void show_related(const char* arrow, const Event& event, const Event& of, int depth) {
    std::printf("%*s%s %s  %s  %s\n", 4 * depth, "", arrow, for_terminal(event.type).c_str(),
                for_terminal(event.subject).c_str(), difference(event.at_us - of.at_us).c_str());
  }

  static std::string changes_json(const Changes& changed) {
    JsonObject out;
    for (const auto& [name, values] : changed) {
      JsonObject change;
      if (!values.first.empty()) change.raw("from", values.first);
      change.raw("to", values.second);
      out.raw(name, change.take());
    }
    return out.take();
  }

  template <typename List>
  static std::string related_json(const List& events) {
    std::string out = "[";
    for (const Event* event : events) {
      if (out.size() > 1) out.push_back(',');
      JsonObject each;
      each.text("id", event->id)
          .text("type", event->type)
          .text("subject", event->subject)
          .text("sequence", event->sequence)
          .text("recordedtime", event->time);
      out.append(each.take());
    }
    return out + "]";
  }

  // With those that came of them, in order, each once.
  std::vector<const Event*> effects(const Event& event) const {
    std::vector<const Event*> all;
    const Event* const self = &known_.at(event.sequence);
    std::set<const Event*> seen = {self};
    std::vector<const Event*> open = {self};
    while (!open.empty()) {
      const auto found = effects_.find(open.back()->sequence);
      open.pop_back();
      if (found == effects_.end()) continue;
      for (const Event* effect : found->second) {
        if (!seen.insert(effect).second) continue;
        all.push_back(effect);
        open.push_back(effect);
      }
    }
    std::sort(all.begin(), all.end(),
              [](const Event* a, const Event* b) { return a->sequence < b->sequence; });
    return all;
  }

  std::string json(const Event& event, const Event* before) const {
    JsonObject out;
    out.text("sequence", event.sequence)
        .text("recordedtime", event.time)
        .number("subjectversion", event.version)
        .text("id", event.id)
        .text("type", event.type)
        .text("actorid", event.actorid)
        .text("actortype", event.actortype)
        .text("correlationid", event.correlationid);
    if (before != nullptr) {
      out.real("difference", static_cast<double>(event.at_us - before->at_us) / 1e6);
    }
    out.raw("changed", changes_json(changes(event, before)))
        .raw("causes", related_json(causes(event)))
        .raw("effects", related_json(effects(event)));
    return out.take();
  }

  void show_row(const Event& event, const Event* before) const {
    const auto ids = [](const std::vector<const Event*>& events) {
      std::string out;
      for (const Event* each : events) out.append(out.empty() ? "" : " ").append(each->id);
      return out;
    };
    std::string row;
    for (const std::string& cell :
         {event.sequence, event.time,
          before == nullptr ? std::string() : std::to_string(event.at_us - before->at_us),
          event.type, event.actorid, event.actortype, changes_json(changes(event, before)),
          ids(causes(event)), ids(effects(event))}) {
      if (!row.empty()) row.push_back(',');
      append_csv_cell(row, cell);
    }
    std::printf("%s\r\n", row.c_str());
  }

  const LogCommand& command_;
  const Remote remote_;
  std::vector<std::string> channels_;
  std::vector<Event> events_;  // the subject's
  // Those that share its events' correlation ids too. By sequence, which alone is one event's own:
  // an id is its source's.
  std::map<std::string, Event> known_;
  std::map<std::string, std::vector<const Event*>> by_id_;    // in order
  std::map<std::string, std::vector<const Event*>> effects_;  // by their cause's sequence; in order
};

}  // namespace

int run_log(const LogCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  return Story(command, *remote).run();
}

}  // namespace courtside
