#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/format.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mailbox.h"
#include "base/utf8.h"
#include "cli/commands/command_client.h"
#include "cli/commands/command_http.h"
#include "cli/commands/commands.h"
#include "cli/commands/input_lines.h"
#include "cli/terminal/progress_line.h"
#include "cli/terminal/table.h"
#include "cli/terminal/table_text.h"
#include "schema/cloudevent.h"
#include "schema/event_lines.h"

namespace courtside {
namespace {

constexpr std::size_t kLinesWaitingMax = 1024;
constexpr std::uint64_t kProgressMs = 500;

// The event that the flags describe, as a CloudEvent.
std::string event_from_flags(const PublishCommand& command) {
  JsonObject event;
  event.text("specversion", "1.0")
      .text("id", command.id.empty() ? random_word(20) : command.id)
      .text("source", command.source.empty() ? "/courtside/cli" : command.source)
      .text("type", command.type)
      .text("subject", command.subject);
  if (!command.time.empty()) event.text("time", command.time);
  if (!command.correlationid.empty()) event.text("correlationid", command.correlationid);
  if (command.expectedversion) event.number("expectedversion", *command.expectedversion);
  if (!command.data.empty()) event.raw("data", command.data);
  return event.take();
}

// The same object with one member more in front.
std::string with_channels(std::string_view event, const std::vector<std::string>& channels) {
  const auto brace = event.find('{');
  if (channels.empty() || brace == std::string_view::npos) return std::string(event);
  std::string list = "{\"channels\":[";
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (i > 0) list.push_back(',');
    append_json_string(list, channels[i]);
  }
  return format("{}],{}", list, event.substr(brace + 1));
}

// One line of input, or its end.
struct Line {
  std::string text;
  std::uint64_t number = 0;
  bool is_end = false;
  std::optional<Error> error = {};  // why it ended early
};

// What the server has not answered yet.
struct InFlight {
  std::string event_id;
  std::uint64_t line = 0;
};

// "/data/bookingId is missing" as it concerns the flags: "--data: bookingId is missing".
std::string by_flag(const std::string& message) {
  constexpr std::string_view kFlags[] = {
      "type", "subject", "id", "source", "data", "time", "correlationid", "expectedversion"};
  const std::size_t end = message.find_first_of("/ ", 1);
  if (!message.starts_with('/') || end == std::string::npos) return message;
  const std::string name = message.substr(1, end - 1);
  if (std::find(std::begin(kFlags), std::end(kFlags), name) == std::end(kFlags)) return message;
  return "--" + name + (message[end] == '/' ? ": " : " ") + message.substr(end + 1);
}

// The error of a request's body, which here is a line of the input.
Error of_line(Error error) {
  constexpr std::string_view kBody = "the body ";
  if (error.message.starts_with(kBody)) error.message.replace(0, kBody.size(), "the line ");
  error.code = Code::invalid_event;
  return error;
}

// When an event is refused, no further one is sent, and the answers to those on their way are
// awaited: they may be in the log.
class Publishing {
 public:
  // `input` null: the event of the flags.
  Publishing(const PublishCommand& command, const Remote& remote, std::unique_ptr<InputLines> input)
      : command_(command),
        remote_(remote),
        input_(std::move(input)),
        is_file_(input_ != nullptr),
        // Rows that are shown as they come are progress enough.
        shows_progress_(is_file_ && isatty(STDOUT_FILENO) == 0),
        table_({{.head = "POSITION", .fit = Fit::kWhole, .width = 16, .paint = Paint::kCyan},
                {.head = "ID", .fit = Fit::kWhole, .width = 20},
                {.head = "VERSION", .fit = Fit::kWhole, .is_number = true},
                {.head = "NOTE", .width = 13, .min_width = 1, .paint = Paint::kDim}},
               command.table.screen, {.rows_kept = 0}),
        lines_(kLinesWaitingMax, [this] { loop_.wake(); }),
        session_(loop_, remote,
                 {.on_welcome = [this](const ServerWords&) { begin(); },
                  .on_message = [this](const ServerWords& words) { on_message(words); },
                  .on_closed = [this](const Error& error) { on_closed(error); }}) {}

