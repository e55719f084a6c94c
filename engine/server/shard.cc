#include "engine/server/shard.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/time.h"
#include "engine/connection/peer.h"

namespace courtside {

Shard::Shard(std::uint32_t number, const Services& services, ReadQueue& reads, OffsetRange held,
             std::unique_ptr<ShardRuntime> runtime)
    : number_(number),
      services_(services),
      runtime_(std::move(runtime)),
      loop_(runtime_->loop()),
      hub_(services.log.epoch(), held, services.projections, *this),
      reads_(reads, services.config.get()->limits.reads_in_flight,
             [this](ReadScheduler::Task task) { post_task(std::move(task)); }),
      sockets_(kSocketsWaitingMax, [this] { loop_.wake(); }),
      commits_(kCommitsWaitingMax, [this] { loop_.wake(); }),
      tasks_(0, [this] { loop_.wake(); }) {
  loop_.set_on_wake([this] {
    loop_thread.entered();
    on_wake();
  });
  loop_.set_on_turn_end([this] {
    loop_thread.entered();
    on_turn_end();
  });
  loop_.set_flush_pause_max_us(services.config.get()->flush_interval_ms * 1000);
}

Shard::~Shard() { stop(); }

void Shard::start() {
  start_tick();
  is_running_ = true;
  runtime_->start();
}

bool Shard::post_socket(NewConnection connection) { return sockets_.try_post(connection); }

void Shard::post_commit(SharedCommit commit) { commits_.post_when_room(std::move(commit)); }

void Shard::post_task(std::function<void()> task) { tasks_.post(std::move(task)); }

std::future<void> Shard::cut_histories() {
  auto cut = std::make_shared<std::promise<void>>();
  std::future<void> all = cut->get_future();
  post_task([this, cut] {
    loop_thread.entered();
    for (auto& [id, peer] : peers_) peer->cut_history();
    cut->set_value();
  });
  return all;
}

std::future<void> Shard::drain(const Goodbye& goodbye, std::optional<Error> failure) {
  auto emptied = std::make_shared<std::promise<void>>();
  std::future<void> empty = emptied->get_future();
  post_task([this, goodbye, failure = std::move(failure), emptied] {
    loop_thread.entered();
    draining_ = true;
    for (auto& [id, peer] : peers_) {
      if (failure) peer->on_log_failure(*failure);
      peer->drain(goodbye);
    }
    emptied_ = std::move(*emptied);
    resolve_if_empty();
  });
  return empty;
}

void Shard::resolve_if_empty() {
  if (!emptied_) return;
  // Idle HTTP connections are closed too, but not awaited.
  for (const auto& [id, peer] : peers_) {
    if (peer->is_busy()) return;
  }
  emptied_->set_value();
  emptied_.reset();
}

void Shard::stop() {
  if (!std::exchange(is_running_, false)) return;
  commits_.close();
  sockets_.close();
  post_task([this] {
    loop_thread.entered();
    for (auto& [id, peer] : peers_) peer->abort();
    loop_.request_stop();
  });
  runtime_->join();
  loop_thread.entered();  // it has ended, so this thread may do what it did
  retired_.clear();
}

// ---------------------------------------------------------------------------------------------
// The turn.

void Shard::on_wake() {
  // Tasks are taken first and run last, so that a drain that was requested after the last commits
  // runs after their verdicts were answered.
  tasks_.take_all(taken_tasks_);
  commits_.take_all(taken_commits_);
  for (const SharedCommit& commit : taken_commits_) on_commit(*commit);
  taken_commits_.clear();
  for (const auto& task : taken_tasks_) task();
  taken_tasks_.clear();
  sockets_.take_all(taken_sockets_);
  for (NewConnection& socket : taken_sockets_) adopt_socket(std::move(socket));
  taken_sockets_.clear();
}

void Shard::on_commit(const Commit& commit) {
  // The author is answered first, so that an application knows its own event before it receives it.
  for (const Verdict& verdict : commit.batch->verdicts) {
    if (verdict.author.shard != number_) continue;
    if (Peer* peer = find_peer(ConnectionId(verdict.author.connection))) peer->on_verdict(verdict);
  }
  commit_ = &commit;
  if (services_.access.enabled()) {
    hub_.on_commit(*commit.batch, commit.rights.barriers);
  } else {
    hub_.on_commit(*commit.batch);
  }
  commit_ = nullptr;
  const std::uint64_t submitted_us = commit.batch->submitted_us;
  if (submitted_us > 0 && commit.batch->size() > 0) {
    stats_.delivery.add(steady_us() - submitted_us);
  }
}

void Shard::on_turn_end() {
  retired_.clear();
  resolve_if_empty();
  const HubCounters& counters = hub_.counters();
  stats_.connections = peers_.size();
  stats_.subscribers = hub_.subscriber_count();
  stats_.accepted = accepted_;
  stats_.requests = requests_;
  stats_.deliveries = counters.deliveries;
  stats_.replayed = counters.replayed;
  stats_.fell_behind = counters.fell_behind;
  stats_.gaps = counters.gaps;
  stats_.waiting_commits = commits_.size();
}

void Shard::start_tick() {
  tick_due_ms_ = loop_.now_ms() + kTickMs;
  loop_.start_timer(kTickMs, [this] {
    loop_thread.entered();
    on_tick();
  });
}

void Shard::on_tick() {
  const std::uint64_t now_ms = loop_.now_ms();
  stats_.loop_lag.add(1000 * (now_ms - std::min(now_ms, tick_due_ms_)));
  std::uint64_t queued_bytes = 0;
  std::uint64_t sessions = 0;
  std::uint64_t histories = 0;
  for (auto& [id, peer] : peers_) {
    peer->on_tick(now_ms);
    queued_bytes += peer->queued_bytes();
    if (peer->has_role()) ++sessions;
    if (peer->streams_history()) ++histories;
  }
  stats_.queued_bytes = queued_bytes;
  stats_.sessions = sessions;
  stats_.history_streams = histories;
  start_tick();
}

// ---------------------------------------------------------------------------------------------
// Peers.

void Shard::adopt_socket(NewConnection accepted) {
  ++accepted_;
  if (draining_) return;
  auto peer = std::make_unique<Peer>(
      *this,
      ConnectionAdmission(services_.admission, loop_, accepted.socket.peer_address(),
                          std::move(accepted.places)),
      accepted.is_admin);
  Connection& connection =
      runtime_->adopt(std::move(accepted.socket), services_.connection_limits(), *peer);
  peer->set_connection(connection);
  peers_.emplace(connection.id(), std::move(peer));
}

std::vector<std::string> Shard::connections() {
  std::vector<std::string> out;
  out.reserve(peers_.size());
  for (const auto& [id, peer] : peers_) out.push_back(peer->describe());
  return out;
}

bool Shard::cut(ConnectionId id) {
  Peer* peer = find_peer(id);
  if (peer != nullptr) peer->cut();
  return peer != nullptr;
}

Peer* Shard::find_peer(ConnectionId id) {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : found->second.get();
}

void Shard::retire(ConnectionId id) {
  reads_.forget(id);
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  // Functions up the stack may still use it.
  retired_.push_back(std::move(found->second));
  peers_.erase(found);
}

// ---------------------------------------------------------------------------------------------
// Reads.

PageRequest Shard::page_request(const Interest& interest, OffsetRange range) const {
  const std::shared_ptr<const Config> config = services_.config.get();
  const Config::Limits& limits = config->limits;
  return {.window = range,
          .direction = Direction::kAscending,
          .events_max = interest.page_events(limits.page_events),
          .bytes_max = limits.page_bytes,
          .scanned_max = limits.page_scanned};
}

std::optional<RenderedPage> Shard::read_page(SubscriberId id, const SharedInterest& interest,
                                             OffsetRange range) {
  // Serve the last events before the head at once: a page from another thread would always find
  // that the log has grown meanwhile.
  if (range.count() <= kTailEventsMax) {
    const std::optional<Page> page = services_.pages.read_tail(
        interest->filter, page_request(*interest, range), kTailBatchesMax);
    if (page) return render_page(services_.log.epoch(), *interest, services_.projections, *page);
  }
  const ReadCaller caller{.key = hub_.reader_key(id),
                          .reads_max = services_.config.get()->limits.catch_ups_per_account};
  const auto job = [this, id, interest, range]() -> ReadScheduler::Task {
    const Result<Page> read =
        services_.pages.read(interest->filter, page_request(*interest, range));
    if (!read) {
      // The log itself reports damage.
      if (read.error().code != Code::data_corrupt) {
        log_error("engine", "a page could not be read: " + read.error().message);
      }
      return [this, id, error = read.error()] {
        loop_thread.entered();
        hub_.on_read_failed(id, error);
      };
    }
    return [this, id,
            page = render_page(services_.log.epoch(), *interest, services_.projections, *read)] {
      loop_thread.entered();
      hub_.on_page(id, page);
    };
  };
  reads_.read_page(id, job, caller);
  return std::nullopt;
}

std::uint64_t Shard::now_ms() { return loop_.now_ms(); }

void Shard::wake_after(SubscriberId id, std::uint64_t delay_ms) {
  loop_.start_timer(delay_ms, [this, id] {
    loop_thread.entered();
    hub_.on_wake(id);
  });
}

// ---------------------------------------------------------------------------------------------
// Rights.

void Shard::on_barrier(std::size_t index) {
  ++rights_changes_;
  const RightsChange& change = commit_->rights.ending[index];
  const bool revokes = services_.access.revokes(change);
  // Visits all peers: such events are rare, and this is cheaper than an index of readers by fact.
  for (auto& [id, peer] : peers_) peer->on_rights_change(change, revokes);
}

// ---------------------------------------------------------------------------------------------
// PeerHost.

ReadScheduler::Task Shard::resumed(ConnectionId connection, Resumption then) {
  return [this, connection, then = std::move(then)] {
    loop_thread.entered();
    if (Peer* peer = find_peer(connection)) peer->resume(then);
  };
}

bool Shard::read(ConnectionId connection, ReadJob job) {
  return reads_.ask(
      [this, connection, job = std::move(job)] { return resumed(connection, job()); });
}

void Shard::read_history(const ReadCaller& caller, ConnectionId connection, ReadJob job) {
  reads_.read_history(caller, connection, [this, connection, job = std::move(job)] {
    return resumed(connection, job());
  });
}

void Shard::make_backup(ConnectionId connection, ReadJob job) {
  reads_.make_backup(
      [this, connection, job = std::move(job)] { return resumed(connection, job()); });
}

void Shard::read_part(ConnectionId connection, ReadJob job) {
  reads_.read_part([this, connection, job = std::move(job)] { return resumed(connection, job()); });
}

void Shard::resume(ConnectionId connection, Resumption then) {
  post_task(resumed(connection, std::move(then)));
}

}  // namespace courtside
