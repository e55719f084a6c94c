// The identity of a session's client: `hello`, `refresh`, and the end of its token.
//
//   anonymous -- hello --> asked --> welcomed -- refresh --> asked again --> welcomed
//                            |                                 |
//                         refused: closes                   refused: keeps its identity
//
// The client's messages are held, in order, until it is authenticated.
//
// Threads: the session's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/access/access.h"
#include "engine/session/reading_gate.h"
#include "engine/session/session_context.h"
#include "engine/session/session_host.h"
#include "schema/protocol.h"

namespace courtside {

class SessionIdentity {
 public:
  // The outcome of a question about the identity.
  enum class Outcome : std::uint8_t {
    kPending,    // the answer comes later, with on_identity
    kRefused,    // the error was sent; a session that was not welcomed is closed
    kWelcomed,   // `welcome` was sent
    kRefreshed,  // the same account, maybe with other rights
  };

  // All but `identity` outlive it. `identity` is who the upgrade's credential named; empty where it
  // carried none.
  SessionIdentity(SessionHost& host, SessionContext& context, ReadingGate& gate,
                  const SessionLimits& limits, std::optional<Identity> identity)
      : host_(host),
        context_(context),
        gate_(gate),
        limits_(limits),
        identity_(std::move(identity)) {}

  Outcome on_hello(protocol::Hello& message);
  Outcome on_refresh(protocol::Refresh& message);
  Outcome on_identity(std::uint64_t attempt, Result<Identity> identity);
  // Rights changed: a pending answer may be older than the change.
  // REQUIRES: is_pending().
  Outcome ask_again();

  bool is_welcomed() const { return is_welcomed_; }
  // Before the welcome: whether the upgrade request carried a valid credential.
  bool is_known() const { return identity_.has_value(); }
  // REQUIRES: is_known().
  const Identity& get() const { return *identity_; }

  // Messages are to be held.
  bool is_pending() const { return question_ != nullptr; }
  // REQUIRES: is_pending().
  void hold(std::string_view payload);
  // The messages that were held, oldest first, after any outcome but kPending.
  std::list<std::string> take_held() { return std::exchange(held_, {}); }

  // Closes when the token has expired, and warns before that. REQUIRES: is_welcomed().
  void check_expiry();
  // Checks at intervals whether the credential was revoked. The error when it was.
  // REQUIRES: is_welcomed().
  Result<void> recheck();

 private:
  // What is being asked.
  struct Question {
    std::uint64_t attempt = 0;
    std::optional<std::string> credential;
    std::uint32_t refresh = 0;         // the request, or 0 for `hello`
    std::list<std::string> held = {};  // messages that came meanwhile
    std::size_t held_bytes = 0;        // past message_bytes_max no more are read
  };

  Outcome ask(std::optional<std::string> credential, std::uint32_t refresh);
  Outcome welcome(Identity identity);
  Outcome refreshed(std::uint32_t request, Identity identity);
  void set(Identity identity);

  SessionHost& host_;
  SessionContext& context_;
  ReadingGate& gate_;
  const SessionLimits& limits_;

  bool is_welcomed_ = false;
  std::optional<Identity> identity_;
  std::unique_ptr<Question> question_;  // a pointer, because few sessions have one for long
  std::list<std::string> held_;         // of the question that was answered last
  std::uint64_t next_recheck_ms_ = 0;
  std::uint64_t expires_ms_ = 0;  // when the token ends, on the loop's clock; 0: never
  std::uint64_t ends_ms_ = 0;     // when its leeway does
  bool has_warned_ = false;       // `expiring` was sent
};

}  // namespace courtside
