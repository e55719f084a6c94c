// What every shard works with: the log, the sequencer and the rules, made once by the Server.
// All of it is immutable or safe from any thread, and outlives the shards.
#pragma once

#include <functional>
#include <string>

#include "engine/access/access.h"
#include "engine/config/config.h"
#include "engine/doors/doors.h"
#include "engine/routing/router.h"
#include "engine/session/session.h"
#include "eventlog/log_reader.h"
#include "eventlog/sequencer.h"
#include "replay/page_reader.h"
#include "replay/state_reader.h"
#include "transport/connection.h"

namespace courtside {

class BackupDoor;

struct Services {
  const Config& config;
  const LogReader& log;
  const PageReader& pages;
  const StateReader& states;
  Sequencer& sequencer;
  Access& access;
  Doors& doors;
  BackupDoor& backups;
  const Router& router;
  const Projections& projections;
  ConnectionLimits connection_limits;
  SessionLimits session_limits;
  std::function<std::string()> metrics;   // the page of GET /metrics
  std::function<std::string()> outboxes;  // the answer to GET /v1/outbox
};

}  // namespace courtside