  ~Publishing() {
    lines_.close();
    if (input_ != nullptr) input_->stop();
    if (reader_.joinable()) reader_.join();
  }

  int run() {
    loop_.set_on_wake([this] { send_more(); });
    start_reading();
    show_progress();
    loop_.run();
    progress_.clear();
    if (failure_) return report({failure_->code, failure_->message + what_became_of_the_rest()});
    if (shows_progress_) {
      progress_.finish("published " + grouped_count_text(acknowledged_, "event"), acknowledged_);
    }
    return 0;
  }

 private:
  void start_reading() {
    if (input_ == nullptr) {
      lines_.post({event_from_flags(command_), 1, false});
      lines_.post({{}, 0, true});
      return;
    }
    // Input may come slowly (a pipe), so it is read beside the loop.
    reader_ = std::thread([this] {
      for (std::uint64_t number = 1;; ++number) {
        Result<std::optional<std::string>> line = input_->next();
        if (!line) return lines_.post({{}, 0, true, line.error()});
        if (!*line) return lines_.post({{}, 0, true});
        if ((*line)->find_first_not_of(" \t\r") == std::string::npos) continue;
        lines_.post_when_room({std::move(**line), number, false});
      }
    });
  }

  void begin() {
    ready_ = true;
    if (command_.output == OutputFormat::kCsv) {
      std::fputs("id,position,subjectversion,duplicate\r\n", stdout);
    }
    send_more();
  }

  void send_more() {
    if (closing_ || !ready_) return;
    while (!failure_ && !at_end_ && in_flight_.size() < command_.in_flight) {
      if (taken_index_ == taken_.size()) {
        lines_.take_all(taken_);
        taken_index_ = 0;
        if (taken_.empty()) break;
      }
      const Line line = std::move(taken_[taken_index_++]);
      if (line.is_end) {
        at_end_ = true;
        if (line.error) failure_ = line.error;
      } else {
        send_line(line);
      }
    }
    if ((at_end_ || failure_) && in_flight_.empty()) close();
  }

  void send_line(const Line& line) {
    const std::string event = with_channels(line.text, command_.channels);
    // Parsed here too: a file with a mistake in it ends before the mistake is sent.
    const Result<IncomingEvent> parsed = parse_cloudevent(event, now());
    if (!parsed) return refuse(line.number, of_line(parsed.error()));
    const std::uint64_t request = ++total_;
    std::string message = "{\"type\":\"publish\",\"id\":" + std::to_string(request);
    if (parsed->expected_version) {
      message.append(",\"expectedversion\":").append(std::to_string(*parsed->expected_version));
    }
    message.append(",\"event\":").append(event).append("}");
    in_flight_.emplace(request, InFlight{std::string(EventView(parsed->event).id()), line.number});
    unsent_line_ = line.number + 1;
    session_.send(message);
  }

  void on_message(const ServerWords& words) {
    const auto found = in_flight_.find(words.number("id"));
    if (words.is("ok")) {
      if (found == in_flight_.end()) return;
      print(found->second.event_id, words);
      in_flight_.erase(found);
      ++acknowledged_;
      send_more();
    } else if (words.is("error")) {
      const auto code = code_from_name(words.text("code"));
      const Error error =
          with_remedy(remote_, {code.value_or(Code::internal), words.text("message")});
      if (found == in_flight_.end()) {  // not about one event, but about all of the session
        if (!failure_) failure_ = error;
        return close();
      }
      const std::uint64_t line = found->second.line;
      in_flight_.erase(found);
      refuse(line, error);
      send_more();
    }
  }

  // Of several lines that are refused the first one is reported.
  void refuse(std::uint64_t line, const Error& error) {
    ++refused_;
    if (failure_ && line > failed_line_) return;
    failed_line_ = line;
    failure_ = Error{
        error.code, is_file_ ? format("line {}: {}", line, error.message) : by_flag(error.message)};
  }

