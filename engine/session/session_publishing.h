// A session's publishes, in the order in which they were said: each waits until the right to it is
// known, and then for the log's verdict.
//
// Threads: its shard's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "engine/access/access.h"
#include "schema/cloudevent.h"
#include "schema/command.h"
#include "schema/protocol.h"

namespace courtside {

class SessionHost;
struct SessionLimits;

// What the session says to its client.
class SessionVoice {
 public:
  virtual void send(const protocol::ServerMessage& message) = 0;
  virtual void refuse(std::optional<std::uint32_t> request, Error error) = 0;
  // A number that no question of this session has had.
  virtual std::uint64_t next_attempt() = 0;

 protected:
  ~SessionVoice() = default;
};

class SessionPublishing {
 public:
  // All outlive it.
  SessionPublishing(SessionHost& host, SessionVoice& voice, const SessionLimits& limits)
      : host_(host), voice_(voice), limits_(limits) {}

  void add(std::uint32_t request, IncomingEvent event, const Identity& publisher);
  void on_checked(std::uint64_t attempt, const Result<PublishGrant>& grant,
                  const Identity& publisher);
  void on_verdict(const Verdict& verdict);

  // The client must be read no further ... until it may be again.
  bool is_full() const;
  bool has_room() const;

 private:
  // That wait for their right to be looked up; more wait in the socket.
  static constexpr std::size_t kWaitingMax = 16;

  struct Waiting {
    std::uint32_t request = 0;
    IncomingEvent event;
  };
  struct Submitted {
    std::uint64_t ticket = 0;
    std::uint32_t request = 0;
    std::string subject;
  };

  void go_on(const Identity& publisher);
  void submit(Waiting& waiting, const Result<PublishGrant>& grant, const Identity& publisher);

  SessionHost& host_;
  SessionVoice& voice_;
  const SessionLimits& limits_;
  std::uint64_t attempt_ = 0;  // of the question about the first that waits; 0: none is asked
  std::uint64_t last_ticket_ = 0;
  // Lists, because an empty one costs no memory, and most sessions publish nothing.
  std::list<Waiting> waiting_;
  std::list<Submitted> submitted_;
};

}  // namespace courtside
