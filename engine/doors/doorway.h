// One connection's way through the doors: from which address its client comes, which places it
// holds, and what is counted of what it was refused.
//
// Whoever tells the client of a refusal counts it, with deny() or counted(), once.
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "engine/doors/doors.h"
#include "transport/loop.h"

namespace courtside {

class Doorway {
 public:
  // `place` is its share of what its address may have. Doors and loop outlive it.
  Doorway(Doors& doors, const Loop& loop, std::string address, ConnectionLimit::Lease place)
      : doors_(doors), loop_(loop), address_(std::move(address)), place_(std::move(place)) {}

  void set_connection(std::uint64_t id) { connection_ = id; }
  const std::string& address() const { return address_; }

  // Before and after a credential is looked at.
  Result<void> check_login() const { return doors_.check_login(address_, loop_.now_ms()); }
  void on_login(const Result<Identity>& identity);

  // rate_limited when its account has as many sessions and streams as it may. Holds what it got
  // until the connection ends, or another account takes its place.
  Result<void> take_place(const Identity& identity);
  // The identity, when there is a place for it.
  Result<Identity> admitted(Result<Identity> identity);

  Result<void> take_subscribe(const Identity& identity) {
    return doors_.take_subscribe(identity, address_, loop_.now_ms());
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
    if (!result) deny(result.error().code);
    return result;
  }
  void deny(Code code);

 private:
  Doors& doors_;
  const Loop& loop_;
  std::string address_;
  ConnectionLimit::Lease place_;
  ConnectionLimit::Lease account_place_;
  std::string account_;  // whose place it holds; empty: nobody's
  std::uint64_t connection_ = 0;
};

}  // namespace courtside
