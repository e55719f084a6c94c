// A Peer reads what the subjects of its session's subscriptions were: piece by piece, behind those
// who wait for live events, and no further than somebody waits for it.
#include <memory>
#include <utility>

#include "engine/peer.h"
#include "engine/shard.h"
#include "engine/state_view.h"
#include "engine/subscribed_states.h"

namespace courtside {
namespace {

// As it goes back and forth between the shard and the read threads.
struct AskedStates {
  ReadCaller caller;
  std::uint32_t sub;
  std::uint64_t attempt;
  Start start;
  SubscribedStates states;
  int pieces_left = kStatePiecesMax;
};

void answer(Shard& shard, ConnectionId id, const AskedStates& asked,
            const Result<std::vector<protocol::State>>& states) {
  if (Peer* peer = shard.find_peer(id)) {
    peer->on_states(asked.sub, asked.attempt, asked.start, states);
  }
}

void read_on(Shard& shard, ConnectionId id, const std::shared_ptr<AskedStates>& asked);

void on_piece(Shard& shard, ConnectionId id, const std::shared_ptr<AskedStates>& asked,
              const Result<bool>& done) {
  Peer* peer = shard.find_peer(id);
  if (peer == nullptr) return;
  if (!done) return answer(shard, id, *asked, fail(done.error()));
  if (*done) return answer(shard, id, *asked, asked->states.states());
  if (!peer->awaits_states(asked->sub, asked->attempt)) {
    return answer(shard, id, *asked, fail(Code::not_found, "nobody waits for it"));
  }
  if (--asked->pieces_left == 0) {
    return answer(shard, id, *asked,
                  fail(Code::overloaded, "the states take long to make: ask again"));
  }
  read_on(shard, id, asked);
}

void read_on(Shard& shard, ConnectionId id, const std::shared_ptr<AskedStates>& asked) {
  shard.read_history(asked->caller, id, [&shard, id, asked] {
    const Engine& engine = shard.engine();
    const Result<bool> done =
        asked->states.read_on(engine.log, engine.states, engine.config.limits.page_scanned);
    return [&shard, id, asked, done] { on_piece(shard, id, asked, done); };
  });
}

}  // namespace

void Peer::read_states(const Identity& identity, std::uint32_t sub, std::uint64_t attempt,
                       const Start& start, const SharedInterest& interest) {
  const Projections& projections = shard_.engine().projections;
  read_on(shard_, id_,
          std::make_shared<AskedStates>(AskedStates{
              .caller = door_.read_caller(identity),
              .sub = sub,
              .attempt = attempt,
              .start = start,
              .states = SubscribedStates(projections, interest, previous(start.next))}));
}

bool Peer::awaits_states(std::uint32_t sub, std::uint64_t attempt) const {
  return session_ != nullptr && session_->awaits_states(sub, attempt);
}

void Peer::on_states(std::uint32_t sub, std::uint64_t attempt, const Start& start,
                     const Result<std::vector<protocol::State>>& states) {
  if (session_) session_->on_states(sub, attempt, start, states);
}

}  // namespace courtside
