#include "engine/server/server.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/log.h"

namespace courtside {
namespace {

constexpr std::uint16_t kCloseDraining = 1012;
constexpr std::uint16_t kCloseInternal = 1011;
constexpr std::uint64_t kLookAroundMs = 1000;
// A session ends at most so long after its token, whatever leeway other clocks are given.
constexpr std::uint64_t kLeewayMaxS = 60;

ConnectionLimits connection_limits(const Config& config) {
  const Config::Limits& limits = config.limits;
  return {
      .http = {.header_bytes_max = limits.header_bytes,
               .headers_max = limits.headers,
               .body_bytes_max = limits.body_bytes},
      .websocket = {.message_bytes_max = limits.message_bytes, .fragments_max = limits.fragments},
      .queue_bytes_max = limits.queue_bytes,
      .header_timeout_ms = static_cast<std::uint32_t>(limits.handshake_ms),
      .keep_alive_timeout_ms = static_cast<std::uint32_t>(limits.idle_ms),
      .close_timeout_ms = static_cast<std::uint32_t>(config.drain_ms)};
}

SessionLimits session_limits(const Config& config) {
  const Config::Limits& limits = config.limits;
  return {.heartbeat_ms = static_cast<std::uint32_t>(config.heartbeat_ms),
          .hello_timeout_ms = static_cast<std::uint32_t>(limits.handshake_ms),
          .message_bytes_max = limits.message_bytes,
          .subscriptions_max = limits.subscriptions,
          .channels_max = limits.channels,
          .publishes_in_flight_max = limits.publishes_in_flight,
          .leeway_s = static_cast<std::uint32_t>(std::min(config.access.jwt_leeway_s, kLeewayMaxS)),
          .recheck_ms = static_cast<std::uint32_t>(config.access.recheck_ms)};
}

SequencerOptions sequencer_options(const Config& config) {
  return {.pending_bytes_max = config.limits.pending_append_bytes,
          .batch_events_max = config.limits.batch_events,
          .batch_bytes_max = config.limits.batch_bytes,
          .retention_bytes = config.retention.bytes,
          .retention_age_s = config.retention.age_s};
}

void wait_for_all(const std::vector<std::future<void>>& futures, std::uint64_t ms_max) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms_max);
  for (const std::future<void>& each : futures) each.wait_until(deadline);
}

}  // namespace

Server::Server(const Config& config) : config_(config) {}

Server::~Server() { shut_down(); }

Result<std::unique_ptr<Server>> Server::start(const Config& config) {
  std::unique_ptr<Server> server(new Server(config));
  if (const Result<void> opened = server->open(); !opened) return fail(opened.error());
  return server;
}

Result<void> Server::open() {
  Result<NetworkList> proxies = NetworkList::parse(config_.trusted_proxies);
  if (!proxies) return fail(proxies.error());
  Result<Router> router = Router::make(config_.routes);
  if (!router) return fail(router.error());
  Result<Projections> projections = Projections::make(config_.projections);
  if (!projections) return fail(projections.error());
  Result<std::unique_ptr<EventLog>> log = EventLog::open({.path = config_.data});
  if (!log) return fail(log.error());

  router_ = std::move(*router);
  projections_ = std::move(*projections);
  log_ = std::move(*log);
  tail_.emplace(config_.tail_bytes);
  pages_.emplace(*log_, *tail_);
  Result<std::unique_ptr<Snapshots>> snapshots =
      open_snapshots({.path = config_.data + "/snapshots"});
  // States are slower without them, and right.
  if (!snapshots) log_warning("eventlog", snapshots.error().message);
  if (snapshots) snapshots_ = std::move(*snapshots);
  states_.emplace(*log_, *pages_, snapshots_.get());
  reads_ = std::make_unique<ReadPool>(config_.read_threads);

  Result<std::unique_ptr<AccessControl>> access =
      AccessControl::make(config_, *log_, *pages_, *log_);
  if (!access) return fail(access.error());
  access_ = std::move(*access);

  doors_ = std::make_unique<Doors>(config_, std::move(*proxies));
  backups_.emplace(*log_);

  Result<std::unique_ptr<Outboxes>> outboxes = Outboxes::make(config_, *router_, *log_);
  if (!outboxes) return fail(outboxes.error());
  outboxes_ = std::move(*outboxes);

  sequencer_ = LocalSequencer::make(*log_, sequencer_options(config_));
  services_.emplace(Services{.config = config_,
                             .log = *log_,
                             .pages = *pages_,
                             .states = *states_,
                             .sequencer = *sequencer_,
                             .access = access_->access(),
                             .doors = *doors_,
                             .backups = *backups_,
                             .router = *router_,
                             .projections = *projections_,
                             .connection_limits = connection_limits(config_),
                             .session_limits = session_limits(config_),
                             .metrics = [this] { return render_metrics(samples()); },
                             .outboxes = [this] { return outboxes_->json(); }});
  start_shards();

  loop_.set_on_wake([this] { on_wake(); });
  if (const Result<void> listening = listen(); !listening) return listening;

  // Retention may be due: the log thread can commit before the next line runs. All who hear of a
  // commit are there by now, and nothing was added to the log since the shards looked at it.
  fan_out_.emplace(*tail_, *access_, *outboxes_, *shards_,
                   [this](const Error& error) { on_failure(error); });
  sequencer_->start(*fan_out_);
  outboxes_->start(*sequencer_);
  look_around();
  return {};
}

