#include "cli/commands/outbox_status_text.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/utf8.h"
#include "cli/terminal/amount_text.h"
#include "cli/terminal/table.h"
#include "cli/terminal/table_text.h"
#include "cli/terminal/zone.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

// The members of an object, by their names.
class Members {
 public:
  explicit Members(std::string_view object) {
    JsonReader reader(object);
    if (!reader.begin_object()) return;
    while (reader.next_member()) {
      const std::string_view key = reader.key().raw;
      members_.emplace_back(key.substr(1, key.size() - 2), reader.value());
    }
  }

  JsonValue member(std::string_view name) const {
    for (const auto& [key, value] : members_) {
      if (key == name) return value;
    }
    return {};
  }
  Members object(std::string_view name) const { return Members(member(name).raw); }
  bool is_empty() const { return members_.empty(); }
  bool is_true(std::string_view name) const { return member(name).raw == "true"; }
  double real(std::string_view name) const {
    const JsonValue value = member(name);
    return value.is(JsonKind::kNumber) ? std::strtod(std::string(value.raw).c_str(), nullptr) : 0;
  }
  std::string number(std::string_view name) const {
    const JsonValue value = member(name);
    return value.is(JsonKind::kNumber) ? std::string(value.raw) : "0";
  }

  // What the database chose to say ends up on a terminal: without what steers one.
  std::string text(std::string_view name) const {
    const JsonValue value = member(name);
    std::string scratch;
    if (!value.is(JsonKind::kString)) return {};
    std::string out(json_text(value, scratch).value_or(std::string_view()));
    std::replace_if(
        out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return out;
  }

 private:
  std::vector<std::pair<std::string_view, JsonValue>> members_;  // keys as they are written
};

// "1 row", "3 rows"
std::string rows_text(const std::string& count) {
  return count + (count == "1" ? " row" : " rows");
}

// How far the reader is behind: rows and their age, or the WAL that waits for it.
std::string behind(const Members& source) {
  const Members lag = source.object("lag");
  if (source.text("kind") == "messages") return bytes_text(lag.real("bytes")) + " of WAL";
  if (lag.real("rows") == 0) return "-";
  const std::string rows = lag.number("rows");
  return format("{}, {}", lag.is_true("more") ? rows + "+ rows" : rows_text(rows),
                duration_text(lag.real("seconds")));
}

Cell state_cell(const std::string& state) {
  const bool is_bad = state == "refused" || state == "unreachable";
  return {state, is_bad ? Paint::kRed : state == "reading" ? Paint::kGreen : Paint::kYellow};
}

Row row_of(const Members& source) {
  return {for_terminal(source.text("name")),
          for_terminal(source.text("kind")),
          state_cell(for_terminal(source.text("state"))),
          source.number("events"),
          behind(source),
          Zone::text(source.text("heard"), Zone::Form::kSeconds)};
}

// "1 known, 2 rejected": what is not 0. Empty where all is.
std::string counts_of(const Members& source) {
  std::string out;
  const std::pair<const char*, const char*> counts[] = {{"duplicates", "known"},
                                                        {"rejected", "rejected"},
                                                        {"held", "held"},
                                                        {"late", "late"},
                                                        {"ahead", "ahead"}};
  for (const auto& [name, word] : counts) {
    const std::string number = source.number(name);
    if (number != "0") out.append(out.empty() ? "" : ", ").append(number + " " + word);
  }
  return out;
}

// What there is to say beside the numbers, each in a line.
std::vector<std::string> notes_of(const Members& source) {
  std::vector<std::string> out;
  if (const std::string counts = counts_of(source); !counts.empty()) out.push_back(counts);
  if (const std::string detail = source.text("detail"); !detail.empty()) out.push_back(detail);
  const std::string waiting = source.object("lag").number("rejected");
  if (waiting != "0") out.push_back(rows_text(waiting) + " in the table of rejected ones");
  const std::string ignored = source.number("ignored");
  if (ignored != "0") {
    out.push_back(ignored == "1" ? "1 message was not transactional, and is no event"
                                 : ignored + " messages were not transactional, and are no events");
  }
  const std::string skipped = source.object("lag").number("skipped");
  if (skipped != "0")
    out.push_back(format("{} {} never read", rows_text(skipped), skipped == "1" ? "was" : "were"));
  const std::string uncertain = source.object("lag").number("uncertain");
  if (uncertain != "0") {
    out.push_back(format("{} {} may or may not have been read", rows_text(uncertain),
                         uncertain == "1" ? "is uncertain: it" : "are uncertain: they"));
  }
  const std::string slot = source.object("lag").text("slot");
  if (!slot.empty() && slot != "reserved") out.push_back("the slot is " + slot);
  const Members oldest = source.object("oldesttransaction");
  if (!oldest.is_empty()) {
    const std::string pid = oldest.number("pid");
    out.push_back(format("oldest transaction: {}, {}{}", duration_text(oldest.real("seconds")),
                         pid == "0" ? "" : format("pid {}, ", pid), oldest.text("holder")));
  }
  return out;
}

std::string table_text(const std::vector<std::string_view>& sources, const TableOptions& options) {
  const Zone zone(options.zone);
  Table table(
      {{.head = "SOURCE", .fit = Fit::kWhole},
       {.head = "KIND"},
       {.head = "STATE"},
       {.head = "EVENTS", .fit = Fit::kWhole, .is_number = true},
       {.head = "BEHIND", .min_width = 14},
       {.head = zone.head("HEARD"), .fit = Fit::kRest, .min_width = 19, .paint = Paint::kDim}},
      options.screen);
  std::string out;
  for (const std::string_view text : sources) {
    const Members source(text);
    out.append(table.add(row_of(source)));
    for (const std::string& note : notes_of(source)) {
      out.append(table.add_note("  " + for_terminal(note)));
    }
  }
  return out + table.finish();
}

}  // namespace

Result<OutboxStatusText> outbox_status_text(std::string_view answer, OutputFormat format,
                                            const TableOptions& options) {
  const auto refuse = [] {
    return fail(Code::internal, "the server's answer about its sources is not understood");
  };
  if (!is_utf8(answer) || !read_json(answer).is(JsonKind::kObject)) return refuse();
  const JsonValue list = Members(answer).member("sources");
  if (!list.is(JsonKind::kArray)) return refuse();
  std::vector<std::string_view> sources;
  JsonReader reader(list.raw);
  if (!reader.begin_array()) return refuse();
  while (reader.next_element()) {
    const JsonValue source = reader.value();
    if (!source.is(JsonKind::kObject)) return refuse();
    sources.push_back(source.raw);
  }
  OutboxStatusText out{.sources = sources.size(), .text = {}};
  out.has_refused = std::any_of(sources.begin(), sources.end(), [](std::string_view source) {
    return Members(source).text("state") == "refused";
  });
  if (format == OutputFormat::kJson) {
    out.text = one_line(answer) + "\n";
  } else if (format == OutputFormat::kJsonl) {
    for (const std::string_view source : sources) out.text.append(one_line(source) + "\n");
  } else if (!sources.empty()) {
    out.text = table_text(sources, options);
  }
  return out;
}

}  // namespace courtside
