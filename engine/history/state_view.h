// What readers see of a subject's state: what they see of its events, by the same projections.
// Threads: any; a view refers to the projections, which outlive it.
#pragma once

#include <string>
#include <vector>

#include "engine/routing/router.h"
#include "replay/state_reader.h"

namespace courtside {

// As a reader of `channels` who holds `lifts` sees the subject: the events that reach one of them,
// each through its projection. Everything where `*` is among them.
StateView view_by_channels(const Projections& projections, std::vector<std::string> channels,
                           std::vector<std::string> lifts);

// States are made in pieces, so that others read in between. One that takes more than this answers
// `overloaded`: what was read of it is kept, so it is nearer when it is asked for again.
constexpr int kStatePiecesMax = 200;

// The slots of a venue: the same by one channel, of slot events alone.
StateView view_of_slots(const Projections& projections, const std::string& channel,
                        std::vector<std::string> lifts);

// A notification of this account: all that is said of it, but nothing that reaches only others.
// What an account says of its own notification names no account, and so reaches no channel.
StateView view_of_notification(const std::string& account);

}  // namespace courtside
