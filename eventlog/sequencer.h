// Puts commands into one order and makes them durable, and nothing else.
//
// LocalSequencer does it with one thread and group commit; in a cluster another one will do it with
// a replicated stream. Nobody above may assume which: an append is asynchronous, and its verdict
// comes back inside a batch, between other authors' events.
#pragma once

#include "base/error.h"
#include "eventlog/batch.h"
#include "schema/command.h"

namespace courtside {

// Hears of commits. Called on the log thread, in offset order: it hands the batch on and returns.
class CommitListener {
 public:
  virtual ~CommitListener() = default;
  virtual void on_commit(const SharedBatch& batch) = 0;
  // A write or sync failed: nobody knows what is on disk, and nothing more will be appended.
  virtual void on_failure(const Error& error) = 0;
};

class Sequencer {
 public:
  virtual ~Sequencer() = default;

  // Threads: any. False when the pending appends are at their limit in bytes, or appends have
  // stopped; the command is then untouched. A verdict follows otherwise, unless appends fail.
  [[nodiscard]] virtual bool submit(Command& command) = 0;
};

}  // namespace courtside
