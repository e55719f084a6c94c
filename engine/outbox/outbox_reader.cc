#include "engine/outbox/outbox_reader.h"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <random>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "base/time.h"
#include "engine/outbox/outbox_feed.h"

namespace courtside {
namespace {

using State = OutboxStatus::State;

// A check of a large table runs piece by piece, for at most a tenth of the time, so that reading
// continues and the database is not kept busy.
constexpr std::uint64_t kPausesPerLook = 9;

std::uint64_t now_ms() { return steady_us() / 1000; }

std::string seconds(double value) { return std::to_string(static_cast<std::uint64_t>(value)); }

}  // namespace

// Decides when to read next.
class OutboxReader::Pace {
 public:
  explicit Pace(const OutboxSettings& settings)
      : min_ms_(settings.poll_min_ms), max_ms_(settings.poll_max_ms), interval_ms_(min_ms_) {}

  void on_read(std::uint64_t began_ms, bool found, bool is_full) {
    interval_ms_ = found ? min_ms_ : std::min(interval_ms_ * 2, max_ms_);
    if (found) probe_ms_ = 0;
    // The database's notification came, but the row is not visible yet: read again soon.
    if (probe_ms_ > 0) probe_ms_ = probe_ms_ < min_ms_ ? probe_ms_ * 2 : 0;
    next_ms_ = is_full ? began_ms : began_ms + (probe_ms_ > 0 ? probe_ms_ : interval_ms_);
  }
  void on_call(std::uint64_t at_ms) {
    probe_ms_ = 1;
    next_ms_ = at_ms;
  }
  std::uint64_t next_ms() const { return next_ms_; }

