// Lists of states, page by page to their end: a venue's slots, an account's notifications.
#include <cstdio>
#include <string>

#include "base/percent.h"
#include "engine/commands/client.h"
#include "engine/commands/commands.h"
#include "engine/commands/events_download.h"
#include "engine/commands/http.h"
#include "engine/commands/table_text.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

constexpr std::size_t kTimeToSecondBytes = 19;  // up to the second

// Line breaks outside strings become spaces: within JSON strings they are escaped already.
std::string one_line(std::string_view json) {
  std::string line(json);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

std::string time_cell(const ServerWords& words, std::string_view name) {
  std::string time = words.text(name).substr(0, kTimeToSecondBytes);
  std::replace(time.begin(), time.end(), 'T', ' ');
  return for_terminal(time.empty() ? "-" : time);
}

std::string text_cell(const ServerWords& words, std::string_view name) {
  const std::string text = words.text(name);
  return for_terminal(text.empty() ? "-" : text);
}

class Listing {
 public:
  Listing(const ListCommand& command, Remote remote)
      : command_(command), remote_(std::move(remote)) {}

  int run() {
    std::string next;
    do {
      const Result<std::string> page = ask_server(remote_, {.path = path(next)});
      if (!page) return report(page.error());
      const ServerWords words(*page);
      if (at_.empty()) at_ = words.text("position");
      if (next.empty() && !words.text("earliest").empty()) {
        std::fprintf(stderr, "courtside: events up to %s are gone\n",
                     for_terminal(words.text("earliest")).c_str());
      }
      show_all(words.member(is_calendar() ? "slots" : "notifications").raw);
      next = words.text("next");
    } while (!next.empty() && output_goes());
    if (command_.output == OutputFormat::kJson) std::fputs(shown_ == 0 ? "[]\n" : "\n]\n", stdout);
    if (shown_ > 0) return 0;
    return nothing_found(is_calendar() ? "no slot of venue " + command_.id + " at that time"
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

  static void show_slot(const ServerWords& slot) {
    std::string price(slot.member("price").raw);
    std::printf("%s  %-24s %-12s %-16s %s\n", time_cell(slot, "start").c_str(),
                text_cell(slot, "slotId").c_str(), text_cell(slot, "status").c_str(),
                text_cell(slot, "holder").c_str(), for_terminal(one_line(price)).c_str());
  }

  static void show_notification(const ServerWords& notification) {
    std::printf("%s  %-24s %-16s read %s\n", time_cell(notification, "created").c_str(),
                text_cell(notification, "kind").c_str(),
                text_cell(notification, "bookingId").c_str(),
                time_cell(notification, "read").c_str());
    JsonReader deliveries(notification.member("deliveries").raw);
    if (!deliveries.begin_array()) return;
    while (deliveries.next_element()) {
      const ServerWords delivery(deliveries.value().raw);
      std::printf("    %-10s dispatched %s  delivered %s  failed %s  attempt %llu\n",
                  text_cell(delivery, "channel").c_str(), time_cell(delivery, "dispatched").c_str(),
                  time_cell(delivery, "delivered").c_str(), time_cell(delivery, "failed").c_str(),
                  static_cast<unsigned long long>(delivery.number("attempt")));
    }
  }

  const ListCommand& command_;
  const Remote remote_;
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
