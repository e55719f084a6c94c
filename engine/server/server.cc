#include "engine/server/server.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "base/version.h"
#include "engine/server/administration.h"
#include "engine/server/process_memory.h"
#include "engine/server/service_manager.h"
#include "engine/server/thread_runtime.h"

namespace courtside {
namespace {

constexpr std::uint16_t kCloseInternal = 1011;
// In a restart in place the next program is there at once. The first figure keeps a client that
// does not read from delaying all others, the second makes them come back soon.
constexpr std::uint64_t kRestartDrainMs = 1000;
constexpr std::uint64_t kRestartSpreadMs = 1000;
constexpr std::uint64_t kHousekeepingMs = 1000;
// Looks at each file of the log.
constexpr std::uint64_t kMeasureLogMs = 15'000;
constexpr int kFolderPauseMs = 100;
constexpr int kFolderTriesMax = 600;

SequencerOptions sequencer_options(const Config& config) {
  return {.pending_bytes_max = config.limits.pending_append_bytes,
          .batch_events_max = config.limits.batch_events,
          .batch_bytes_max = config.limits.batch_bytes,
          .retention_bytes = config.retention.bytes,
          .retention_age_s = config.retention.age_s};
}

void log_plan(const DescriptorPlan& plan, std::uint64_t wanted_connections) {
  const DescriptorNote note = describe(plan, wanted_connections);
  note.has_fewer ? log_warning("engine", note.text) : log_info("engine", note.text);
}

void log_memory(const Config& config) {
  constexpr std::uint64_t kMiB = 1 << 20;
  const std::uint64_t budget = config.limits.memory_bytes;
  const std::uint64_t own = own_memory_bytes(config);
  if (MemoryBudget::resumes_below(budget) >= own) {
    return log_info("engine", format("new work is refused from {} MiB of memory "
                                     "(limits.memory_bytes)",
                                     budget / kMiB));
  }
  log_warning("engine",
              format("the memory budget of {} MiB (limits.memory_bytes) is too small: seven "
                     "eighths of it are less than the tail (tail_bytes) and the log's caches may "
                     "take, {} MiB: new work may be refused for good; lower tail_bytes or give it "
                     "more memory",
                     budget / kMiB, own / kMiB));
}

bool accepts_appends(const EventLog& log) {
  return log.condition().storage.state == StorageState::kOpen;
}

// Without snapshots states are slower, but correct.
std::unique_ptr<Snapshots> make_snapshots(const EventLog& log, std::size_t open_files_max) {
  const bool has_room = accepts_appends(log);
  Result<std::unique_ptr<Snapshots>> made =
      has_room ? open_snapshots({.path = log.folder() + "/snapshots",
                                 .open_files_max = open_files_max,
                                 .has_room = [&log] { return accepts_appends(log); }})
               : fail(Code::storage_full, "the disk has no room for snapshots of states");
  if (made) return *std::move(made);
  log_warning("eventlog", made.error().message);
  return nullptr;
}

void wait_for_all(const std::vector<std::future<void>>& futures, std::uint64_t ms_max) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms_max);
  for (const std::future<void>& each : futures) each.wait_until(deadline);
}

}  // namespace

Server::Server(const Config& config, const DescriptorPlan& descriptors, std::optional<int> socket)
    : config_(config),
      current_(std::make_shared<const Config>(config)),
      descriptors_(descriptors),
      passed_socket_(socket),
      alive_(std::make_shared<std::atomic<std::size_t>>(0)) {}

Server::~Server() {
  shut_down();
  for (const std::optional<int>& socket : {passed_socket_, kept_socket_}) {
    if (socket) close(*socket);
  }
}

Result<std::unique_ptr<Server>> Server::start(const Config& config, std::optional<int> socket,
                                              ReadSettings read_settings) {
  const Result<DescriptorPlan> descriptors =
      plan_descriptors(config, std::thread::hardware_concurrency(), raise_descriptor_limit());
  if (!descriptors) return fail(descriptors.error());
  log_plan(*descriptors, config.limits.connections);
  Config fitted = config;
  fitted.limits.connections = descriptors->connections;
  fitted.limits.memory_bytes = memory_budget_bytes(config);
  log_memory(fitted);
  std::unique_ptr<Server> server(new Server(fitted, *descriptors, socket));
  server->wanted_connections_ = config.limits.connections;
  server->read_settings_ = std::move(read_settings);
  if (const Result<void> opened = server->open(); !opened) return fail(opened.error());
  return server;
}

