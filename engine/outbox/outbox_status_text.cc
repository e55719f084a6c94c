#include "engine/outbox/outbox_status_text.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/utf8.h"
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

// "0.4 s", "3 min", "2.5 h"
std::string duration_text(double seconds) {
  char out[32];
  if (seconds < 120) {
    std::snprintf(out, sizeof out, "%.1f s", seconds);
  } else if (seconds < 7200) {
    std::snprintf(out, sizeof out, "%.0f min", seconds / 60);
  } else {
    std::snprintf(out, sizeof out, "%.1f h", seconds / 3600);
  }
  return out;
}

std::string bytes_text(double bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  char out[32];
  std::snprintf(out, sizeof out, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, kUnits[unit]);
  return out;
}

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
  return (lag.is_true("more") ? rows + "+ rows" : rows_text(rows)) + ", " +
         duration_text(lag.real("seconds"));
}

using Row = std::vector<std::string>;

const Row kHeads = {"source", "kind", "state", "events", "known", "rejected",
                    "held",   "late", "ahead", "behind", "heard"};

Row row_of(const Members& source) {
  const auto number = [&](const char* name) { return source.number(name); };
  const std::string heard = source.text("heard");
  return {source.text("name"),
          source.text("kind"),
          source.text("state"),
          number("events"),
          number("duplicates"),
          number("rejected"),
          number("held"),
          number("late"),
          number("ahead"),
          behind(source),
          heard.empty() ? "-" : heard};
}

// What there is to say beside the numbers, each in a line.
std::vector<std::string> notes_of(const Members& source) {
  std::vector<std::string> out;
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
    out.push_back(rows_text(skipped) + (skipped == "1" ? " was" : " were") + " never read");
  const std::string uncertain = source.object("lag").number("uncertain");
  if (uncertain != "0") {
    out.push_back(rows_text(uncertain) +
                  (uncertain == "1" ? " is uncertain: it" : " are uncertain: they") +
                  " may or may not have been read");
  }
  const std::string slot = source.object("lag").text("slot");
  if (!slot.empty() && slot != "reserved") out.push_back("the slot is " + slot);
  const Members oldest = source.object("oldesttransaction");
  if (!oldest.is_empty()) {
    const std::string pid = oldest.number("pid");
    out.push_back("oldest transaction: " + duration_text(oldest.real("seconds")) + ", " +
                  (pid == "0" ? "" : "pid " + pid + ", ") + oldest.text("holder"));
  }
  return out;
}

std::string table_text(const std::vector<std::string_view>& sources) {
  std::vector<Row> rows = {kHeads};
  for (const std::string_view source : sources) rows.push_back(row_of(Members(source)));
  std::vector<std::size_t> widths(kHeads.size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (std::size_t n = 0; n < rows.size(); ++n) {
    for (std::size_t i = 0; i < rows[n].size(); ++i) {
      const bool is_last = i + 1 == rows[n].size();
      const std::string pad(widths[i] - rows[n][i].size(), ' ');
      const bool is_number = i >= 3 && i <= 8;
      out.append(is_number ? pad + rows[n][i] : rows[n][i] + (is_last ? "" : pad));
      out.append(is_last ? "\n" : "  ");
    }
    if (n == 0) continue;
    for (const std::string& note : notes_of(Members(sources[n - 1]))) {
      out.append("  ").append(note).append("\n");
    }
  }
  return out;
}

// In JSON a line end stands between values only.
std::string one_line(std::string_view json) {
  std::string out(json);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return out + "\n";
}

}  // namespace

Result<OutboxStatusText> outbox_status_text(std::string_view answer, OutputFormat format) {
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
    out.text = one_line(answer);
  } else if (format == OutputFormat::kJsonl) {
    for (const std::string_view source : sources) out.text.append(one_line(source));
  } else if (!sources.empty()) {
    out.text = table_text(sources);
  }
  return out;
}

}  // namespace courtside
