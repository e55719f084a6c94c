#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "base/format.h"
#include "base/json.h"
#include "base/time.h"
#include "cli/commands/command_client.h"
#include "cli/commands/commands.h"
#include "cli/commands/events_download.h"
#include "cli/commands/export_file.h"
#include "cli/commands/export_manifest.h"
#include "cli/terminal/progress_line.h"
#include "schema/position.h"

namespace courtside {
namespace {

constexpr std::size_t kNameLength = 20;
constexpr std::uint64_t kStateUs = 1'000'000;

// What is asked for, without where.
HistoryAsk without_place(HistoryAsk ask) {
  ask.after.clear();
  ask.before.clear();
  ask.limit = 0;
  return ask;
}

std::string filters_text(const std::string& asked) {
  return asked.empty() ? "no filters" : "the filters " + asked;
}

class Exporting {
 public:
  Exporting(const ExportCommand& command, Remote remote)
      : command_(command), remote_(std::move(remote)) {}

  int run() {
    if (const auto asked = command_.resume ? asked_of_whole_export(command_.file) : std::nullopt) {
      if (!command_.asked.empty() && command_.asked != *asked) {
        return report({Code::bad_usage, format("{} is complete, and was asked for with {}",
                                               command_.file, filters_text(*asked))});
      }
      say(command_.file + " is complete");
      return 0;
    }
    const Result<void> done = command_.file == "-" ? write_through() : write_file();
    progress_.clear();
    if (!done) return report(done.error());
    progress_.finish("exported " + grouped_count_text(written_, "event"), written_);
    return state_.events > 0 ? 0 : 1;
  }

 private:
  // ---- to stdout: no file, no state, no manifest

  Result<void> write_through() {
    begin_anew();
    Result<EventsDownload> download = open(rest());
    if (!download) return fail(download.error());
    state_.after = download->after();
    Compressor compressor(command_.coding);
    std::string out;
    for (;;) {
      const Result<std::string_view> line = take_line(*download);
      if (!line) return fail(line.error());
      out.clear();
      compressor.append(out, *line,
                        line->empty() ? Compressor::Then::kEnd : Compressor::Then::kMore);
      std::fwrite(out.data(), 1, out.size(), stdout);
      // Where stdout takes no more, main tells (finish_output).
      if (line->empty() || !output_goes()) return {};
    }
  }

  // ---- to a file

  Result<void> write_file() {
    if (const Result<void> taken = take_up(); !taken) return taken;
    Result<EventsDownload> download = open(rest());
    if (!download) {
      const std::optional<std::string> nothing = nothing_left(download.error());
      if (nothing) download = open(*nothing);
    }
    if (!download) return fail(download.error());
    if (state_.through.empty()) {
      state_.after = download->after();
      state_.through = download->through();
    } else if (!names_beginning() && state_.last.empty()) {
      state_.after = download->after();  // later than it was, where retention took of it
    }
    Result<ExportFile> file = ExportFile::open(command_.file, command_.coding, state_);
    if (!file) return fail(file.error());
    if (const Result<void> written = file->write_state(state_); !written) return written;
    if (const Result<void> written = write_lines(*download, *file); !written) {
      return fail(written.error().code, written.error().message + "; go on with --resume");
    }
    const Result<std::string> digest = file->finish();
    if (!digest) return fail(digest.error());
    state_.bytes = file->bytes();
    if (const Result<void> named =
            file->publish(export_manifest(command_, state_, resumed_, *digest));
        !named)
      return named;
    progress_.clear();
    std::fprintf(stderr, "%s: %s, SHA-256 %s\n", command_.file.c_str(),
                 count_text(state_.events, "event").c_str(), digest->c_str());
    return {};
  }

  // Where an export to this file was broken off, if it is to be resumed; else its beginning.
  Result<void> take_up() {
    begin_anew();
    if (!command_.resume) {
      if (command_.force) return {};
      if (is_file_there(state_of(command_.file))) {
        return fail(Code::bad_request, partial_of(command_.file) +
                                           " is there: `--resume` goes on, `--force` begins anew");
      }
      if (!is_file_there(command_.file)) return {};
      return fail(Code::bad_request, command_.file + " is there already: --force replaces it");
    }
    Result<std::optional<ExportState>> found = read_export_state(command_.file);
    if (!found) return fail(found.error());
    if (!*found) {
      return fail(
          Code::no_input,
          format("no export to {} was broken off: begin one without --resume", command_.file));
    }
    const bool is_same = command_.asked.empty() || command_.asked == (*found)->asked;
    if (!is_same || (*found)->form != state_.form) {
      return fail(Code::bad_usage,
                  format("the export to be resumed was asked for with {} and -o {}",
                         filters_text((*found)->asked), (*found)->form));
    }
    state_ = std::move(**found);
    resumed_ = true;
    return {};
  }

  void begin_anew() {
    state_.asked = command_.asked;
    state_.form = command_.csv ? "csv" : "jsonl";
    state_.name = random_word(kNameLength);
    state_.path = events_path(without_place(command_.ask), state_.name);
    state_.limit = command_.ask.limit;
    state_.started = format_rfc3339(now());
    state_.filter = export_filter(command_.ask);
  }

