#include "cli/commands/event_table.h"

#include "cli/terminal/table_text.h"

namespace courtside {
namespace {

constexpr std::size_t kNarrowColumns = 100;
// A terminal of 10,000 columns shows no more of `data` than this.
constexpr std::size_t kDataBytes = 40'000;

std::vector<Column> columns_for(const Zone& zone, bool is_narrow) {
  const std::string time = is_narrow ? zone.offset(now()) : zone.head("TIME");
  return {
      {.head = "POSITION", .fit = Fit::kWhole, .width = 12, .paint = Paint::kCyan},
      {.head = time,
       .fit = Fit::kWhole,
       .width = is_narrow ? std::size_t{8} : std::size_t{23},
       .paint = Paint::kDim},
      {.head = "TYPE", .fit = Fit::kCut, .width = is_narrow ? std::size_t{17} : std::size_t{22}},
      {.head = "SUBJECT",
       .fit = Fit::kWhole,
       .width = is_narrow ? std::size_t{14} : std::size_t{20}},
      {.head = "ACTOR", .fit = Fit::kWhole, .width = is_narrow ? std::size_t{7} : std::size_t{10}},
      {.head = "DATA", .fit = Fit::kRest, .min_width = 10}};
}

bool is_narrow(const Screen& screen) {
  return screen.columns > 0 && screen.columns < kNarrowColumns;
}

}  // namespace

EventTable::EventTable(const TableOptions& options, std::size_t rows_kept)
    : screen_(options.screen),
      zone_(options.zone),
      is_narrow_(is_narrow(screen_)),
      table_(columns_for(zone_, is_narrow_), screen_, {.rows_kept = rows_kept}) {}

std::string EventTable::add(const std::string& position, const ServerWords& event) {
  const std::string at = event.text("recordedtime");
  std::string out;
  if (is_narrow_) {
    const std::string day = Zone::text(at, Zone::Form::kDay);
    if (day != day_) out = table_.add_note(day, Paint::kDim);
    day_ = day;
  }
  const std::string data = one_line(event.member("data").raw);
  return out +
         table_.add({for_terminal(position),
                     Zone::text(at, is_narrow_ ? Zone::Form::kClock : Zone::Form::kMilliseconds),
                     for_terminal(event.text("type")), for_terminal(event.text("subject")),
                     for_terminal(event.text("actorid")),
                     screen_.columns == 0 ? for_terminal(data) : for_terminal(data, kDataBytes)});
}

}  // namespace courtside
