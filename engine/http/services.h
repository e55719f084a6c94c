// What every shard works with: the log, the sequencer and the rules. The Server makes them once.
// All are immutable or thread-safe and outlive the shards. The configuration may be replaced while
// they run (Server::request_reload): what is in progress keeps what it began with.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/access/access.h"
#include "engine/access/current.h"
#include "engine/admission/admission.h"
#include "engine/config/config.h"
#include "engine/routing/router.h"
#include "engine/session/session_host.h"
#include "eventlog/log_reader.h"
#include "eventlog/sequencer.h"
#include "eventlog/storage/log_condition.h"
#include "replay/page_reader.h"
#include "replay/state/state_reader.h"
#include "transport/connection.h"

namespace courtside {

class BackupEndpoint;

struct Services {
  const Current<Config>& config;
  const LogReader& log;
  const PageReader& pages;
  const StateReader& states;
  Sequencer& sequencer;
  Access& access;
  Admission& admission;
  BackupEndpoint& backups;
  const Router& router;
  const Projections& projections;
  std::function<std::string()> metrics;   // the body of GET /metrics
  std::function<std::string()> outboxes;  // the body of GET /v1/outbox
  std::function<LogCondition()> condition;
  // For administration; `then` is called once, on any thread: a JSON list of all connections, and
  // whether there was such a connection.
  std::function<void(std::function<void(std::string)> then)> list_connections = {};
  std::function<void(std::uint64_t id, std::function<void(bool)> then)> close_connection = {};

  // Of a connection or session that begins now.
  ConnectionLimits connection_limits() const;
  SessionLimits session_limits() const;
};

}  // namespace courtside