void Server::start_shards() {
  const std::uint64_t count = shard_count(config_, std::thread::hardware_concurrency());
  Shards shards;
  for (std::uint32_t number = 0; number < count; ++number) {
    shards.push_back(std::make_unique<Shard>(number, *services_, *reads_, log_->held()));
  }
  shards_ = std::make_unique<const Shards>(std::move(shards));
  for (const auto& shard : *shards_) shard->start();
}

Result<void> Server::listen() {
  const Result<ListenAddress> address = parse_listen_address(config_.listen);
  if (!address) return fail(address.error());
  Result<std::unique_ptr<Listener>> listener = Listener::listen(
      loop_, *address, [this](AcceptedSocket socket) { on_socket(std::move(socket), false); });
  if (!listener) return fail(listener.error());
  listener_ = std::move(*listener);
  return say_where();
}

// For the commands on this machine. Where the address is another one than loopback, or what comes
// from loopback must begin with a PROXY header, they have a door of their own.
Result<void> Server::say_where() {
  std::optional<std::string> host = loopback_host(config_.listen);
  if (host && config_.proxy_protocol && doors_->proxies().contains(*host)) host.reset();
  if (!host) {
    host = "127.0.0.1";
    Result<std::unique_ptr<Listener>> listener =
        Listener::listen(loop_, {.host = *host, .port = 0},
                         [this](AcceptedSocket socket) { on_socket(std::move(socket), true); });
    if (!listener) return fail(listener.error());
    local_listener_ = std::move(*listener);
  }
  const std::uint16_t port = (local_listener_ ? local_listener_ : listener_)->port();
  Result<std::unique_ptr<ServingFile>> file =
      ServingFile::write(config_.data, {.url = http_url(*host, port), .key = backups_->key()});
  if (!file) return fail(file.error());
  serving_file_ = std::move(*file);
  return {};
}

// Keys are replaced while the server runs, and databases fall silent.
void Server::look_around() {
  access_->reload_if_changed();
  outboxes_->check_overdue();
  loop_.start_timer(kLookAroundMs, [this] { look_around(); });
}

void Server::on_socket(AcceptedSocket socket, bool is_local) {
  std::size_t total = 0;
  Shard* least = nullptr;
  // From the shard after the last one: counts lag behind a burst, turns do not.
  for (std::size_t i = 0; i < shards_->size(); ++i) {
    Shard& shard = *(*shards_)[(next_shard_ + i) % shards_->size()];
    total += shard.stats().connections;
    if (least == nullptr || shard.stats().connections < least->stats().connections) least = &shard;
  }
  ++next_shard_;
  const auto refuse = [&, address = socket.peer_address()](Denial reason) {
    ++refused_;  // the socket closes as it goes
    doors_->denials().count(reason, 0, address, loop_.now_ms());
  };
  if (!doors_->admits_plain(socket.peer_address())) return refuse(Denial::kExposure);
  if (total >= config_.limits.connections) return refuse(Denial::kConnections);
  ConnectionLimit::Lease place;
  if (!is_local && doors_->proxies().contains(socket.peer_address())) {
    if (config_.proxy_protocol) socket.expect_proxy_header();
  } else {
    Result<ConnectionLimit::Lease> taken = doors_->take_address_place(socket.peer_address());
    if (!taken) return refuse(Denial::kConnections);
    place = std::move(*taken);
  }
  if (!least->post_socket({std::move(socket), std::move(place)})) refuse(Denial::kConnections);
}

Result<void> Server::run() {
  loop_.run();
  shut_down();
  const std::lock_guard lock(failure_mutex_);
  if (failure_) return fail(*failure_);
  return {};
}

void Server::request_stop() {
  stop_requested_ = true;
  loop_.wake();
}

void Server::request_reload() {
  reload_requested_ = true;
  loop_.wake();
}

void Server::on_wake() {
  if (reload_requested_.exchange(false)) reload();
  if (!stop_requested_) return;
  listener_.reset();
  local_listener_.reset();
  loop_.request_stop();
}

void Server::reload() {
  const int changed = access_->reload_if_changed();
  log_info("engine", "asked to reload: files of keys were read, new keys of " +
                         std::to_string(changed) +
                         " are in use; all other settings are read at the start only");
}

void Server::on_failure(const Error& error) {
  log_error("eventlog", error.message + ": no further event is taken, the server stops");
  {
    const std::lock_guard lock(failure_mutex_);
    failure_ = error;
  }
  outboxes_->on_failure();
  request_stop();
}