  // What of it is still to come, of the same part of the log.
  std::string rest() const {
    std::string path = state_.path;
    if (!resumed_) {
      if (!command_.ask.after.empty()) append_parameter(path, "after", command_.ask.after);
      if (!command_.ask.before.empty()) append_parameter(path, "before", command_.ask.before);
      if (state_.limit > 0) append_parameter(path, "limit", std::to_string(state_.limit));
      return path;
    }
    const bool has_all = state_.limit > 0 && state_.events == state_.limit;
    // Else it begins where the log does: a name for that could be gone by now.
    std::string after = names_beginning() ? state_.after : std::string();
    std::string before = behind(state_.through);
    if (has_all) {
      after = state_.through;
    } else if (!state_.last.empty()) {
      (descending() ? before : after) = state_.last;
    }
    if (!after.empty()) append_parameter(path, "after", after);
    append_parameter(path, "before", before);
    if (state_.limit > 0 && !has_all) {
      append_parameter(path, "limit", std::to_string(state_.limit - state_.events));
    }
    return path;
  }

  bool descending() const { return is_descending(state_); }
  bool names_beginning() const { return courtside::names_beginning(state_); }

  // A file that goes back ends where the log begins. Where that is behind its last event by now,
  // what is left of it is what this asks for: nothing. Empty when the error is another.
  std::optional<std::string> nothing_left(const Error& error) const {
    const bool goes_back = resumed_ && descending() && !names_beginning();
    if (!goes_back || error.code != Code::position_expired) return std::nullopt;
    const std::string earliest = ServerWords(error.details).text("earliest");
    const Result<Position> begin = parse_position(earliest);
    const Result<Position> last = parse_position(state_.last);
    const bool is_behind =
        begin && last && begin->epoch == last->epoch && next(begin->offset) > last->offset;
    if (!is_behind) return std::nullopt;
    std::string path = state_.path;
    append_parameter(path, "after", earliest);
    append_parameter(path, "before", behind(earliest));
    return path;
  }

  // The position of the next event.
  static std::string behind(const std::string& text) {
    Result<Position> position = parse_position(text);
    if (!position) return text;
    position->offset = next(position->offset);
    return format(*position);
  }

  Result<void> write_lines(EventsDownload& download, ExportFile& file) {
    ExportState at_block = state_;
    for (std::uint64_t saved_us = steady_us();;) {
      const Result<std::string_view> line = take_line(download);
      if (!line) return fail_at(line.error(), file, at_block);
      if (line->empty()) return {};
      const Result<bool> block = file.append(*line);
      if (!block) return fail(block.error());
      if (!*block) continue;
      at_block = state_;
      at_block.bytes = file.bytes();
      if (steady_us() - saved_us < kStateUs) continue;
      if (const Result<void> written = file.write_state(at_block); !written) return written;
      saved_us = steady_us();
    }
  }

  static Result<void> fail_at(const Error& error, ExportFile& file, const ExportState& at_block) {
    static_cast<void>(file.write_state(at_block));  // the one before it does, too
    return fail(error);
  }

  // ---- what both do

  Result<EventsDownload> open(const std::string& path) {
    return EventsDownload::open(remote_, path,
                                command_.csv ? EventsDownload::kCsv : EventsDownload::kNdjson);
  }

  // The next line, counted; the head of the columns once only.
  Result<std::string_view> take_line(EventsDownload& download) {
    for (;;) {
      const Result<std::string_view> line = download.next_line();
      if (!line || line->empty()) return line;
      const auto offset = offset_of_line(*line, command_.csv);
      if (!offset && state_.events > 0) continue;
      if (offset) count(*offset, download);
      return line;
    }
  }

  void count(std::uint64_t offset, const EventsDownload& download) {
    ++state_.events;
    ++written_;
    const std::string through = state_.through.empty() ? download.through() : state_.through;
    state_.last = through.substr(0, through.find(':') + 1) + std::to_string(offset);
    if (state_.first.empty()) state_.first = state_.last;
    if (written_ % 256 == 0) show_progress(offset, through);
  }

  // Of the part of the log that is asked for, since how much of it matches shows at the end alone.
  void show_progress(std::uint64_t offset, const std::string& through) {
    if (command_.file == "-" && stdout_is_terminal_) return;  // the lines are there themselves
    const Result<Position> begin = parse_position(state_.after);
    const Result<Position> end = parse_position(through);
    const bool is_known = begin && end && begin->offset < end->offset;
    const std::uint64_t total = is_known ? end->offset.value() - begin->offset.value() : 0;
    const std::uint64_t before = descending() && end ? end->offset.value() - offset + 1
                                 : begin             ? offset - begin->offset.value()
                                                     : 0;
    progress_.show({.doing = "exported",
                    .unit = "events",
                    .done = written_,
                    .part_done = std::min(before, total),
                    .part_total = total});
  }

  const ExportCommand& command_;
  const Remote remote_;
  ExportState state_;
  bool resumed_ = false;
  std::uint64_t written_ = 0;  // events, by this process
  const bool stdout_is_terminal_ = isatty(STDOUT_FILENO) != 0;
  ProgressLine progress_;
};

}  // namespace

int run_export(const ExportCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  return Exporting(command, *remote).run();
}

}  // namespace courtside
