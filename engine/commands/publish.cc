#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>

#include "base/hash.h"
#include "base/json.h"
#include "base/mailbox.h"
#include "base/utf8.h"
#include "engine/commands/client.h"
#include "engine/commands/commands.h"
#include "schema/cloudevent.h"

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
  return list + "]," + std::string(event.substr(brace + 1));
}

// One line of input, or its end.
struct Line {
  std::string text;
  std::uint64_t number = 0;
  bool is_end = false;
};

class Publishing {
 public:
  Publishing(const PublishCommand& command, const Remote& remote)
      : command_(command),
        lines_(kLinesWaitingMax, [this] { loop_.wake(); }),
        session_(loop_, remote,
                 {.on_welcome = [this](const ServerWords&) { ready_ = true, send_more(); },
                  .on_message = [this](const ServerWords& words) { on_message(words); },
                  .on_closed = [this](const Error& error) { on_closed(error); }}) {}

  ~Publishing() {
    lines_.close();
    if (reader_.joinable()) reader_.join();
  }

  int run() {
    loop_.set_on_wake([this] { send_more(); });
    start_reading();
    show_progress();
    loop_.run();
    if (isatty(STDERR_FILENO) != 0 && total_ > 1) std::fputc('\n', stderr);
    return failure_ ? report(*failure_) : 0;
  }

 private:
  void start_reading() {
    if (command_.input == PublishCommand::Input::kFlags) {
      lines_.post({event_from_flags(command_), 1, false});
      lines_.post({{}, 0, true});
      return;
    }
    // Input may come slowly (a pipe), so it is read beside the loop.
    reader_ = std::thread([this] {
      std::ifstream file;
      if (command_.input == PublishCommand::Input::kFile) file.open(command_.file);
      std::istream& in = command_.input == PublishCommand::Input::kFile ? file : std::cin;
      std::string text;
      for (std::uint64_t number = 1; std::getline(in, text); ++number) {
        if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
        lines_.post_when_room({std::move(text), number, false});
      }
      lines_.post({{}, 0, true});
    });
  }

  void send_more() {
    if (closing_ || !ready_) return;
    while (in_flight_.size() < command_.in_flight) {
      if (taken_index_ == taken_.size()) {
        lines_.take_all(taken_);
        taken_index_ = 0;
        if (taken_.empty()) break;
      }
      Line line = std::move(taken_[taken_index_++]);
      if (line.is_end) {
        at_end_ = true;
        break;
      }
      send_line(line);
      if (closing_) return;
    }
    if (at_end_ && in_flight_.empty()) close();
  }

  void send_line(const Line& line) {
    const std::string event = with_channels(line.text, command_.channels);
    // Judged here too, so that a bad line is named by its number.
    const Result<IncomingEvent> parsed = parse_cloudevent(event, now());
    if (!parsed) {
      failure_ = Error{parsed.error().code,
                       "line " + std::to_string(line.number) + ": " + parsed.error().message};
      close();
      return;
    }
    const std::uint64_t request = ++total_;
    std::string message = "{\"type\":\"publish\",\"id\":" + std::to_string(request);
    if (parsed->expected_version) {
      message.append(",\"expectedversion\":").append(std::to_string(*parsed->expected_version));
    }
    message.append(",\"event\":").append(event).append("}");
    in_flight_.emplace(request, EventView(parsed->event).id());
    session_.send(message);
  }

  void on_message(const ServerWords& words) {
    if (words.is("ok")) {
      const auto found = in_flight_.find(words.number("id"));
      if (found == in_flight_.end()) return;
      print(found->second, words);
      in_flight_.erase(found);
      ++acknowledged_;
      send_more();
    } else if (words.is("error")) {
      const auto code = code_from_name(words.text("code"));
      failure_ = Error{code.value_or(Code::internal), words.text("message")};
      close();
    }
  }

  void print(const std::string& id, const ServerWords& ok) {
    const std::string position = ok.text("position");
    const bool duplicate = ok.member("duplicate").raw == "true";
    if (command_.output == OutputFormat::kTable) {
      std::printf("%-24s %s version %llu%s\n", position.c_str(), id.c_str(),
                  static_cast<unsigned long long>(ok.number("subjectversion")),
                  duplicate ? " (known already)" : "");
      return;
    }
    if (command_.output == OutputFormat::kCsv) {
      std::printf("%s,%s,%llu,%s\n", id.c_str(), position.c_str(),
                  static_cast<unsigned long long>(ok.number("subjectversion")),
                  duplicate ? "true" : "false");
      return;
    }
    JsonObject line;
    line.text("id", id)
        .text("position", position)
        .number("subjectversion", ok.number("subjectversion"))
        .boolean("duplicate", duplicate);
    std::printf("%s\n", line.take().c_str());
  }

  void show_progress() {
    if (isatty(STDERR_FILENO) == 0) return;
    loop_.start_timer(kProgressMs, [this] {
      if (closing_) return;
      std::fprintf(stderr, "\r%llu published", static_cast<unsigned long long>(acknowledged_));
      show_progress();
    });
  }

  void close() {
    closing_ = true;
    session_.close();
  }

  void on_closed(const Error& error) {
    if (!closing_) {
      failure_ = Error{error.code, error.message + "; " + count_text(acknowledged_, "event") +
                                       (acknowledged_ == 1 ? " was" : " were") +
                                       " acknowledged, the rest may be sent again"};
    }
    closing_ = true;
    loop_.request_stop();
  }

  const PublishCommand& command_;
  Loop loop_;
  Mailbox<Line> lines_;
  std::vector<Line> taken_;
  std::size_t taken_index_ = 0;
  bool ready_ = false;
  bool at_end_ = false;
  bool closing_ = false;
  std::uint64_t total_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::unordered_map<std::uint64_t, std::string> in_flight_;  // request -> event id
  std::optional<Error> failure_;
  std::thread reader_;
  ClientSession session_;
};

}  // namespace

int run_publish(const PublishCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  if (command.input == PublishCommand::Input::kFile && !std::ifstream(command.file)) {
    return report({Code::no_input, "cannot open " + command.file});
  }
  const bool is_json = is_utf8(command.data) && !read_json(command.data).is(JsonKind::kNone);
  if (!command.data.empty() && !is_json) {
    return report({Code::bad_usage, "publish: --data is not JSON"});
  }
  return Publishing(command, *remote).run();
}

}  // namespace courtside