 private:
  const std::uint64_t min_ms_;
  const std::uint64_t max_ms_;
  std::uint64_t interval_ms_;
  std::uint64_t probe_ms_ = 0;  // 0: not notified
  std::uint64_t next_ms_ = 0;
};

OutboxReader::OutboxReader(const OutboxSettings& settings, MakeOutboxSource make_source,
                           OutboxLog& log, std::unique_ptr<WakeEvent> wake)
    : settings_(settings), make_source_(std::move(make_source)), log_(log), wake_(std::move(wake)) {
  status_.name = settings_.name;
  status_.kind = settings_.kind;
  published_ = status_;
  thread_ = std::thread([this] { run(); });
}

OutboxReader::~OutboxReader() { stop(); }

void OutboxReader::ask_to_stop() {
  stopping_ = true;
  wake_->raise();
  {
    const std::lock_guard lock(mutex_);
    if (interruptible_ != nullptr) interruptible_->interrupt();
  }
}

void OutboxReader::stop() {
  ask_to_stop();
  if (thread_.joinable()) thread_.join();
}

OutboxStatus OutboxReader::status() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

void OutboxReader::check_overdue() {
  const std::lock_guard lock(mutex_);
  if (interruptible_ != nullptr) interruptible_->check_overdue();
}

void OutboxReader::run() {
  pthread_setname_np(pthread_self(), "outbox");
  std::minstd_rand random{std::random_device{}()};
  for (unsigned failures = 0; !stopping_;) {
    Result<std::unique_ptr<OutboxSource>> source = make_source_();
    Result<void> served = source ? Result<void>() : fail(source.error());
    if (source) {
      hold_source(source->get());
      served = serve(**source);
      hold_source(nullptr);
    }
    if (stopping_) break;
    if (served) continue;
    const bool was_reading = status_.state == State::kReading;
    say(served.error());
    failures = was_reading ? 0 : failures + 1;
    // Full jitter, so that servers that lost the same database do not reconnect at the same time.
    const std::uint64_t bound =
        status_.state == State::kRefused
            ? kRefusedPauseMs
            : std::min<std::uint64_t>(20ULL << std::min(failures, 10U), kPauseMaxMs);
    pause(random() % bound + 1);
  }
  status_.state = State::kStopped;
  publish();
}

// From now on other threads may interrupt this source; null: none.
void OutboxReader::hold_source(OutboxSource* source) {
  const std::lock_guard lock(mutex_);
  interruptible_ = source;
  if (source != nullptr && stopping_) source->interrupt();
}

// Runs until something fails or it must stop.
Result<void> OutboxReader::serve(OutboxSource& source) {
  OutboxFeed feed(settings_, source, log_, status_);
  const Result<void> begun = feed.begin(now_ms());
  if (!begun) return begun;
  const std::string from =
      status_.place.empty() ? "from the beginning" : "on from " + status_.place;
  next_watch_ms_ = 0;

  Pace pace(settings_);
  while (!stopping_) {
    const std::uint64_t began = now_ms();
    const Result<OutboxFeed::Step> step = feed.step(began);
    if (!step) return fail(step.error());
    if (const Result<void> watched = watch_if_due(feed); !watched) return watched;
    if (status_.state != State::kReading) on_reading(from);
    publish();
    pace.on_read(began, step->found, step->is_full);
    const std::uint64_t next =
        std::min({pace.next_ms(), next_watch_ms_, feed.next_expiry_ms().value_or(UINT64_MAX)});
    // Call it even with timeout 0: a source may pause after an expensive read.
    const std::uint64_t now = now_ms();
    const Result<bool> called = source.wait(wake_->descriptor(), next > now ? next - now : 0);
    if (!called) return fail(called.error());
    if (*called) pace.on_call(now_ms());
  }
  return {};
}

// Called after the first complete round. So a source that is refused repeatedly is logged once.
void OutboxReader::on_reading(const std::string& from) {
  log_info("outbox", format("{}: reading {}", settings_.name, from));
  status_.state = State::kReading;
  last_said_.clear();
}

Result<void> OutboxReader::watch_if_due(OutboxFeed& feed) {
  const std::uint64_t began = now_ms();
  if (began < next_watch_ms_) return {};
  if (const Result<void> checked = feed.check(); !checked) return checked;
  const Result<bool> more = feed.watch();
  if (!more && more.error().code == Code::unavailable) return fail(more.error());
  std::uint64_t pause = settings_.watch_ms;
  if (feed.is_looking()) pause = std::min(pause, (now_ms() - began + 1) * kPausesPerLook);
  next_watch_ms_ = more && *more ? 0 : now_ms() + pause;
  if (!more) {
    say_of_watch(more.error().message);
    return {};
  }
  say_of_watch(status_.lag.notice);
  watch_oldest();
  return {};
}

// Reports a problem of housekeeping, or a notice for the operator. Events are read all the same.
void OutboxReader::say_of_watch(const std::string& message) {
  status_.detail = message;
  if (message == last_said_of_watch_) return;
  last_said_of_watch_ = message;
  if (!message.empty()) log_warning("outbox", settings_.name + ": " + message);
}

// Warns once per transaction that is open for too long.
void OutboxReader::watch_oldest() {
  OutboxLag::Transaction& oldest = status_.lag.oldest;
  if (oldest.id != oldest_) oldest_since_ms_ = now_ms();
  oldest_ = oldest.id;
  if (oldest.id == 0) return;
  // Without pg_read_all_stats the server does not report when it began; then its age counts from
  // when it was first seen.
  oldest.seconds =
      std::max(oldest.seconds, static_cast<double>(now_ms() - oldest_since_ms_) / 1000);
  if (oldest.seconds * 1000 < static_cast<double>(settings_.warn_ms) || warned_ == oldest.id)
    return;
  warned_ = oldest.id;
  const std::string held_up =
      settings_.kind == OutboxKind::kTable ? "what came after it" : "the replication slot";
  log_warning("outbox",
              format("{}: a transaction is open for {} s and holds up {}: pid {}, {}",
                     settings_.name, seconds(oldest.seconds), held_up, oldest.pid, oldest.holder));
}

void OutboxReader::say(const Error& error) {
  status_.state = error.code == Code::unavailable        ? State::kUnreachable
                  : error.code == Code::version_conflict ? State::kConnecting
                                                         : State::kRefused;
  status_.detail = error.message;
  publish();
  // Log each problem once.
  const std::string said = format("{}: {}", name_of(status_.state), error.message);
  if (said == last_said_) return;
  last_said_ = said;
  log_warning("outbox", settings_.name + ": " + said);
}

void OutboxReader::pause(std::uint64_t ms) {
  pollfd wait{wake_->descriptor(), POLLIN, 0};
  ::poll(&wait, 1, static_cast<int>(ms));
}

void OutboxReader::publish() {
  const std::lock_guard lock(mutex_);
  published_ = status_;
}

}  // namespace courtside
