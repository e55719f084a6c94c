// What readers see of a subject's state: what they see of its events, by the same projections.
// Threads: any; a view refers to the projections, which outlive it.
#pragma once

#include <string>
#include <vector>

#include "engine/interest.h"
#include "engine/router.h"
#include "replay/state_reader.h"
#include "schema/protocol.h"

namespace courtside {

// As a reader of `channels` who holds `lifts` sees the subject: the events that reach one of them,
// each through its projection. Everything where `*` is among them.
StateView view_by_channels(const Projections& projections, std::vector<std::string> channels,
                           std::vector<std::string> lifts);

// What each channel of the interest that is a subject was at `at`, by the interest's own channels;
// those that were not there yet are left out. payload_too_large beyond kSubscribedStateBytesMax,
// position_expired where what is held cannot tell. Reads the log: not on a loop.
constexpr std::size_t kSubscribedStateBytesMax = 4 << 20;
Result<std::vector<protocol::State>> subscribed_states(const LogReader& log,
                                                       const StateReader& states,
                                                       const Projections& projections,
                                                       const Interest& interest, Offset at);

// The slots of a venue: the same by one channel, of slot events alone.
StateView view_of_slots(const Projections& projections, const std::string& channel,
                        std::vector<std::string> lifts);

// A notification of this account: all that is said of it, but nothing that reaches only others.
// What an account says of its own notification names no account, and so reaches no channel.
StateView view_of_notification(const std::string& account);

}  // namespace courtside
