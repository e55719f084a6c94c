// How a process ends when the system refuses it a thread, memory or an event loop: with the exit
// status of `no_resources` and the reason, instead of an abort. std::thread, operator new, RocksDB
// and Loop report such a refusal with an exception that nobody catches.
//
// The process ends at once, as after `kill -9`: whatever was acknowledged is on the disk, and
// nothing else was promised. An uncaught exception of another kind is a defect and aborts.
// Threads: call it once, before there are others.
#pragma once

namespace courtside {

void end_by_name_without_resources();

}  // namespace courtside
