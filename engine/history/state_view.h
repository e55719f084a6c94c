// What a reader sees of a subject's state: the state is folded from the events that the reader
// sees, with the same projections. Threads: any; a view refers to the projections, which must
// outlive it.
#pragma once

#include <string>
#include <vector>

#include "engine/routing/router.h"
#include "replay/state/state_reader.h"

namespace courtside {

// The view of a reader of `channels` with `unmasked_permissions`: the events in one of the
// channels, each with its projection. With `*` among the channels: everything.
StateView view_by_channels(const Projections& projections, std::vector<std::string> channels,
                           std::vector<std::string> unmasked_permissions);

// A state is read in pieces, so that other reads run in between. After this many pieces the answer
// is `overloaded`; the partial read is kept, so a repeated request continues it.
constexpr int kStatePiecesMax = 200;

// The view of a venue's slots: one channel, only slot events.
StateView view_of_slots(const Projections& projections, const std::string& channel,
                        std::vector<std::string> unmasked_permissions);

// The view of an account's notification: all its events except those that are only in other
// accounts' channels. Events that the account itself publishes about its notification name no
// account, so they are in no user channel.
StateView view_of_notification(const std::string& account);

}  // namespace courtside
