// Keeps revoked tokens revoked: over restarts, over retention, and through a backup and a restore.
//
//   at the start: notes of the log, then its events from the first one held  -> Revocations
//   at a commit:  each event that revokes                                    -> a note of the log
//
// The events are found through the index by their types. A note outlives its event, so what
// retention drops stays known. What nobody can know any more is refused: a log that dropped events
// before there were notes, and a log that was restored, which lacks what was revoked after its
// backup, refuse every token that is older than that.
//
// Threads: begin() and load() before the log thread begins, on_commit() on the log thread.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/access/access.h"
#include "eventlog/batch.h"
#include "eventlog/log_notes.h"
#include "eventlog/log_reader.h"
#include "replay/page_reader.h"

namespace courtside {

class RevocationMemory {
 public:
  // All outlive it.
  RevocationMemory(const LogReader& log, const PageReader& pages, LogNotes& notes)
      : log_(log), pages_(pages), notes_(notes) {}

  // Notes are kept from now on; does nothing where they are kept already.
  Result<void> begin();

  // Makes known to `access` what was revoked. Any error must end the start: without an answer a
  // revoked token could be good again. REQUIRES: begin() was called.
  Result<void> load(Access& access);

  // Notes what the batch revokes, whether access control is on or not.
  Result<void> on_commit(const Batch& batch, Access& access);

 private:
  Result<void> load_notes(Access& access);
  Result<void> load_events(Access& access);
  // Of accounts that Revocations has no room for.
  Result<void> remove_forgotten(Access& access);

  const LogReader& log_;
  const PageReader& pages_;
  LogNotes& notes_;
};

}  // namespace courtside
