// Lists of states, page by page to their end: a venue's slots, an account's notifications.
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/percent.h"
#include "cli/commands/command_client.h"
#include "cli/commands/command_http.h"
#include "cli/commands/commands.h"
#include "cli/commands/events_download.h"
#include "cli/terminal/table.h"
#include "cli/terminal/table_text.h"
#include "cli/terminal/zone.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

// As many rows decide how wide the columns are.
constexpr std::size_t kListRowsKept = 200;

std::string time_cell(const ServerWords& words, std::string_view name) {
  return Zone::text(words.text(name), Zone::Form::kSeconds);
}

std::string text_cell(const ServerWords& words, std::string_view name) {
  const std::string text = words.text(name);
  return for_terminal(text.empty() ? "-" : text);
}

std::vector<Column> columns_of(ListCommand::Of of, const Zone& zone) {
  const Column time = {
      .head = zone.head("TIME"), .fit = Fit::kWhole, .width = 19, .paint = Paint::kDim};
  if (of == ListCommand::Of::kCalendar) {
    return {time,
            {.head = "SLOT", .fit = Fit::kWhole},
            {.head = "STATUS"},
            {.head = "HOLDER", .fit = Fit::kWhole},
            {.head = "PRICE", .fit = Fit::kRest, .min_width = 16}};
  }
  return {time,
          {.head = "NOTICE", .fit = Fit::kWhole},
          {.head = "KIND"},
          {.head = "BOOKING", .fit = Fit::kWhole},
          {.head = "READ", .fit = Fit::kRest, .min_width = 19}};
}

Cell status_cell(const std::string& status) {
  return {status, status == "available" ? Paint::kGreen
                  : status == "booked"  ? Paint::kBold
                                        : Paint::kPlain};
}

class Listing {
 public:
  Listing(const ListCommand& command, Remote remote)
      : command_(command),
        remote_(std::move(remote)),
        zone_(command.table.zone),
        table_(columns_of(command.of, zone_), command.table.screen, {.rows_kept = kListRowsKept}) {}

  int run() {
    std::string next;
    do {
      const Result<std::string> page = ask_server(remote_, {.path = path(next)});
      if (!page) return report(page.error());
      const ServerWords words(*page);
      if (at_.empty()) at_ = words.text("position");
      if (next.empty() && !words.text("earliest").empty()) {
        say("events up to " + for_terminal(words.text("earliest")) + " are gone");
      }
      show_all(words.member(is_calendar() ? "slots" : "notifications").raw);
      next = words.text("next");
    } while (!next.empty() && output_goes());
    if (command_.output == OutputFormat::kTable && shown_ > 0) put(table_.finish());
    if (command_.output == OutputFormat::kJson) std::fputs(shown_ == 0 ? "[]\n" : "\n]\n", stdout);
    if (shown_ > 0) return 0;
    return nothing_found(is_calendar() ? format("no slot of venue {} at that time", command_.id)
                                       : "no such notification of account " + command_.id);
  }

 private:
  bool is_calendar() const { return command_.of == ListCommand::Of::kCalendar; }

  // All pages of a calendar are of one moment: that of the first.
  std::string path(const std::string& next) const {
    std::string path = is_calendar() ? "/v1/venues/" : "/v1/users/";
    append_percent_encoded(path, command_.id);
    path.append(is_calendar() ? "/calendar" : "/notifications");
    for (const auto& [name, value] : command_.parameters) {
      if (name != "at" || next.empty()) append_parameter(path, name, value);
    }
    if (next.empty()) return path;
    if (is_calendar()) append_parameter(path, "at", at_);
    append_parameter(path, "after", next);
    return path;
  }

  void show_all(std::string_view items) {
    JsonReader reader(items);
    if (!reader.begin_array()) return;
    while (reader.next_element()) show(reader.value().raw);
  }

  void show(std::string_view item) {
    switch (command_.output) {
      case OutputFormat::kCsv:
      case OutputFormat::kJsonl: std::printf("%s\n", one_line(item).c_str()); break;
      case OutputFormat::kJson:
        std::printf("%s\n%s", shown_ == 0 ? "[" : ",", one_line(item).c_str());
        break;
      case OutputFormat::kTable:
        is_calendar() ? show_slot(ServerWords(item)) : show_notification(ServerWords(item));
        break;
    }
    ++shown_;
  }

  static void put(const std::string& text) { std::fputs(text.c_str(), stdout); }

  void show_slot(const ServerWords& slot) {
    put(table_.add({time_cell(slot, "start"), text_cell(slot, "slotId"),
                    status_cell(text_cell(slot, "status")), text_cell(slot, "holder"),
                    for_terminal(one_line(slot.member("price").raw))}));
  }

  void show_notification(const ServerWords& notification) {
    put(table_.add({time_cell(notification, "created"), text_cell(notification, "id"),
                    text_cell(notification, "kind"), text_cell(notification, "bookingId"),
                    time_cell(notification, "read")}));
    JsonReader deliveries(notification.member("deliveries").raw);
    if (!deliveries.begin_array()) return;
    while (deliveries.next_element()) show_delivery(ServerWords(deliveries.value().raw));
  }

  // A line for each step, the oldest first.
  void show_delivery(const ServerWords& delivery) {
    const std::string begin =
        format("  {}, attempt {}", text_cell(delivery, "channel"), delivery.number("attempt"));
    std::vector<std::pair<std::string, const char*>> steps;  // the server's times sort as text
    for (const char* step : {"dispatched", "failed", "delivered"}) {
      if (std::string at = delivery.text(step); !at.empty()) steps.emplace_back(at, step);
    }
    std::stable_sort(steps.begin(), steps.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [at, step] : steps) {
      const bool is_bad = std::string_view(step) == "failed";
      put(table_.add_note(format("{}: {} {}", begin, step, Zone::text(at, Zone::Form::kSeconds)),
                          is_bad ? Paint::kRed : Paint::kDim));
    }
  }

  const ListCommand& command_;
  const Remote remote_;
  const Zone zone_;
  Table table_;
  std::string at_;  // the position of the first page
  std::uint64_t shown_ = 0;
};

}  // namespace

int run_list(const ListCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  return Listing(command, *remote).run();
}

}  // namespace courtside
