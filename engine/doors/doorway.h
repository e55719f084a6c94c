// One connection's way through the doors: from which address its client comes, which places it
// holds, and what is counted of what it was refused.
//
// Whoever tells the client of a refusal counts it, with deny() or counted(), once.
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/doors/doors.h"
#include "transport/http.h"
#include "transport/loop.h"

namespace courtside {

class Doorway {
 public:
  // `place` is its share of what `peer`, its socket's address, may have; a listed proxy brings
  // none: its clients have theirs. Doors and loop outlive it.
  Doorway(Doors& doors, const Loop& loop, std::string peer, ConnectionLimit::Lease place);

  void set_connection(std::uint64_t id) { connection_ = id; }

  // The client's address, as far as it is known.
  const std::string& address() const { return address_; }
  // A PROXY header named the client, or the proxy itself: rate_limited when there is no place for
  // its address.
  Result<void> on_proxy_header(const std::string& client);
  // Each request through a listed proxy has a client of its own. forbidden where the proxy says
  // that this one came in plain text and we are open to other machines.
  Result<void> on_request(const HttpHeaders& headers);

  // Passes on what came of looking at a credential; rate_limited for a bad one after too many.
  Result<Identity> judged(Result<Identity> identity);

  // A ticket for this caller: overloaded, rate_limited when it has as many unused ones as it may.
  Result<std::string> issue_ticket(const Identity& identity) {
    return doors_.tickets().issue(identity, loop_.now_ms());
  }
  // Whose it is. Empty when it was used, is too old, or is none.
  std::optional<Identity> redeem_ticket(std::string_view ticket) {
    return doors_.tickets().redeem(ticket, loop_.now_ms());
  }

  // Before it becomes a session or a stream: rate_limited when its account has as many of them as
  // it may, or, behind a proxy, its address has. Holds what it got until the connection ends, or
  // another account takes its place.
  Result<void> take_place(const Identity& identity);
  // The identity, when there is a place for it.
  Result<Identity> admitted(Result<Identity> identity);

  Result<void> take_subscribe(const Identity& identity) {
    return doors_.take_subscribe(identity, address_, loop_.now_ms());
  }
  Result<Doors::HistoryPlace> take_history_place(const Identity& identity) {
    return doors_.take_history_place(identity, address_);
  }
  ReadCaller read_caller(const Identity& identity) const {
    return doors_.read_caller(identity, address_);
  }
  Result<void> take_publish(const Identity& identity) {
    return doors_.take_publish(identity, address_, loop_.now_ms());
  }
  void spend_publishes(const Identity& identity, std::uint64_t events) {
    doors_.spend_publishes(identity, address_, loop_.now_ms(), events);
  }

  void deny(Denial reason) {
    doors_.denials().count(reason, connection_, address_, loop_.now_ms());
  }
  // Passes it on, counted when it denies something.
  template <typename T>
  const Result<T>& counted(const Result<T>& result) {
    if (!result) deny(result.error());
    return result;
  }
  // Of the caller whose credential was looked at last.
  void deny(const Error& error);

 private:
  void set_peer(const std::string& peer);
  Result<void> take_address_place();

  Doors& doors_;
  const Loop& loop_;
  std::string proxy_;    // the listed proxy that it came through last; empty: none
  std::string address_;  // the client's
  ConnectionLimit::Lease place_;
  std::string place_of_;  // the address whose place it took for a proxy's client
  ConnectionLimit::Lease account_place_;
  std::string account_;  // whose place it holds; empty: nobody's
  std::string caller_;   // who was known last; empty: nobody
  std::uint64_t connection_ = 0;
};

}  // namespace courtside
