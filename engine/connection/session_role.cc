#include "engine/connection/session_role.h"

#include <utility>

#include "base/time.h"
#include "engine/delivery/subscribed_states.h"
#include "engine/history/state_view.h"
#include "engine/routing/account_events.h"
#include "engine/routing/publisher.h"

namespace courtside {

SessionRole::SessionRole(Exchange& exchange, Link& link, AuditTraces& traces,
                         const protocol::Codec& codec, const Wire& wire,
                         std::optional<Identity> identity)
    : exchange_(exchange),
      link_(link),
      traces_(traces),
      limits_(link.services().session_limits()),
      session_(*this, codec, wire, limits_, link.host().now_ms(), std::move(identity)) {}

void SessionRole::on_message(Opcode opcode, std::string_view payload) {
  session_.on_message(opcode == Opcode::kText, payload);
}

void SessionRole::drain(const Goodbye& goodbye) {
  session_.drain(static_cast<std::uint32_t>(link_.spread_ms(goodbye.spread_ms)),
                 goodbye.close_code);
}

// ---------------------------------------------------------------------------------------------
// Events.

void SessionRole::send_frames(const SharedBytes& frames) {
  link_.send_paced(frames);
  // A large commit comes in several blocks within one turn. Write what the kernel takes before this
  // client counts as slow.
  link_.flush_when_congested();
}

// Ends the session instead of retrying the read; the client reconnects at its own pace. Damage ends
// the subscription that met it: others may not be affected, and reading again would not help.
void SessionRole::on_read_failed(SubscriberId id, const Error& error) {
  if (!link_.is_open()) return;
  if (error.code == Code::data_corrupt) return session_.end_subscriber(id, error);
  session_.break_off("the log could not be read");
}

void SessionRole::resolve_start(std::uint32_t sub, std::uint64_t attempt,
                                const protocol::From& from, const Filter& filter) {
  const bool accepted =
      exchange_.read([this, &services = link_.services(), sub, attempt, from, filter] {
        const Result<Start> start =
            resolve_start_reading(from, filter, services.log, services.pages);
        return [this, sub, attempt, start](Exchange&) { session_.on_start(sub, attempt, start); };
      });
  if (accepted) return;
  // Answer later: the session is in the middle of its subscribe.
  exchange_.resume_later()([this, sub, attempt](Exchange&) {
    session_.on_start(sub, attempt, fail(Code::overloaded, "too many reads are waiting"));
  });
}

// A request for states, passed between this thread and the read threads.
struct SessionRole::AskedStates {
  Identity reader;
  std::uint32_t sub;
  std::uint64_t attempt;
  Start start;
  SubscribedStates states;
  int pieces_left = kStatePiecesMax;
};

// Reads piece by piece, with the priority of history reads, and only while the subscription waits
// for it.
void SessionRole::read_states(const Identity& identity, std::uint32_t sub, std::uint64_t attempt,
                              const Start& start, const SharedInterest& interest) {
  const Projections& projections = link_.services().projections;
  read_next_piece(std::make_shared<AskedStates>(
      AskedStates{.reader = identity,
                  .sub = sub,
                  .attempt = attempt,
                  .start = start,
                  .states = SubscribedStates(projections, interest, previous(start.next))}));
}

void SessionRole::read_next_piece(const std::shared_ptr<AskedStates>& asked) {
  exchange_.read_history(asked->reader, [this, &services = link_.services(), asked] {
    const Result<bool> done = asked->states.read_on(services.log, services.states,
                                                    services.config.get()->limits.page_scanned);
    return [this, asked, done](Exchange&) { on_piece(asked, done); };
  });
}

void SessionRole::on_piece(const std::shared_ptr<AskedStates>& asked, const Result<bool>& done) {
  const auto answer = [&](const Result<std::vector<protocol::State>>& states) {
    session_.on_states(asked->sub, asked->attempt, asked->start, states);
  };
  if (!done) return answer(fail(done.error()));
  if (*done) return answer(asked->states.states());
  if (!session_.awaits_states(asked->sub, asked->attempt)) {
    return answer(fail(Code::not_found, "the subscription does not wait for it"));
  }
  if (--asked->pieces_left == 0) {
    return answer(fail(Code::overloaded, "the states take too long to read: try again"));
  }
  read_next_piece(asked);
}

// ---------------------------------------------------------------------------------------------
// Access.

std::optional<Result<Identity>> SessionRole::identify(const std::optional<std::string>& credential,
                                                      std::uint64_t attempt) {
  ConnectionAdmission& admission = link_.admission();
  auto known = exchange_.identify(
      credential, [this, attempt, &admission](Exchange&, const Result<Identity>& identity) {
        session_.on_identity(attempt, admission.counted(admission.with_leases(identity)));
      });
  if (known) known = admission.counted(admission.with_leases(std::move(*known)));
  return known;
}

std::optional<Result<ReadGrant>> SessionRole::check_read(const Identity& identity,
                                                         const std::vector<std::string>& channels,
                                                         std::uint32_t sub, std::uint64_t attempt) {
  ConnectionAdmission& admission = link_.admission();
  const auto known = link_.services().access.check_read(
      identity, channels, ReadMode::kLive,
      exchange_.later<ReadGrant>(
          [this, sub, attempt, &admission](Exchange&, const Result<ReadGrant>& grant) {
            admission.counted(grant);
            session_.on_read_checked(sub, attempt, grant);
          }));
  if (known) admission.counted(*known);
  return known;
}

std::optional<Result<PublishGrant>> SessionRole::check_publish(const Identity& identity,
                                                               EventView event,
                                                               std::uint64_t attempt) {
  ConnectionAdmission& admission = link_.admission();
  const auto known = link_.services().access.check_publish(
      identity, event,
      exchange_.later<PublishGrant>(
          [this, attempt, &admission](Exchange&, const Result<PublishGrant>& grant) {
            admission.counted(grant);
            session_.on_publish_checked(attempt, grant);
          }));
  if (known) admission.counted(*known);
  return known;
}

Result<void> SessionRole::take_publish(const Identity& identity) {
  return link_.admission().counted(link_.admission().take_publish(identity));
}

Result<std::shared_ptr<const void>> SessionRole::take_subscribe(const Identity& identity,
                                                                std::size_t channels,
                                                                bool catches_up) {
  return link_.admission().counted(
      link_.admission().take_subscribe(identity, channels, catches_up));
}

std::optional<Result<void>> SessionRole::trace_read(const Identity& identity, const Filter& filter,
                                                    std::uint32_t sub, std::uint64_t attempt) {
  const Result<void> appended = traces_.append_query(identity, filter, std::nullopt);
  if (!appended) return appended;
  traces_.after([this, sub, attempt](Exchange&) { session_.on_read_traced(sub, attempt); },
                [this, sub, attempt](Exchange&, const Error& error) {
                  session_.on_read_not_traced(sub, attempt, error);
                });
  return std::nullopt;
}

Result<void> SessionRole::publish(IncomingEvent event, const Identity& identity,
                                  const PublishGrant& grant, std::uint64_t ticket) {
  const Services& services = link_.services();
  const AccountEventBounds bounds = bounds_of(*services.config.get(), now());
  if (const auto attributed = attribute(event, identity, grant, bounds); !attributed) {
    return attributed;
  }
  std::vector<IncomingEvent> events;
  events.push_back(std::move(event));
  if (!services.config.get()->allow_similar_types) {
    if (const Result<void> known = check_types(events, /*is_batch=*/false); !known) return known;
  }
  Result<Append> append = make_append(services.router, std::move(events), identity, {});
  if (!append) return fail(append.error());
  return link_.submit(std::move(*append), ticket);
}

}  // namespace courtside
