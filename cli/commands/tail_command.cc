#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/format.h"
#include "base/json.h"
#include "cli/commands/command_client.h"
#include "cli/commands/command_http.h"
#include "cli/commands/commands.h"
#include "cli/commands/event_row.h"
#include "cli/commands/event_table.h"
#include "cli/terminal/table_text.h"

namespace courtside {
namespace {

constexpr std::uint64_t kRetryMsMin = 250;
constexpr std::uint64_t kRetryMsMax = 10'000;
// From connecting to `welcome`, which says how long the server may be silent. A server may have to
// ask its database who is there.
constexpr std::uint64_t kWelcomeMsMax = 20'000;

class Tailing {
 public:
  Tailing(const TailCommand& command, const Remote& remote)
      : command_(command), remote_(remote), from_(command.from), table_(command.table, 0) {}

  int run() {
    connect();
    loop_.run();
    if (failure_) return report(*failure_);
    if (shown_ > 0 || command_.follow) return 0;
    return nothing_found("no event of these channels and types");
  }

 private:
  void connect() {
    session_ = std::make_unique<ClientSession>(
        loop_, remote_,
        ClientSession::Events{.on_welcome = [this](const ServerWords& words) { on_welcome(words); },
                              .on_message = [this](const ServerWords& words) { on_message(words); },
                              .on_closed = [this](const Error& error) { on_closed(error); }});
    session_->abort_after_silence(kWelcomeMsMax);
  }

  void on_welcome(const ServerWords& words) {
    session_->abort_after_silence(2 * words.number("heartbeat"));
    subscribe();
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
    if (words.is("event")) {
      // The cursor moves after the event was shown: what is cut off in between comes again.
      show(words.text("position"), words.member("event").raw);
      resume_after(words.text("position"));
    } else if (words.is("subscribed")) {
      retry_ms_ = 0;
      if (!std::exchange(trouble_, {}).empty()) say("connected again");
      // Not before the server has taken the question: an error is no table.
      if (!was_subscribed_ && command_.output == OutputFormat::kCsv) {
        put(std::string(kEventRowHead));
        std::fflush(stdout);
      } else if (!was_subscribed_ && command_.follow && command_.output == OutputFormat::kTable) {
        put(table_.finish());
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
      // on_closed decides whether another connection may help.
      const auto code = code_from_name(words.text("code"));
      const std::string why = words.text("message");
      refusal_ = with_remedy(
          remote_, {code.value_or(Code::internal), why.empty() ? "the right has ended" : why});
      retry_ms_min_ = ServerWords(words.member("details").raw).number("retryafter");
      session_->close();
    }
  }

  static void tell_gap(const std::string& from, const std::string& to, const std::string& reason) {
    if (reason != "epoch") {
      return say(format("{} to {} are gone ({})", from, to, reason));
    }
    const std::string epoch = to.substr(0, to.find(':'));
    const bool is_foreign = from.substr(0, from.find(':')) != epoch;
    say(format("{} is {}; beginning at the earliest event of {}", from,
               is_foreign ? "of another log" : "beyond the end of the log", epoch));
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
    if (command_.output == OutputFormat::kTable) {
      return put(table_.finish() + table_.add(position, event));
    }
    std::string row;
    append_event_row(row, position, event);
    put(row);
  }

  static void put(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

  void finish() {
    finished_ = true;
    session_->close();
  }

  void on_closed(const Error& reason) {
    is_live_ = false;
    const Error error = std::exchange(refusal_, std::nullopt).value_or(reason);
    const bool gives_up = retry_ms_ > kRetryMsMax && !was_subscribed_;
    if (finished_ || !command_.follow || !is_passing(error) || gives_up) {
      if (!finished_) failure_ = error;
      loop_.request_stop();
      return;
    }
    // Following means staying: come back and go on behind what was shown, however long the server
    // is away. One that was never reached is a wrong address rather than a restart.
    retry_ms_ = retry_ms_ == 0 ? kRetryMsMin : retry_ms_ * 2;
    // A refused rate has another time in its message each time.
    const std::string trouble =
        error.code == Code::rate_limited ? std::string(info(error.code).name) : error.message;
    if (std::exchange(trouble_, trouble) != trouble) say(error.message + "; trying again");
    const std::uint64_t wait_ms = std::max(retry_ms_, std::exchange(retry_ms_min_, 0));
    loop_.start_timer(std::min(wait_ms, kRetryMsMax), [this] { connect(); });
  }

  const TailCommand& command_;
  const Remote remote_;
  protocol::From from_;
  EventTable table_;
  Loop loop_;
  std::unique_ptr<ClientSession> session_;
  std::uint64_t shown_ = 0;
  std::uint64_t retry_ms_ = 0;
  std::uint64_t retry_ms_min_ = 0;  // as the server asked
  std::string trouble_;             // why there is no connection, as it was said
  bool is_live_ = false;            // everything up to `progress` has been shown
  bool was_subscribed_ = false;     // once at least
  bool finished_ = false;
  std::optional<Error> refusal_;  // of the subscription, on this connection
  std::optional<Error> failure_;
};

}  // namespace

int run_tail(const TailCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  return Tailing(command, *remote).run();
}

}  // namespace courtside
