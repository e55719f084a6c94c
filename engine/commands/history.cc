#include <algorithm>
#include <cstdio>
#include <string>

#include "engine/commands/client.h"
#include "engine/commands/commands.h"
#include "engine/commands/events_download.h"
#include "engine/commands/table_text.h"

namespace courtside {
namespace {

constexpr std::size_t kDataColumnBytes = 80;
constexpr std::size_t kTimeToMsBytes = 23;  // up to the millisecond

void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

class Showing {
 public:
  explicit Showing(const HistoryCommand& command) : command_(command) {}

  int run() {
    const Result<Remote> remote = open_remote(command_);
    if (!remote) return report(remote.error());
    const bool csv = command_.output == OutputFormat::kCsv;
    Result<EventsDownload> download = EventsDownload::open(
        *remote, events_path(command_.ask), csv ? EventsDownload::kCsv : EventsDownload::kNdjson);
    if (!download) return report(download.error());
    for (;;) {
      const Result<std::string_view> line = download->next_line();
      if (!line) return report(line.error());
      if (line->empty()) break;
      if (const auto offset = offset_of_line(*line, csv)) {
        show(*line);
        ++shown_;
        if (!output_goes()) break;
      } else {
        put(*line);  // the head of the columns
      }
    }
    if (command_.output == OutputFormat::kJson) put(shown_ == 0 ? "[]\n" : "\n]\n");
    return shown_ > 0 ? 0 : nothing_found("no event that these filters ask for and you may read");
  }

 private:
  void show(std::string_view line) {
    switch (command_.output) {
      case OutputFormat::kCsv:
      case OutputFormat::kJsonl: return put(line);
      case OutputFormat::kJson:
        put(shown_ == 0 ? "[\n" : ",\n");
        return put(line.substr(0, line.size() - 1));
      case OutputFormat::kTable: return show_columns(ServerWords(line));
    }
  }

  static void show_columns(const ServerWords& event) {
    std::string sequence = event.text("sequence");
    sequence.erase(0, std::min(sequence.find_first_not_of('0'), sequence.size()));
    std::string time = event.text("recordedtime").substr(0, kTimeToMsBytes);
    std::replace(time.begin(), time.end(), 'T', ' ');
    std::printf("%10s  %s  %-24s %-24s %-16s %s\n", sequence.c_str(), time.c_str(),
                for_terminal(event.text("type")).c_str(),
                for_terminal(event.text("subject")).c_str(),
                for_terminal(event.text("actorid")).c_str(),
                for_terminal(event.member("data").raw, kDataColumnBytes).c_str());
  }

  const HistoryCommand& command_;
  std::uint64_t shown_ = 0;
};

}  // namespace

int run_history(const HistoryCommand& command) { return Showing(command).run(); }

}  // namespace courtside
