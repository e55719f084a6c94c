// One page of an outbox's messages, made frame by frame of what a replication slot gives: which
// messages are rows, where each stands, and where to read on.
//
// A place is an LSN, and means every transaction whose commit record begins before it:
//
//   "16/B374D848"    all of those; as it stands behind a commit
//   "16/B374D848:3"  and of the one that begins just there the first three messages
//
// It is taken from the commit and not from the messages: a transaction's messages stand in the log
// where they were written, so of two transactions that run at the same time the later one's may
// come first. Commits are in order.
//
// Does no I/O. Threads: a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/config/outbox_settings.h"
#include "engine/outbox/outbox_source.h"
#include "engine/postgres/pgoutput.h"

namespace courtside {

struct MessagePlace {
  Lsn lsn;
  std::uint64_t messages = 0;  // of the transaction whose commit begins at lsn

  std::string text() const;
  friend auto operator<=>(const MessagePlace&, const MessagePlace&) = default;
};

// The empty text is the beginning: {0, 0}. data_corrupt when it is no place of messages.
Result<MessagePlace> parse_message_place(const std::string& text);

// Beyond so much a message cannot be an event, and is not looked at.
constexpr std::uint64_t kMessageBytesMax = 256 * 1024 + 64 * 1024;

class MessagePage {
 public:
  // Of `settings` message_prefix, page_rows and page_bytes; they outlive it. `counted`: see
  // ignored().
  MessagePage(const OutboxSettings& settings, MessagePlace from, Lsn counted = {})
      : settings_(settings), from_(from), end_(from), counted_(counted) {}

  // The next frame, in order; frames of what was read before are passed over. `internal`: it is no
  // frame, or not the one that must come. REQUIRES: !is_full().
  Result<void> take(std::string_view bytes, std::uint64_t size_bytes);

  bool is_full() const { return is_full_; }
  std::uint64_t frames() const { return frames_; }  // that were taken
  bool is_empty() const { return rows_.empty(); }
  // Behind what was taken; where it began, while that was read before or of others.
  MessagePlace end() const { return end_; }
  // Messages with our prefix, behind what was counted before, that are not transactional and so can
  // be no event; and up to where they are counted now.
  std::uint64_t ignored() const { return ignored_; }
  Lsn counted() const { return counted_; }
  std::vector<OutboxRow> take_rows() { return std::move(rows_); }

 private:
  Result<void> take(const PgBegin& begin);
  Result<void> take(const PgMessage& message);
  Result<void> take(const PgCommit& commit);

  const OutboxSettings& settings_;
  const MessagePlace from_;
  MessagePlace end_;
  std::optional<Lsn> commit_;     // of the transaction that is being taken
  std::uint64_t number_ = 0;      // of its messages that are ours
  std::uint64_t size_bytes_ = 0;  // of the rows
  std::uint64_t frames_ = 0;
  std::uint64_t ignored_ = 0;
  Lsn counted_;
  bool is_full_ = false;
  std::vector<OutboxRow> rows_;
};

// The row that a message stands for, without its place: what cannot be read has a fault. Its
// content stays with it, since the message itself is gone once it was read.
OutboxRow message_row(const PgMessage& message);

// The text as UTF-8 that PostgreSQL takes as a text: what is no character, and zero bytes, become
// U+FFFD. At most max_bytes long, whole characters.
std::string readable_text(std::string_view bytes, std::size_t max_bytes);

}  // namespace courtside
