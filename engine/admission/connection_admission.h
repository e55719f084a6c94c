// Admission of one connection: its client's address, its leases, and the denials it caused.
//
// The code that sends a refusal to the client also counts it, once, with deny() or counted().
// Threads: its shard's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/admission/admission.h"
#include "transport/event_loop.h"
#include "transport/http.h"

namespace courtside {

class ConnectionAdmission {
 public:
  // `places` are the leases of the socket, whose address is `peer`. A trusted proxy has none for
  // its address; its clients have theirs. Admission and loop must outlive it.
  ConnectionAdmission(Admission& admission, const EventLoop& loop, std::string peer,
                      Admission::ConnectionLeases places);

  void set_connection(std::uint64_t id) { connection_ = id; }

  // The client's address, as far as it is known yet.
  const std::string& address() const { return address_; }
  // A PROXY header named the client (or the proxy itself). rate_limited when that address has its
  // maximum of connections.
  Result<void> on_proxy_header(const std::string& client);
  // The peer is a trusted proxy, which speaks for its clients.
  bool is_behind_proxy() const { return !proxy_.empty(); }
  // Through a trusted proxy each request has its own client. forbidden when the proxy says that the
  // client used plain text and the server is reachable from other machines.
  Result<void> on_request(const HttpHeaders& headers);

  // Takes the result of checking a credential, and returns it. Counts an invalid credential;
  // rate_limited after too many.
  Result<Identity> count_if_invalid(Result<Identity> identity);

  // A ticket for this caller. overloaded; rate_limited when it has its maximum of unused tickets.
  Result<std::string> issue_ticket(const Identity& identity) {
    return shared_admission_.tickets().issue(identity, loop_.now_ms());
  }
  // The ticket's identity; empty when the ticket is used, expired or unknown.
  std::optional<Identity> redeem_ticket(std::string_view ticket) {
    return shared_admission_.tickets().redeem(ticket, loop_.now_ms());
  }

  // For a session whose caller is not known yet. Behind a proxy it counts for its address:
  // rate_limited when that has its maximum.
  Result<void> take_address_place();
  // Takes the leases that a session or stream needs: rate_limited when its account, its anonymous
  // address, or behind a proxy its address has the maximum. The leases are kept until the
  // connection ends or another caller logs in on it.
  Result<void> take_place(const Identity& identity);
  // The identity, after take_place() succeeded for it.
  Result<Identity> with_leases(Result<Identity> identity);

  // The place of a subscription to so many channels, held by what it returns.
  Result<std::shared_ptr<const void>> hold_subscription(const Identity& identity,
                                                        std::size_t channels);
  // The same, and counts one subscribe. `catches_up`: it begins in the past, or with states.
  Result<std::shared_ptr<const void>> take_subscribe(const Identity& identity, std::size_t channels,
                                                     bool catches_up);
  // For a request that is no question of a monitor: overloaded while the connection is only for
  // those. When there is memory again it becomes one like all others.
  Result<void> admit_request();
  // Its connection closes after each answer.
  bool is_for_monitor() const {
    return places_.is_for_monitor && shared_admission_.memory().is_exceeded();
  }
  // Before a page, a state or a single event is read.
  Result<void> admit_history() { return shared_admission_.memory().admit(NewWork::kHistory); }
  Result<Admission::HistoryLeases> lease_history(const Identity& identity) {
    return shared_admission_.lease_history(identity, address_);
  }
  Result<Admission::BodyLeases> lease_body(const Identity& identity, std::size_t bytes_max) {
    return shared_admission_.lease_body(identity, address_, bytes_max);
  }
  ReadCaller read_caller(const Identity& identity) const {
    return shared_admission_.read_caller(identity, address_);
  }
  // The key by which the catch-ups of this caller take turns; empty: each by itself, as those of
  // services do.
  std::string reader_key(const Identity& identity) const {
    const ReadCaller caller = read_caller(identity);
    return identity.kind == Identity::Kind::kAccount || identity.kind == Identity::Kind::kAnonymous
               ? "of " + caller.key
               : std::string();
  }
  Result<void> take_publish(const Identity& identity) {
    return shared_admission_.take_publish(identity, address_, loop_.now_ms());
  }
  void spend_publishes(const Identity& identity, std::uint64_t events) {
    shared_admission_.spend_publishes(identity, address_, loop_.now_ms(), events);
  }

  void deny(Denial reason, std::string_view why = {}) {
    shared_admission_.denials().count(reason, connection_, address_, loop_.now_ms(), {.why = why});
  }
  // Returns the result; counts an error that is a denial.
  template <typename T>
  const Result<T>& counted(const Result<T>& result) {
    if (!result) deny(result.error());
    return result;
  }
  // Counts it for the caller whose credential was checked last.
  void deny(const Error& error);

 private:
  void set_peer(const std::string& peer);
  Result<void> lease_address();

  Admission& shared_admission_;
  const EventLoop& loop_;
  std::string proxy_;    // the trusted proxy of the current request; empty: none
  std::string address_;  // the client's
  Admission::ConnectionLeases places_;
  std::string leased_address_;  // the address that places_.of_address is for, behind a proxy
  Quota::Lease session_place_;
  std::string session_of_;  // the account or address that session_place_ is for; empty: none
  std::string caller_;      // actor of the last valid credential; empty: none
  std::uint64_t connection_ = 0;
};

}  // namespace courtside