  void print(const std::string& id, const ServerWords& ok) {
    const std::string position = ok.text("position");
    const std::string version = std::to_string(ok.number("subjectversion"));
    const bool duplicate = ok.member("duplicate").raw == "true";
    if (command_.output == OutputFormat::kTable) {
      // The heads come with the first row: an error has no table. They are as wide as most rows
      // need, so that the first row is not the measure of all.
      std::string text = acknowledged_ == 0 ? table_.finish() : "";
      text += table_.add({position, for_terminal(id), version, duplicate ? "known already" : ""});
      std::fputs(text.c_str(), stdout);
    } else if (command_.output == OutputFormat::kCsv) {
      std::string row;
      append_csv_cell(row, id);
      row.append("," + position + "," + version + (duplicate ? ",true\r\n" : ",false\r\n"));
      std::fputs(row.c_str(), stdout);
    } else {
      JsonObject line;
      line.text("id", id)
          .text("position", position)
          .number("subjectversion", ok.number("subjectversion"))
          .boolean("duplicate", duplicate);
      std::printf("%s\n", line.take().c_str());
    }
  }

  void show_progress() {
    if (!shows_progress_) return;
    loop_.start_timer(kProgressMs, [this] {
      if (closing_) return;
      progress_.show({.doing = "published", .unit = "events", .done = acknowledged_});
      show_progress();
    });
  }

  void close() {
    closing_ = true;
    session_.close();
  }

  void on_closed(const Error& error) {
    if (!closing_) {
      is_lost_ = ready_;
      if (!failure_) failure_ = error;
    }
    closing_ = true;
    loop_.request_stop();
  }

  // Lines that were taken count as well as those that are still to be read.
  bool has_unsent_lines() const {
    return !at_end_ && (taken_index_ == taken_.size() || !taken_[taken_index_].is_end);
  }

  // "; 1 event was acknowledged, lines from 2 on were not sent"
  std::string what_became_of_the_rest() const {
    if (!ready_) return "";
    if (!is_file_) {
      return is_lost_ && !in_flight_.empty()
                 ? "; it may have been stored: to send it again, add --id " +
                       in_flight_.begin()->second.event_id
                 : "";
    }
    std::string text;
    if (refused_ > 1) text = format(" (and {} refused)", count_text(refused_ - 1, "more line"));
    text += format("; {} {} acknowledged", count_text(acknowledged_, "event"),
                   acknowledged_ == 1 ? "was" : "were");
    std::uint64_t line = unsent_line_;
    for (const auto& [request, event] : in_flight_) line = std::min(line, event.line);
    const bool has_more = has_unsent_lines() || line < unsent_line_ || failed_line_ == line;
    if (!has_more) return text;
    return format("{}, lines from {} on {}", text, line,
                  is_lost_ ? "may be sent again" : "were not sent");
  }

  const PublishCommand& command_;
  const Remote remote_;
  const std::unique_ptr<InputLines> input_;
  const bool is_file_;  // or stdin: it has lines
  const bool shows_progress_;
  Table table_;
  ProgressLine progress_;
  Loop loop_;
  Mailbox<Line> lines_;
  std::vector<Line> taken_;
  std::size_t taken_index_ = 0;
  bool ready_ = false;
  bool at_end_ = false;
  bool closing_ = false;
  bool is_lost_ = false;  // the connection ended before the last answer
  std::uint64_t total_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t unsent_line_ = 1;                          // and those behind it were not sent
  std::uint64_t failed_line_ = 0;                          // that failure_ is about; 0: none
  std::unordered_map<std::uint64_t, InFlight> in_flight_;  // by request
  std::optional<Error> failure_;
  std::thread reader_;
  ClientSession session_;
};

}  // namespace

int run_publish(const PublishCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  const bool is_json = is_utf8(command.data) && !read_json(command.data).is(JsonKind::kNone);
  if (!command.data.empty() && !is_json) {
    return report({Code::bad_usage, "publish: --data is not JSON"});
  }
  std::unique_ptr<InputLines> input;
  if (command.input != PublishCommand::Input::kFlags) {
    const bool is_file = command.input == PublishCommand::Input::kFile;
    Result<std::unique_ptr<InputLines>> opened = InputLines::open(is_file ? command.file : "-");
    if (!opened) return report(opened.error());
    input = std::move(*opened);
  }
  return Publishing(command, *remote, std::move(input)).run();
}

}  // namespace courtside
