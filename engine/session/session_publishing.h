// A session's publishes, in the order in which they came: each waits until the right to it is
// known, and then for the log's verdict. When enough of them wait, the socket is not read.
//
// Threads: the session's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "engine/access/access.h"
#include "engine/session/reading_gate.h"
#include "engine/session/session_context.h"
#include "engine/session/session_host.h"
#include "schema/command.h"
#include "schema/incoming_event.h"

namespace courtside {

class SessionPublishing {
 public:
  // All outlive it.
  SessionPublishing(SessionHost& host, SessionContext& context, ReadingGate& gate,
                    const SessionLimits& limits)
      : host_(host), context_(context), gate_(gate), limits_(limits) {}

  void add(std::uint32_t request, IncomingEvent event, const Identity& publisher);
  void on_checked(std::uint64_t attempt, const Result<PublishGrant>& grant,
                  const Identity& publisher);
  void on_verdict(const Verdict& verdict);
  // No verdict comes any more.
  void on_log_failure(const Error& error);

 private:
  // That wait for their right to be looked up; more wait in the socket.
  static constexpr std::size_t kWaitingMax = 16;

  struct Waiting {
    std::uint32_t request = 0;
    IncomingEvent event;
    int rounds = 0;  // questions about its right so far
  };
  struct Submitted {
    std::uint64_t ticket = 0;
    std::uint32_t request = 0;
    std::string subject;
  };

  void check_next(const Identity& publisher);
  void refuse_first(const Error& error);
  void answer(const Submitted& submitted, const Verdict& verdict);
  void submit(Waiting& waiting, const Result<PublishGrant>& grant, const Identity& publisher);
  // Stops reading when enough publishes wait, and lets it go on at half of that.
  void pace_reading();

  SessionHost& host_;
  SessionContext& context_;
  ReadingGate& gate_;
  const SessionLimits& limits_;
  std::uint64_t attempt_ = 0;  // of the question about the first that waits; 0: none is asked
  std::uint64_t last_ticket_ = 0;
  // Lists, because an empty one costs no memory, and most sessions publish nothing.
  std::list<Waiting> waiting_;
  std::list<Submitted> submitted_;
};

}  // namespace courtside