Result<void> Server::open_log() {
  const EventLogOptions options = {.path = config_.data,
                                   .open_files_max = static_cast<int>(descriptors_.log_files)};
  Result<std::unique_ptr<EventLog>> log = EventLog::open(options);
  // Clients wait in the queue of a passed socket, and a command such as `backup` may have taken the
  // folder while no server had it.
  for (int tries = 0; passed_socket_ && !log && log.error().code == Code::data_in_use; ++tries) {
    if (tries == 0) log_info("engine", log.error().message + ": waiting for it");
    if (tries == kFolderTriesMax) break;
    tell_alive();
    std::this_thread::sleep_for(std::chrono::milliseconds(kFolderPauseMs));
    log = EventLog::open(options);
  }
  if (!log) return fail(log.error());
  log_ = std::move(*log);
  tail_.emplace(config_.tail_bytes);
  pages_.emplace(*log_, *tail_);
  snapshots_ = make_snapshots(*log_, descriptors_.snapshot_files);
  states_.emplace(*log_, *pages_, snapshots_.get());
  return {};
}

Result<void> Server::open() {
  Result<NetworkList> proxies = NetworkList::parse(config_.trusted_proxies);
  if (!proxies) return fail(proxies.error());
  Result<Router> router = Router::make(config_.routes);
  if (!router) return fail(router.error());
  Result<Projections> projections = Projections::make(config_.projections);
  if (!projections) return fail(projections.error());
  if (has_tls(config_)) {
    Result<std::unique_ptr<TlsFiles>> tls = TlsFiles::make(config_.tls);
    if (!tls) return fail(tls.error());
    tls_ = std::move(*tls);
  }
  if (const Result<void> opened = open_log(); !opened) return opened;

  router_ = std::move(*router);
  projections_ = std::move(*projections);
  reads_ = std::make_unique<ReadPool>(config_.read_threads);

  Result<std::unique_ptr<AccessControl>> access =
      AccessControl::make(config_, *log_, *pages_, *log_);
  if (!access) return fail(access.error());
  access_ = std::move(*access);

  admission_ = std::make_unique<Admission>(config_, std::move(*proxies));
  backups_.emplace(
      [this](const std::string& target) { return make_backup(*log_, target, kVersion); });

  Result<std::unique_ptr<Outboxes>> outboxes = Outboxes::make(config_, *router_, *log_);
  if (!outboxes) return fail(outboxes.error());
  outboxes_ = std::move(*outboxes);

  sequencer_ = LocalSequencer::make(*log_, sequencer_options(config_));
  services_.emplace(Services{
      .config = current_,
      .log = *log_,
      .pages = *pages_,
      .states = *states_,
      .sequencer = *sequencer_,
      .access = access_->access(),
      .admission = *admission_,
      .backups = *backups_,
      .router = *router_,
      .projections = *projections_,
      .metrics = [this] { return render_metrics(samples()); },
      .outboxes = [this] { return outboxes_->json(); },
      .condition = [this] { return log_->condition(); },
      .list_connections = [this](auto then) { list_connections(*shards_, std::move(then)); },
      .close_connection = [this](std::uint64_t id,
                                 auto then) { close_connection(*shards_, id, std::move(then)); }});
  start_shards();

  loop_.set_on_wake([this] { on_wake(); });
  if (const Result<void> listening = listen(); !listening) return listening;

  // Retention may be due, so the log thread may commit before the next line runs. All receivers of
  // commits exist by now, and the log has not grown since the shards were made.
  fan_out_.emplace(*tail_, std::vector<CommitFollower*>{access_.get(), outboxes_.get()}, *shards_,
                   [this](const Error& error) { on_failure(error); });
  sequencer_->start(*fan_out_);
  outboxes_->start(*sequencer_);
  measure_log();
  run_housekeeping();
  memory_watch_.emplace(loop_, admission_->memory());
  memory_watch_->start();
  return {};
}

void Server::start_shards() {
  const std::uint64_t count = shard_count(config_, std::thread::hardware_concurrency());
  Shards shards;
  for (std::uint32_t number = 0; number < count; ++number) {
    shards.push_back(std::make_unique<Shard>(number, *services_, *reads_, log_->held(),
                                             std::make_unique<ThreadRuntime>()));
  }
  shards_ = std::make_unique<const Shards>(std::move(shards));
  for (const auto& shard : *shards_) shard->start();
  alive_->store(shards_->size());
}

Result<void> Server::listen() {
  acceptor_.emplace(loop_, *admission_, *shards_, tls_.get(), config_.proxy_protocol);
  if (!config_.admin.empty()) {
    const Result<ListenAddress> admin = parse_listen_address(config_.admin);
    if (!admin) return fail(admin.error());
    if (const Result<void> open = acceptor_->listen_for_admin(*admin); !open) return open;
  }
  if (passed_socket_) {
    const int socket = *std::exchange(passed_socket_, std::nullopt);
    if (const Result<void> adopted = acceptor_->adopt(socket); !adopted) return adopted;
    return write_serving_file();
  }
  const Result<ListenAddress> address = parse_listen_address(config_.listen);
  if (!address) return fail(address.error());
  if (const Result<void> listening = acceptor_->listen(*address); !listening) return listening;
  return write_serving_file();
}

