#include <cstdio>
#include <string>

#include "cli/commands/command_client.h"
#include "cli/commands/commands.h"
#include "cli/commands/event_table.h"
#include "cli/commands/events_download.h"
#include "schema/position.h"

namespace courtside {
namespace {

// As many rows decide how wide the columns are.
constexpr std::size_t kRowsKept = 200;

void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

class Showing {
 public:
  explicit Showing(const HistoryCommand& command)
      : command_(command), table_(command.table, kRowsKept) {}

  int run() {
    const Result<Remote> remote = open_remote(command_);
    if (!remote) return report(remote.error());
    const bool csv = command_.output == OutputFormat::kCsv;
    Result<EventsDownload> download = EventsDownload::open(
        *remote, events_path(command_.ask), csv ? EventsDownload::kCsv : EventsDownload::kNdjson);
    if (!download) return report(download.error());
    const std::string through = download->through();
    epoch_ = through.substr(0, through.find(':'));
    for (;;) {
      const Result<std::string_view> line = download->next_line();
      if (!line) return report(line.error());
      if (line->empty()) break;
      if (const auto offset = offset_of_line(*line, csv)) {
        show(*line, *offset);
        ++shown_;
        if (!output_goes()) break;
      } else {
        put(*line);  // the head of the columns
      }
    }
    if (command_.output == OutputFormat::kTable && shown_ > 0) put(table_.finish());
    if (command_.output == OutputFormat::kJson) put(shown_ == 0 ? "[]\n" : "\n]\n");
    return shown_ > 0 ? 0 : nothing_found("no event that these filters ask for and you may read");
  }

 private:
  void show(std::string_view line, std::uint64_t offset) {
    switch (command_.output) {
      case OutputFormat::kCsv:
      case OutputFormat::kJsonl: return put(line);
      case OutputFormat::kJson:
        put(shown_ == 0 ? "[\n" : ",\n");
        return put(line.substr(0, line.size() - 1));
      case OutputFormat::kTable:
        return put(table_.add(format_position(epoch_, Offset(offset)), ServerWords(line)));
    }
  }

  const HistoryCommand& command_;
  EventTable table_;
  std::string epoch_;
  std::uint64_t shown_ = 0;
};

}  // namespace

int run_history(const HistoryCommand& command) { return Showing(command).run(); }

}  // namespace courtside
