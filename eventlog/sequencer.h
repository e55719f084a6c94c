// Puts commands into one order and makes them durable.
//
// LocalSequencer does it with one thread and group commit; in a cluster, another implementation
// will use a replicated stream. Callers must not assume which: an append is asynchronous, and its
// verdict comes in a batch, among the verdicts of other authors.
#pragma once

#include "base/error.h"
#include "eventlog/batch.h"
#include "schema/command.h"

namespace courtside {

// Receives commits on the log thread, in offset order. It must pass the batch on and return.
class CommitListener {
 public:
  virtual ~CommitListener() = default;
  virtual void on_commit(const SharedBatch& batch) = 0;
  // A write or sync failed: the state on disk is unknown, and nothing more will be appended.
  virtual void on_failure(const Error& error) = 0;
};

class Sequencer {
 public:
  virtual ~Sequencer() = default;

  // Threads: any. Returns false and leaves the command unchanged when the pending appends reach
  // their limit in bytes, or appends have stopped. Otherwise a verdict follows, unless appends
  // fail.
  [[nodiscard]] virtual bool submit(Command& command) = 0;
};

}  // namespace courtside
