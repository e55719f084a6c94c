// Events of a running server as lines, as GET /v1/events streams them. Threads: the main one; it
// blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/arguments/command_line.h"
#include "cli/remote/download.h"

namespace courtside {

// "?name=value" or "&name=value", percent-encoded.
void append_parameter(std::string& path, std::string_view name, std::string_view value);
// "/v1/events?channel=..."; `export_name` empty: it is none.
std::string events_path(const HistoryAsk& ask, std::string_view export_name = {});

class EventsDownload {
 public:
  static constexpr std::string_view kNdjson = "application/x-ndjson";
  static constexpr std::string_view kCsv = "text/csv";

  // Errors as the server's problem document has them.
  static Result<EventsDownload> open(const Remote& remote, const std::string& path,
                                     std::string_view media);

  // The next line, with its end; empty after the last. Valid until the next call. unavailable where
  // the answer was cut off.
  Result<std::string_view> next_line();

  // What is asked for lies behind `after`, up to and with `through`.
  std::string after() const { return header("courtside-after"); }
  std::string through() const { return header("courtside-through"); }

 private:
  explicit EventsDownload(std::unique_ptr<RemoteDownload> download)
      : download_(std::move(download)) {}
  std::string header(std::string_view name) const;

  std::unique_ptr<RemoteDownload> download_;
  std::string text_;
  std::size_t taken_ = 0;  // of text_
};

// The offset of an event in a line of either form; empty where the line has none.
std::optional<std::uint64_t> offset_of_line(std::string_view line, bool csv);

}  // namespace courtside
