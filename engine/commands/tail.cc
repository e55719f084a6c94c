#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "engine/commands/client.h"
#include "engine/commands/commands.h"
#include "engine/commands/table_text.h"

namespace courtside {
namespace {

constexpr std::uint64_t kRetryMsMin = 250;
constexpr std::uint64_t kRetryMsMax = 10'000;
constexpr std::size_t kDataColumnBytes = 80;
// From connecting to `welcome`, which says how long the server may be silent. A server may have to
// ask its database who is there.
constexpr std::uint64_t kWelcomeMsMax = 20'000;

using Clock = std::chrono::steady_clock;

// Line breaks outside strings become spaces: within JSON strings they are escaped already.
std::string one_line(std::string_view json) {
  std::string line(json);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

std::string csv_cell(std::string text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  for (std::size_t i = 0; (i = text.find('"', i)) != std::string::npos; i += 2)
    text.insert(i, "\"");
  return "\"" + text + "\"";
}

class Tailing {
 public:
  Tailing(const TailCommand& command, const Remote& remote)
      : command_(command), remote_(remote), from_(command.from) {}

  int run() {
    connect();
    loop_.run();
    if (failure_) return report(*failure_);
    return shown_ > 0 || command_.follow ? 0 : 1;
  }

 private:
  void connect() {
    session_ = std::make_unique<ClientSession>(
        loop_, remote_,
        ClientSession::Events{.on_welcome = [this](const ServerWords& words) { on_welcome(words); },
                              .on_message = [this](const ServerWords& words) { on_message(words); },
                              .on_closed = [this](const Error& error) { on_closed(error); }});
    bear_silence(kWelcomeMsMax);
  }

  void on_welcome(const ServerWords& words) {
    bear_silence(2 * words.number("heartbeat"));
    subscribe();
  }

  // Something comes at every heartbeat. When two pass in silence the connection is dead, although
  // nobody said so: a cable was pulled, or a proxy has forgotten it.
  void bear_silence(std::uint64_t ms_max) {
    silence_ms_max_ = ms_max;
    heard_ = Clock::now();
    loop_.cancel_timer(silence_timer_);
    await_silence(ms_max);
  }

  // The loop's time stands still while stdout takes nothing, and nothing is read by then: silence
  // is counted from the end of that, by a clock that goes on.
  void await_silence(std::uint64_t wait_ms) {
    silence_timer_ = loop_.start_timer(wait_ms, [this] {
      const auto silence =
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - heard_);
      const auto silence_ms = static_cast<std::uint64_t>(silence.count());
      if (silence_ms >= silence_ms_max_) return session_->abort();
      await_silence(silence_ms_max_ - silence_ms);
    });
  }

  void subscribe() {
    JsonObject message;
    message.text("type", "subscribe")
        .number("id", 1)
        .number("sub", 1)
        .texts("channels", command_.channels)
        .raw("from", from_json());
    if (!command_.types.empty()) message.texts("types", command_.types);
    if (command_.speed > 0) message.number("speed", command_.speed);
    session_->send(message.take());
  }

  std::string from_json() const {
    JsonObject from;
    switch (from_.kind) {
      case protocol::From::Kind::kNow: return "\"now\"";
      case protocol::From::Kind::kEarliest: return "\"earliest\"";
      case protocol::From::Kind::kAfter: from.text("after", from_.after); break;
      case protocol::From::Kind::kLast: from.number("last", from_.last); break;
      case protocol::From::Kind::kSince: from.text("since", format_rfc3339(from_.since)); break;
    }
    return from.take();
  }

  void on_message(const ServerWords& words) {
    take(words);
    heard_ = Clock::now();
  }

  void take(const ServerWords& words) {
    if (words.is("event")) {
      // The cursor moves after the event was shown: what is cut off in between comes again.
      show(words.text("position"), words.member("event").raw);
      resume_after(words.text("position"));
    } else if (words.is("subscribed")) {
      retry_ms_ = 0;
      // Not before the server has taken the question: an error is no table.
      if (!was_subscribed_ && command_.output == OutputFormat::kCsv) {
        std::puts("position,recordedtime,type,subject,data");
        std::fflush(stdout);
      }
      was_subscribed_ = true;
      resume_after(words.text("after"));
    } else if (words.is("live")) {
      is_live_ = true;
      resume_after(words.text("position"));
      if (!command_.follow) finish();
    } else if (words.is("behind")) {
      is_live_ = false;
    } else if (words.is("progress")) {
      if (is_live_) resume_after(words.text("position"));
    } else if (words.is("gap")) {
      tell_gap(words.text("from"), words.text("to"), words.text("reason"));
      resume_after(words.text("to"));
    } else if (words.is("error") || words.is("unsubscribed")) {
      const auto code = code_from_name(words.text("code"));
      const std::string why = words.text("message");
      failure_ = Error{code.value_or(Code::internal), why.empty() ? "the right has ended" : why};
      finish();
    }
  }

  static void tell_gap(const std::string& from, const std::string& to, const std::string& reason) {
    if (reason != "epoch") {
      std::fprintf(stderr, "courtside: %s to %s are gone (%s)\n", from.c_str(), to.c_str(),
                   reason.c_str());
      return;
    }
    const std::string epoch = to.substr(0, to.find(':'));
    const bool is_foreign = from.substr(0, from.find(':')) != epoch;
    std::fprintf(stderr, "courtside: %s is %s; beginning at the earliest event of %s\n",
                 from.c_str(), is_foreign ? "of another log" : "beyond the end of the log",
                 epoch.c_str());
  }

  void resume_after(std::string position) {
    from_ = {
        .kind = protocol::From::Kind::kAfter, .after = std::move(position), .last = 0, .since = {}};
  }

  void show(const std::string& position, std::string_view event) {
    ++shown_;
    if (command_.output == OutputFormat::kJson || command_.output == OutputFormat::kJsonl) {
      std::printf("%s\n", one_line(event).c_str());
    } else {
      show_columns(position, ServerWords(event));
    }
    std::fflush(stdout);  // somebody may be waiting at the other end of a pipe
    if (!output_goes()) finish();
  }

  void show_columns(const std::string& position, const ServerWords& event) {
    const std::string data = one_line(event.member("data").raw);
    if (command_.output == OutputFormat::kCsv) {
      std::printf("%s,%s,%s,%s,%s\n", position.c_str(), event.text("recordedtime").c_str(),
                  csv_cell(event.text("type")).c_str(), csv_cell(event.text("subject")).c_str(),
                  csv_cell(data).c_str());
      return;
    }
    std::printf(
        "%-16s %s  %-24s %-24s %s\n", position.c_str(),
        event.text("recordedtime").substr(11, 12).c_str(), for_terminal(event.text("type")).c_str(),
        for_terminal(event.text("subject")).c_str(), for_terminal(data, kDataColumnBytes).c_str());
  }

  void finish() {
    finished_ = true;
    session_->close();
  }

  void on_closed(const Error& error) {
    loop_.cancel_timer(silence_timer_);
    is_live_ = false;
    const bool is_gone = error.code == Code::unavailable && !is_for_good(error);
    const bool gives_up = retry_ms_ > kRetryMsMax && !was_subscribed_;
    if (finished_ || !command_.follow || !is_gone || gives_up) {
      if (!finished_) failure_ = error;
      loop_.request_stop();
      return;
    }
    // Following means staying: come back and go on behind what was shown, however long the server
    // is away. One that was never reached is a wrong address rather than a restart.
    retry_ms_ = retry_ms_ == 0 ? kRetryMsMin : retry_ms_ * 2;
    std::fprintf(stderr, "courtside: %s; trying again\n", error.message.c_str());
    loop_.start_timer(std::min(retry_ms_, kRetryMsMax), [this] { connect(); });
  }

  const TailCommand& command_;
  const Remote remote_;
  protocol::From from_;
  Loop loop_;
  std::unique_ptr<ClientSession> session_;
  std::uint64_t shown_ = 0;
  std::uint64_t retry_ms_ = 0;
  Clock::time_point heard_;  // when the last message had been shown
  std::uint64_t silence_ms_max_ = 0;
  TimerId silence_timer_;
  bool is_live_ = false;         // everything up to `progress` has been shown
  bool was_subscribed_ = false;  // once at least
  bool finished_ = false;
  std::optional<Error> failure_;
};

}  // namespace

int run_tail(const TailCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  return Tailing(command, *remote).run();
}

}  // namespace courtside
