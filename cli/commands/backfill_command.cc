#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/format.h"
#include "base/json.h"
#include "cli/commands/command_http.h"
#include "cli/commands/commands.h"
#include "engine/postgres/audit_log.h"
#include "schema/cloudevent.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

constexpr std::size_t kBatchBytesMax = 1 << 20;  // limits.body_bytes is four times that by default
constexpr int kTriesMax = 8;                     // of one batch, about 30 seconds in all
constexpr std::uint64_t kPauseMinMs = 100;
constexpr std::uint64_t kPauseMaxMs = 10'000;
constexpr std::size_t kReasonsMax = 10;  // told; the others are counted

struct Entry {
  std::string id;
  std::string event;  // a CloudEvent in JSON
};

// The batch is at fault, or one event of it is: not who sends it, and not the server.
bool is_about_events(Code code) {
  return code == Code::invalid_event || code == Code::payload_too_large ||
         code == Code::bad_request;
}

// How many of the answer's results there are, and how many of them were known before.
struct Results {
  std::size_t count = 0;
  std::size_t known = 0;
};
Results results_of(std::string_view answer) {
  Results out;
  JsonReader reader(answer);
  if (!reader.begin_object()) return out;
  while (reader.next_member()) {
    const bool is_list = reader.key().raw == "\"results\"" && reader.begin_array();
    if (!is_list) {
      reader.value();
      continue;
    }
    while (reader.next_element()) {
      ++out.count;
      if (!reader.begin_object()) break;
      while (reader.next_member()) {
        const bool is_verdict = reader.key().raw == "\"duplicate\"";
        if (reader.value().raw == "true" && is_verdict) ++out.known;
      }
    }
  }
  return reader.at_end() ? out : Results();
}

class Backfill {
 public:
  Backfill(const OutboxBackfillCommand& command, const Remote& remote, AuditLog& log)
      : command_(command), remote_(remote), log_(log) {}

  int run() {
    const Result<void> done = copy_all();
    if (is_terminal_ && told_progress_) std::fputc('\n', stderr);
    if (!done) report(with_remedy(done.error()));
    std::fputs((counts() + "\n").c_str(), stdout);
    if (!done) return info(done.error().code).exit_status;
    return refused_ == 0 ? 0 : info(Code::invalid_event).exit_status;
  }

 private:
  Error with_remedy(Error error) const {
    if (imported_ + known_ > 0) error.message += "; run it again: what was imported is known then";
    return error;
  }

  Result<void> copy_all() {
    while (true) {
      const Result<std::vector<AuditRow>> rows = log_.next();
      if (!rows) return fail(rows.error());
      if (rows->empty()) return send_batch();
      for (const AuditRow& row : *rows) {
        if (const Result<void> done = take(row); !done) return done;
      }
    }
  }

  Result<void> take(const AuditRow& row) {
    Result<std::string> event = audit_event(row);
    if (!event) {
      refuse(row.id, event.error());
      return {};
    }
    const bool is_full = batch_.size() == kBatchEventsMax ||
                         (batch_bytes_ + event->size() > kBatchBytesMax && !batch_.empty());
    if (is_full) {
      if (const Result<void> sent = send_batch(); !sent) return sent;
    }
    batch_bytes_ += event->size() + 1;
    batch_.push_back({.id = row.id, .event = std::move(*event)});
    return {};
  }

  Result<void> send_batch() {
    const std::vector<Entry> batch = std::move(batch_);
    batch_.clear();
    batch_bytes_ = 2;
    const Result<void> sent = batch.empty() ? Result<void>() : send(batch);
    show_progress();
    return sent;
  }

  // A batch is taken whole or not at all: one that is refused goes in halves, until what is refused
  // stands alone.
  Result<void> send(std::span<const Entry> entries) {
    const Result<Results> results = post(entries);
    if (results) {
      imported_ += results->count - results->known;
      known_ += results->known;
      return {};
    }
    if (!is_about_events(results.error().code)) return fail(results.error());
    if (entries.size() == 1) {
      refuse(entries.front().id, results.error());
      return {};
    }
    const std::size_t half = entries.size() / 2;
    const Result<void> first = send(entries.first(half));
    return first ? send(entries.subspan(half)) : first;
  }

  // One request, again while what stands in the way may pass.
  Result<Results> post(std::span<const Entry> entries) {
    std::string body = "[";
    for (const Entry& entry : entries) {
      if (body.size() > 1) body.push_back(',');
      body.append(entry.event);
    }
    body.push_back(']');
    for (int tries = 1;; ++tries) {
      const Result<std::string> answer =
          ask_server(remote_, {.method = "POST",
                               .path = "/v1/events",
                               .content_type = "application/cloudevents-batch+json",
                               .body = body});
      if (answer) {
        const Results results = results_of(*answer);
        if (results.count == entries.size()) return results;
        return fail(Code::internal, "the server's answer to a batch is not understood");
      }
      if (!is_passing(answer.error()) || tries == kTriesMax) return fail(answer.error());
      std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms(answer.error(), tries)));
    }
  }

  // Twice as long each time, or as long as the server says.
  static std::uint64_t pause_ms(const Error& error, int tries) {
    std::uint64_t pause = kPauseMinMs << tries;
    JsonReader reader(error.details);
    if (error.code == Code::rate_limited && reader.begin_object()) {
      while (reader.next_member()) {
        const bool is_pause = reader.key().raw == "\"retryafter\"";
        const auto number = json_integer(reader.value());
        if (is_pause && number && *number > 0) pause = static_cast<std::uint64_t>(*number);
      }
    }
    return std::min(pause, kPauseMaxMs);
  }

  void refuse(const std::string& id, const Error& error) {
    if (refused_++ >= kReasonsMax) return;
    std::string line = "courtside: row ";
    append_json_string(line, id);
    std::fprintf(stderr, "%s is refused: %s\n", line.c_str(), error.message.c_str());
    JsonObject reason;
    reason.text("id", id).text("reason", error.message);
    reasons_.append(reasons_.empty() ? "" : ",").append(reason.take());
  }

  std::string counts() const {
    if (command_.output == OutputFormat::kTable) {
      return format("{} imported, {} known already, {} refused", imported_, known_, refused_);
    }
    JsonObject out;
    out.number("imported", imported_).number("known", known_).number("refused", refused_);
    return out.raw("reasons", "[" + reasons_ + "]").take();
  }

  void show_progress() {
    if (!is_terminal_) return;
    told_progress_ = true;
    std::fprintf(stderr, "\r%llu rows",
                 static_cast<unsigned long long>(imported_ + known_ + refused_));
  }

  const OutboxBackfillCommand& command_;
  const Remote& remote_;
  AuditLog& log_;
  std::vector<Entry> batch_;
  std::size_t batch_bytes_ = 2;  // of its JSON
  std::uint64_t imported_ = 0;
  std::uint64_t known_ = 0;
  std::uint64_t refused_ = 0;
  std::string reasons_;  // the first ones, as JSON
  const bool is_terminal_ = isatty(STDERR_FILENO) != 0;
  bool told_progress_ = false;
};

}  // namespace

int run_outbox_backfill(const OutboxBackfillCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  AuditLog::Settings settings;
  settings.url = command.database;
  settings.query = command.query;
  settings.connect_ms = command.query_ms;
  const Result<std::unique_ptr<AuditLog>> log = AuditLog::open(settings);
  if (!log) return report(log.error());
  return Backfill(command, *remote, **log).run();
}

}  // namespace courtside
