// Decides whether a reader may continue, from each answer of Access to the next. A session's
// subscription, an event stream and a history response all use these rules:
//
//   granted  -- recheck interval, or a rights event --> ask again; a rights event pauses the reader
//   unknown  -- each tick, for kUnknownMsMax        --> ask again; the reader is paused meanwhile
//   refused                                         --> the read ends
//
// A right that cannot be looked up now is neither granted nor lost.
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

  // A new question is asked. The answer to any earlier one is ignored, so that an answer from
  // before a rights change grants nothing.
  void ask(std::uint64_t attempt);
  bool is_asked() const { return is_asked_; }
  std::uint64_t attempt() const { return attempt_; }

  enum class Answer : std::uint8_t { kGranted, kUnknown, kRefused };
  // The answer to the latest question.
  Answer on_answer(const Result<ReadGrant>& grant, std::uint64_t now_ms);

  // Time to ask again. False while an answer is awaited: each new question discards the answer to
  // the earlier one, so with a slow database no answer would ever be used.
  bool is_due(std::uint64_t now_ms) const;

  // How long a reader stays paused while its right is unknown, before it is refused.
  static constexpr std::uint64_t kUnknownMsMax = 10'000;

 private:
  std::uint64_t recheck_ms_;  // interval of rechecks without a rights event
  std::uint64_t next_recheck_ms_;
  std::uint64_t attempt_ = 0;
  bool is_asked_ = false;
  std::uint64_t give_up_ms_ = 0;  // when an unknown right becomes a refusal; 0: the right is known
};

// Whether this change may affect the reader's right to these channels.
bool concerns(const RightsChange& change, const Identity& reader,
              const std::vector<std::string>& channels);

// Whether the reader's token has expired, `leeway_s` included. `now_s`: seconds since 1970.
bool has_expired(const Identity& reader, std::int64_t now_s, std::int64_t leeway_s);

}  // namespace courtside