// Writes the address for commands on this machine. If the server does not listen on loopback, or
// not in plain text, or loopback connections must begin with a PROXY header, it opens a second
// listener for them.
Result<void> Server::write_serving_file() {
  std::optional<std::string> host = loopback_host(config_.listen);
  std::uint16_t port = acceptor_->port();
  if (tls_) host.reset();
  // The proxies may change while the server runs, so that loopback becomes one of them.
  if (config_.proxy_protocol) host.reset();
  if (!host) {
    host = "127.0.0.1";
    const Result<std::uint16_t> local = acceptor_->listen_locally();
    if (!local) return fail(local.error());
    port = *local;
  }
  Result<std::unique_ptr<ServingFile>> file = ServingFile::write(
      config_.data, {.url = http_url(*host, port), .admin = admin_url(), .key = backups_->key()});
  if (file) {
    serving_file_ = std::move(*file);
  } else if (accepts_appends(*log_)) {
    return fail(file.error());
  } else {
    log_warning("engine", file.error().message +
                              ": commands on this machine do not find the server by its folder");
  }
  return {};
}

// Empty when this machine does not reach it in plain text.
std::string Server::admin_url() const {
  if (config_.admin.empty()) return {};
  const Result<ListenAddress> address = parse_listen_address(config_.admin);
  if (!address || !address->is_loopback()) return {};
  return http_url(address->host, acceptor_->admin_port());
}

// Tells the service manager that the server is alive if every shard has run since the last time. A
// loop that hangs is no longer told of, and the manager restarts the server.
void Server::prove_life() {
  if (watchdog_ms() == 0) return;
  if (alive_->load() < shards_->size()) return;
  tell_alive();
  alive_->store(0);
  for (const auto& shard : *shards_) {
    shard->post_task([alive = alive_] { ++*alive; });
  }
}

// Housekeeping: reloads replaced keys, and interrupts overdue database calls.
void Server::run_housekeeping() {
  prove_life();
  access_->reload_if_changed();
  if (tls_) tls_->reload_if_changed(TlsFiles::When::kWhenSettled);
  outboxes_->check_overdue();
  loop_.start_timer(kHousekeepingMs, [this] { run_housekeeping(); });
}

void Server::measure_log() {
  log_bytes_ = folder_bytes(config_.data);
  loop_.start_timer(kMeasureLogMs, [this] { measure_log(); });
}

std::string Server::address() const {
  return format("{}:{}", config_.listen.substr(0, config_.listen.rfind(':')), port());
}

Result<void> Server::run() {
  tell_ready();
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

void Server::request_restart() {
  restart_requested_ = true;
  loop_.wake();
}

void Server::request_reload() {
  reload_requested_ = true;
  loop_.wake();
}

void Server::on_wake() {
  if (reload_requested_.exchange(false)) reload();
  if (stop_requested_) {
    tell_stopping();
    stop_listening();
  } else if (restart_requested_.exchange(false) && !kept_socket_) {
    // It would end first, and clients would wait for that long.
    if (backups_->is_busy()) return log_warning("engine", "no restart: a backup is being made");
    const Result<int> socket = acceptor_->duplicate_socket();
    if (!socket) return log_error("engine", "no restart: " + socket.error().message);
    kept_socket_ = *socket;
    tell_reloading();
    stop_listening();
  }
}

void Server::stop_listening() {
  acceptor_->close();
  loop_.request_stop();
}

void Server::on_failure(const Error& error) {
  log_error("eventlog", error.message + ": no more events are accepted, the server stops");
  {
    const std::lock_guard lock(failure_mutex_);
    failure_ = error;
  }
  outboxes_->on_failure();
  request_stop();
}

void Server::shut_down() {
  if (!shards_) return;
  const std::uint64_t drain_ms =
      kept_socket_ ? std::min(current_.get()->drain_ms, kRestartDrainMs) : current_.get()->drain_ms;
  serving_file_.reset();
  for (const auto& shard : *shards_) shard->refuse_work();
  // Cut history streams while the log still accepts their audit events.
  std::vector<std::future<void>> cut;
  for (const auto& shard : *shards_) cut.push_back(shard->cut_histories());
  wait_for_all(cut, drain_ms);
  outboxes_->stop();
  sequencer_->stop();

  std::optional<Error> failure;
  {
    const std::lock_guard lock(failure_mutex_);
    failure = failure_;
  }
  Goodbye goodbye;
  if (failure) goodbye.close_code = kCloseInternal;
  if (kept_socket_) goodbye.spread_ms = kRestartSpreadMs;
  std::vector<std::future<void>> emptied;
  for (const auto& shard : *shards_) emptied.push_back(shard->drain(goodbye, failure));
  // A new time limit: earlier steps may have taken long and must not shorten it.
  wait_for_all(emptied, drain_ms);

  for (const auto& shard : *shards_) shard->stop();
  // Their pending answers still go to the shards, so these are destroyed last.
  reads_.reset();
  access_.reset();
  shards_.reset();
}

}  // namespace courtside
