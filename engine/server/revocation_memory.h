// Keeps tokens revoked across restarts, retention, and backup and restore.
//
//   at start:   notes of the log, then all retained events  -> Revocations
//   at commit:  each event that revokes                     -> a note of the log
//
// The index finds the events by type. A note outlives its event, so revocations survive retention.
// Where revocations may be unknown, old tokens are refused: a log that removed events before notes
// were kept, and a restored log (which lacks revocations after its backup), refuse every token
// older than that.
//
// Threads: begin() and load() before the log thread starts, on_commit() on the log thread.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/access/access.h"
#include "engine/server/commit.h"
#include "eventlog/batch.h"
#include "eventlog/log_notes.h"
#include "eventlog/log_reader.h"
#include "replay/page_reader.h"

namespace courtside {

class RevocationMemory {
 public:
  // All references must outlive it.
  RevocationMemory(const LogReader& log, const PageReader& pages, LogNotes& notes)
      : log_(log), pages_(pages), notes_(notes) {}

  // Starts keeping notes; does nothing if the log has them already.
  Result<void> begin();

  // Passes all revocations to `access`. Any error must abort the start, because a revoked token
  // could become valid again. REQUIRES: begin() was called.
  Result<void> load(Access& access);

  // Writes notes for the batch's revocations, whether access control is on or off.
  Result<void> on_commit(const Batch& batch, const CommitRights& rights, Access& access);

 private:
  Result<void> load_notes(Access& access);
  Result<void> load_events(Access& access);
  // Removes the notes of accounts that Revocations has forgotten.
  Result<void> remove_forgotten(Access& access);

  const LogReader& log_;
  const PageReader& pages_;
  LogNotes& notes_;
};

}  // namespace courtside
