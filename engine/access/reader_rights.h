// Whether a reader may go on, from one answer of Access to the next. A session's subscription, a
// stream of events and a file of history all ask by these rules:
//
//   granted  -- recheck, or a rights event --> asked again (paused until the answer, if an event)
//   unknown  -- each tick, for kUnknownMsMax --> asked again, and paused meanwhile
//   refused                                  --> the reading ends
//
// A right that cannot be looked up for now is not granted, and not taken away either.
//
// It does no I/O. Threads: its owner's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/access/access.h"

namespace courtside {

class ReaderRights {
 public:
  ReaderRights(std::uint64_t now_ms, std::uint64_t recheck_ms)
      : recheck_ms_(recheck_ms), next_recheck_ms_(now_ms + recheck_ms) {}

  // A question goes out. Whatever was asked before counts no more, so that an answer from before a
  // right's end lets nobody in.
  void ask(std::uint64_t attempt);
  bool is_asked() const { return is_asked_; }
  std::uint64_t attempt() const { return attempt_; }

  enum class Answer : std::uint8_t { kGranted, kUnknown, kRefused };
  // Of the question that is awaited.
  Answer on_answer(const Result<ReadGrant>& grant, std::uint64_t now_ms);

  // It is time to ask again. Not while an answer is awaited: each new question makes the answer to
  // the one before worthless, so that a slow database would never be heard.
  bool is_due(std::uint64_t now_ms) const;

  // How long a reader is paused whose right cannot be looked up, before it is refused.
  static constexpr std::uint64_t kUnknownMsMax = 10'000;

 private:
  std::uint64_t recheck_ms_;  // how often without cause
  std::uint64_t next_recheck_ms_;
  std::uint64_t attempt_ = 0;
  bool is_asked_ = false;
  std::uint64_t give_up_ms_ = 0;  // while the right is unknown; 0: it is not
};

// Whether what somebody may read of these channels may change with it.
bool concerns(const RightsChange& change, const Identity& reader,
              const std::vector<std::string>& channels);

// Whether the reader's token has ended, `leeway_s` included. `now_s`: seconds since 1970.
bool has_expired(const Identity& reader, std::int64_t now_s, std::int64_t leeway_s);

}  // namespace courtside
