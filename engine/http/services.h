// What every shard works with: the log, the sequencer and the rules. The Server makes them once.
// All are immutable or thread-safe and outlive the shards.
#pragma once

#include <functional>
#include <string>

#include "engine/access/access.h"
#include "engine/admission/admission.h"
#include "engine/config/config.h"
#include "engine/routing/router.h"
#include "engine/session/session_host.h"
#include "eventlog/log_reader.h"
#include "eventlog/sequencer.h"
#include "replay/page_reader.h"
#include "replay/state/state_reader.h"
#include "transport/connection.h"

namespace courtside {

class BackupEndpoint;

struct Services {
  const Config& config;
  const LogReader& log;
  const PageReader& pages;
  const StateReader& states;
  Sequencer& sequencer;
  Access& access;
  Admission& admission;
  BackupEndpoint& backups;
  const Router& router;
  const Projections& projections;
  ConnectionLimits connection_limits;
  SessionLimits session_limits;
  std::function<std::string()> metrics;   // the body of GET /metrics
  std::function<std::string()> outboxes;  // the body of GET /v1/outbox
};

}  // namespace courtside
