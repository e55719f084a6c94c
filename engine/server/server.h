// Builds the engine and shuts it down in the right order; it decides nothing else.
//
//   open log -> tail, pages, read pool -> shards -> listener -> sequencer -> outboxes
//   drain: listener -> outboxes -> sequencer (commits and answers what waits) -> close clients ->
//   shards
//
// A restart in place is a shutdown that leaves the listening socket open: clients wait in its queue
// until the next program accepts them.
//
// Threads: made, run and destroyed on one; the request_* functions from any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/access/current.h"
#include "engine/config/load.h"
#include "engine/http/backup_endpoint.h"
#include "engine/http/services.h"
#include "engine/server/acceptor.h"
#include "engine/server/access_control.h"
#include "engine/server/commit_fan_out.h"
#include "engine/server/descriptors.h"
#include "engine/server/memory_watch.h"
#include "engine/server/metrics.h"
#include "engine/server/outboxes.h"
#include "engine/server/read_pool.h"
#include "engine/server/serving_file.h"
#include "engine/server/shard.h"
#include "engine/server/tls_files.h"
#include "eventlog/sequencer/event_log.h"
#include "eventlog/sequencer/local_sequencer.h"
#include "eventlog/snapshots.h"
#include "replay/state/state_reader.h"
#include "replay/tail.h"
#include "transport/loop.h"

namespace courtside {

class Server {
 public:
  // Opens the log and starts listening: on `config.listen`, or on `socket`, which it takes and
  // which has that address.
  // `read_settings` reads the settings again for request_reload(); without it they stay.
  using ReadSettings = std::function<Result<LoadedConfig>()>;
  static Result<std::unique_ptr<Server>> start(const Config& config,
                                               std::optional<int> socket = std::nullopt,
                                               ReadSettings read_settings = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return acceptor_->port(); }
  // As the setting `listen`, with the port that it has.
  std::string address() const;
  const std::string& epoch() const { return log_->epoch(); }
  OffsetRange held() const { return log_->held(); }

  // Serves until request_stop() or request_restart(), or until the log fails (write_failed).
  Result<void> run();
  void request_stop();
  // Like request_stop(), but quicker, and take_socket() returns the listening socket.
  void request_restart();
  // The caller owns it. Empty unless a restart was requested.
  std::optional<int> take_socket() { return std::exchange(kept_socket_, std::nullopt); }
  // Reloads what may change while it serves (keys, certificate, some settings), and logs the
  // result.
  void request_reload();

 private:
  Server(const Config& config, const DescriptorPlan& descriptors, std::optional<int> socket);

  Result<void> open_log();
  Result<void> open();
  void start_shards();
  void on_failure(const Error& error);
  Result<void> listen();
  Result<void> write_serving_file();
  std::string admin_url() const;
  void on_wake();
  void stop_listening();
  void reload();
  void reload_settings();
  void shut_down();
  void run_housekeeping();
  void prove_life();
  Samples samples() const;
  void add_log_samples(Samples& samples) const;
  void add_storage_samples(Samples& samples) const;
  void add_access_samples(Samples& samples) const;
  void add_memory_samples(Samples& samples) const;
  void add_shard_samples(Samples& samples) const;
  void measure_log();

  // Of the start, with the connections that the descriptors allow and the memory budget.
  const Config config_;
  Current<Config> current_;               // with the settings that were read again
  std::uint64_t wanted_connections_ = 0;  // the setting, whatever the descriptors allow
  ReadSettings read_settings_;
  const DescriptorPlan descriptors_;
  std::unique_ptr<EventLog> log_;
  std::optional<Router> router_;
  std::optional<Projections> projections_;
  std::optional<Tail> tail_;
  std::optional<PageReader> pages_;
  std::unique_ptr<Snapshots> snapshots_;
  std::optional<StateReader> states_;
  std::unique_ptr<ReadPool> reads_;
  std::unique_ptr<AccessControl> access_;
  std::unique_ptr<Outboxes> outboxes_;
  std::unique_ptr<LocalSequencer> sequencer_;
  std::unique_ptr<Admission> admission_;
  std::optional<BackupEndpoint> backups_;
  std::optional<Services> services_;
  std::unique_ptr<const Shards> shards_;
  std::optional<CommitFanOut> fan_out_;
  std::optional<MemoryWatch> memory_watch_;

  Loop loop_;                      // for accepting connections
  std::unique_ptr<TlsFiles> tls_;  // null without TLS
  std::optional<Acceptor> acceptor_;
  std::unique_ptr<ServingFile> serving_file_;
  std::optional<int> passed_socket_;  // until it listens
  std::optional<int> kept_socket_;    // for the next program
  std::atomic<bool> stop_requested_{false};
  std::atomic<bool> restart_requested_{false};
  std::atomic<bool> reload_requested_{false};
  // How many shards have run since prove_life() asked them to.
  const std::shared_ptr<std::atomic<std::size_t>> alive_;
  std::atomic<std::uint64_t> log_bytes_{0};  // of the log's files, as last measured

  std::mutex failure_mutex_;
  std::optional<Error> failure_;
};

}  // namespace courtside
