// One page of an outbox's messages, made from the frames of a replication slot: which messages are
// rows, the place of each, and the place to read on from.
//
// A place is an LSN. It includes every transaction whose commit record begins before it:
//
//   "16/B374D848"    all of these transactions; the place after a commit
//   "16/B374D848:3"  also the first three messages of the transaction whose commit begins there
//
// The LSN is that of the commit. Messages cannot give it: they are in the server's log where they
// were written, so of two concurrent transactions the one that commits later may have the earlier
// messages. Commits are in order.
//
// It does no I/O. Threads: a value.
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

// The empty text is the beginning: {0, 0}. data_corrupt when the text is not a place of messages.
Result<MessagePlace> parse_message_place(const std::string& text);

// A message with more bytes cannot be an event, and is not parsed.
constexpr std::uint64_t kMessageBytesMax = 256 * 1024 + 64 * 1024;

class MessagePage {
 public:
  // Uses message_prefix, page_rows and page_bytes of `settings`, which must outlive it. `counted`:
  // see ignored().
  MessagePage(const OutboxSettings& settings, MessagePlace from, Lsn counted = {})
      : settings_(settings), from_(from), end_(from), counted_(counted) {}

  // Takes the next frame, in order; frames before the place are ignored. `internal` when it is not
  // a frame, or one that cannot come here. REQUIRES: !is_full().
  Result<void> take(std::string_view bytes, std::uint64_t size_bytes);

  bool is_full() const { return is_full_; }
  std::uint64_t frames() const { return frames_; }  // taken so far
  bool is_empty() const { return rows_.empty(); }
  // The place after what was taken; where the page began, as long as no row of ours was taken.
  MessagePlace end() const { return end_; }
  // The number of messages with our prefix that are not transactional and so cannot be events. Only
  // those after `counted` count; counted() is the new value of it.
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
  std::optional<Lsn> commit_;     // of the transaction at hand
  std::uint64_t number_ = 0;      // of its messages with our prefix
  std::uint64_t size_bytes_ = 0;  // of the rows
  std::uint64_t frames_ = 0;
  std::uint64_t ignored_ = 0;
  Lsn counted_;
  bool is_full_ = false;
  std::vector<OutboxRow> rows_;
};

// The row in a message, without its place. A message that cannot be parsed becomes a row with a
// fault and with the message's content, because the server drops the message once it was read.
OutboxRow message_row(const PgMessage& message);

// The bytes as UTF-8 that PostgreSQL accepts as a text: invalid sequences and zero bytes become
// U+FFFD. At most max_bytes long, cut between characters.
std::string readable_text(std::string_view bytes, std::size_t max_bytes);

}  // namespace courtside
