// A subject's story, as a tree for people and as lines for programs.
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "base/format.h"
#include "base/json.h"
#include "base/time.h"
#include "cli/commands/command_client.h"
#include "cli/commands/commands.h"
#include "cli/commands/event_row.h"
#include "cli/commands/subject_story.h"
#include "cli/terminal/table.h"
#include "cli/terminal/table_text.h"
#include "cli/terminal/text_width.h"
#include "cli/terminal/zone.h"

namespace courtside {
namespace {

constexpr int kDepthMax = 8;  // of effects of effects
constexpr std::size_t kTypeWidthMin = 8;

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

std::string changes_json(const SubjectStory::Changes& changed) {
  JsonObject out;
  for (const auto& [name, values] : changed) {
    JsonObject change;
    if (!values.first.empty()) change.raw("from", values.first);
    change.raw("to", values.second);
    out.raw(name, change.take());
  }
  return out.take();
}

std::string related_json(const SubjectStory::Events& events) {
  std::string out = "[";
  for (const StoryEvent* event : events) {
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

class StoryText {
 public:
  StoryText(const LogCommand& command, const SubjectStory& story)
      : command_(command),
        story_(story),
        zone_(command.table.zone),
        table_({{.head = "POSITION", .fit = Fit::kWhole, .paint = Paint::kCyan},
                {.head = zone_.head("TIME"), .fit = Fit::kWhole, .width = 19, .paint = Paint::kDim},
                {.head = "AFTER", .fit = Fit::kWhole, .is_number = true},
                {.head = "TYPE", .paint = Paint::kBold},
                {.head = "ACTOR", .fit = Fit::kRest}},
               command.table.screen) {}

  void show_all() {
    if (command_.output == OutputFormat::kCsv) {
      std::string head(kEventRowHead.substr(0, kEventRowHead.find('\r')));
      std::fputs((head + ",difference,changed,causes,effects\r\n").c_str(), stdout);
    }
    if (command_.output == OutputFormat::kJson) std::fputs("[", stdout);
    const StoryEvent* before = nullptr;
    for (const StoryEvent& event : story_.events()) {
      show(event, before);
      before = &event;
    }
    if (command_.output == OutputFormat::kJson) std::fputs("\n]\n", stdout);
    if (command_.output == OutputFormat::kTable) std::fputs(table_.finish().c_str(), stdout);
  }

 private:
  void show(const StoryEvent& event, const StoryEvent* before) {
    switch (command_.output) {
      case OutputFormat::kTable: return show_tree(event, before);
      case OutputFormat::kCsv: return show_row(event, before);
      case OutputFormat::kJson:
        std::printf("%s\n%s", before == nullptr ? "" : ",", json(event, before).c_str());
        return;
      case OutputFormat::kJsonl: std::printf("%s\n", json(event, before).c_str()); return;
    }
  }

  // The table keeps its rows until the end.
  void show_tree(const StoryEvent& event, const StoryEvent* before) {
    const std::string who = event.actortype +
                            (event.actortype.empty() || event.actorid.empty() ? "" : " ") +
                            event.actorid;
    const bool is_narrow = command_.table.screen.columns > 0 && command_.table.screen.columns < 100;
    static_cast<void>(table_.add(
        {for_terminal(event.position),
         Zone::text(event.time, is_narrow ? Zone::Form::kSeconds : Zone::Form::kMilliseconds),
         before == nullptr ? "" : difference(event.at_us - before->at_us), for_terminal(event.type),
         for_terminal(who)}));
    for (const StoryEvent* cause : story_.causes(event)) show_related("<-", *cause, event, 1);
    for (const auto& [name, values] : SubjectStory::changes(event, before)) {
      const bool is_new = values.first.empty();
      note(format("    {}: {}{}{}", for_terminal(name), for_terminal(values.first),
                  is_new ? "" : " -> ", for_terminal(values.second)));
    }
    show_effects(event, event, 1);
  }

  void show_effects(const StoryEvent& event, const StoryEvent& of, int depth) {
    if (depth > kDepthMax) return;
    for (const StoryEvent* effect : story_.direct_effects(event)) {
      show_related("->", *effect, of, depth);
      show_effects(*effect, of, depth + 1);
    }
  }

  // Where the line is too wide, the type is cut and the subject is whole: it is what people copy.
  void show_related(const char* arrow, const StoryEvent& event, const StoryEvent& of, int depth) {
    const std::string before = std::string(4 * static_cast<std::size_t>(depth), ' ') + arrow + " ";
    const std::string behind = format("  {}  {}  {}", for_terminal(event.subject),
                                      difference(event.at_us - of.at_us), event.position);
    std::string type = for_terminal(event.type);
    const std::size_t columns = command_.table.screen.columns;
    const std::size_t others = text_width(before) + text_width(behind);
    if (columns > 0 && others + text_width(type) > columns) {
      type = cut_to_width(type, std::max(kTypeWidthMin, columns - std::min(columns, others)));
    }
    note(before + type + behind);
  }

  void note(std::string text) { static_cast<void>(table_.add_note(std::move(text))); }

  std::string json(const StoryEvent& event, const StoryEvent* before) const {
    JsonObject out;
    out.text("sequence", event.sequence)
        .text("position", event.position)
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
    out.raw("changed", changes_json(SubjectStory::changes(event, before)))
        .raw("causes", related_json(story_.causes(event)))
        .raw("effects", related_json(story_.effects(event)));
    return out.take();
  }

  // The columns of every event, and those of the story.
  void show_row(const StoryEvent& event, const StoryEvent* before) const {
    const auto ids = [](const SubjectStory::Events& events) {
      std::string out;
      for (const StoryEvent* each : events) out.append(out.empty() ? "" : " ").append(each->id);
      return out;
    };
    std::string row;
    append_event_row(row, event.position, ServerWords(event.line));
    row.resize(row.size() - 2);  // the line's end
    for (const std::string& cell :
         {before == nullptr ? std::string() : std::to_string(event.at_us - before->at_us),
          changes_json(SubjectStory::changes(event, before)), ids(story_.causes(event)),
          ids(story_.effects(event))}) {
      row.push_back(',');
      append_csv_cell(row, cell);
    }
    std::printf("%s\r\n", row.c_str());
  }

  const LogCommand& command_;
  const SubjectStory& story_;
  const Zone zone_;
  Table table_;
};

}  // namespace

int run_log(const LogCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  SubjectStory story(*remote, command.subject, command.channels);
  if (const Result<void> read = story.read_all(); !read) return report(read.error());
  const bool is_found = !story.events().empty();
  if (is_found || command.output != OutputFormat::kTable) StoryText(command, story).show_all();
  if (is_found) return 0;
  return nothing_found(format("no event of {}, or none that you may read", command.subject));
}

}  // namespace courtside
