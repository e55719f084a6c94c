// Goal: clang refuses a call of what belongs to a loop's thread from code that does not.
//
// It is compiled, and not run, by CMakeLists.txt: as it stands it must be taken, and with
// COURTSIDE_FROM_ELSEWHERE it must not.
#include "base/loop_thread.h"
#include "engine/connection/peer.h"

namespace courtside {

void tell_time(Peer& peer) {
#ifndef COURTSIDE_FROM_ELSEWHERE
  loop_thread.entered();
#endif
  peer.on_tick(0);
}

}  // namespace courtside