void Server::shut_down() {
  if (!shards_) return;
  serving_file_.reset();
  for (const auto& shard : *shards_) shard->refuse_work();
  // While the log still takes what they have to say of it.
  std::vector<std::future<void>> cut;
  for (const auto& shard : *shards_) cut.push_back(shard->cut_histories());
  wait_for_all(cut, config_.drain_ms);
  outboxes_->stop();
  sequencer_->stop();

  bool failed = false;
  {
    const std::lock_guard lock(failure_mutex_);
    failed = failure_.has_value();
  }
  std::vector<std::future<void>> emptied;
  for (const auto& shard : *shards_) {
    emptied.push_back(shard->drain(failed ? kCloseInternal : kCloseDraining));
  }
  // Anew: what came before may have taken long, and is not taken off the time for goodbyes.
  wait_for_all(emptied, config_.drain_ms);

  for (const auto& shard : *shards_) shard->stop();
  // What they have yet to answer still goes to the shards.
  reads_.reset();
  access_.reset();
  shards_.reset();
}

std::vector<Sample> Server::samples() const {
  std::vector<Sample> samples = process_samples();
  const auto gauge = [&](std::string name, std::string help, std::uint64_t value) {
    samples.push_back({std::move(name), std::move(help), false, static_cast<double>(value)});
  };
  const auto counter = [&](std::string name, std::string help, std::uint64_t value) {
    samples.push_back({std::move(name), std::move(help), true, static_cast<double>(value)});
  };
  const auto sum = [&](std::atomic<std::uint64_t> ShardStats::*member) {
    std::uint64_t total = 0;
    for (const auto& shard : *shards_) total += (shard->stats().*member).load();
    return total;
  };

  const OffsetRange held = log_->held();
  gauge("courtside_head_offset", "Offset of the newest event.", held.end.value() - 1);
  gauge("courtside_first_offset", "Offset of the oldest event still held.", held.begin.value());

  const SequencerCounters appended = sequencer_->counters();
  counter("courtside_events_total", "Events appended since the start.", appended.events);
  counter("courtside_commits_total", "Group commits since the start.", appended.commits);
  counter("courtside_duplicates_total", "Events refused as known.", appended.duplicates);
  counter("courtside_conflicts_total", "Appends refused for a stale expected version.",
          appended.conflicts);
  counter("courtside_dropped_total", "Events dropped by retention.", appended.dropped);
  samples.push_back({"courtside_sync_seconds_total", "Time spent writing and syncing.", true,
                     static_cast<double>(appended.sync_us) / 1e6});
  samples.push_back({"courtside_clock_behind_seconds",
                     "How far the clock is behind the last event, whose time new events get.",
                     false, static_cast<double>(appended.clock_behind_us) / 1e6});
  gauge("courtside_pending_append_bytes", "Events waiting for the log.", appended.pending_bytes);

  const FactCache::Counters facts = access_->cache_counters();
  counter("courtside_access_cache_hits_total", "Facts of access that were known.", facts.hits);
  counter("courtside_access_cache_misses_total", "Facts of access that were asked for.",
          facts.misses);
  counter("courtside_access_cache_stale_total", "Facts that counted on while their source failed.",
          facts.stale);
  counter("courtside_access_failures_total", "Facts that their source could not tell.",
          facts.failures);
  gauge("courtside_access_cache_entries", "Facts of access that are kept.", facts.entries);

  counter("courtside_records_read_total", "Records read for resuming and for history.",
          pages_->records_read());
  gauge("courtside_connections", "Open connections.", sum(&ShardStats::connections));
  gauge("courtside_sessions", "Open WebSocket sessions and streams.", sum(&ShardStats::sessions));
  gauge("courtside_subscribers", "Subscriptions.", sum(&ShardStats::subscribers));
  gauge("courtside_history_streams", "Answers as long as the log that are being sent.",
        sum(&ShardStats::history_streams));
  counter("courtside_accepted_total", "Connections accepted.", sum(&ShardStats::accepted));
  counter("courtside_refused_total", "Connections closed at once.", refused_);
  for (std::size_t i = 0; i < kDenialCount; ++i) {
    const auto reason = static_cast<Denial>(i);
    samples.push_back({"courtside_denied_total",
                       "What was refused, by reason.",
                       true,
                       static_cast<double>(doors_->denials().total(reason)),
                       {{"reason", std::string(name_of(reason))}}});
  }
  counter("courtside_requests_total", "HTTP requests.", sum(&ShardStats::requests));
  counter("courtside_deliveries_total", "Events sent live, per subscription.",
          sum(&ShardStats::deliveries));
  counter("courtside_replayed_total", "Events sent from the log, per subscription.",
          sum(&ShardStats::replayed));
  counter("courtside_fell_behind_total", "Times a slow subscription went back to the log.",
          sum(&ShardStats::fell_behind));
  counter("courtside_gaps_total", "Gaps told to subscriptions.", sum(&ShardStats::gaps));
  gauge("courtside_queued_bytes", "Bytes waiting in send queues.", sum(&ShardStats::queued_bytes));
  gauge("courtside_waiting_commits", "Commits that shards have yet to fan out.",
        sum(&ShardStats::waiting_commits));
  outboxes_->add_samples(samples);
  return samples;
}

}  // namespace courtside
