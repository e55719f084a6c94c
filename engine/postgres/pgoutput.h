// What PostgreSQL's logical replication writes with its plugin `pgoutput`, protocol 1 (chapter 55.9
// of its manual): a transaction is a begin, its messages and a commit, and transactions come one
// after the other, in the order of their commits. Integers are big-endian.
//
//   B  u64 LSN of the commit record, i64 time, u32 transaction id
//   M  u8 flags (1: transactional), u64 LSN, prefix and a zero byte, u32 size, content
//   C  u8 flags, u64 LSN of the commit record, u64 LSN behind it, i64 time
//
// Threads: any; no state.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace courtside {

// A place in PostgreSQL's log: its bytes since the beginning.
struct Lsn {
  std::uint64_t value = 0;
  friend auto operator<=>(const Lsn&, const Lsn&) = default;
};
std::string lsn_text(Lsn lsn);  // "16/B374D848"
std::optional<Lsn> parse_lsn(std::string_view text);

struct PgBegin {
  Lsn commit;  // of the record: the transactions that come later have a greater one
};

struct PgMessage {
  bool is_transactional = false;
  Lsn lsn = {};  // where it stands in the server's log
  std::string_view prefix = {};
  std::string_view content = {};  // as much of it as was handed in
  std::uint64_t content_size_bytes = 0;
};

struct PgCommit {
  Lsn commit;
  Lsn end;  // nothing of this or an earlier commit stands at or behind it
};

// Of a table, an origin, or whatever a later version adds.
struct PgOther {};

using PgFrame = std::variant<PgBegin, PgMessage, PgCommit, PgOther>;

// One frame. Of a long message `bytes` may be the beginning alone: size_bytes is the frame's size.
// Views are of `bytes`. `internal` when it is no frame, or one of another size.
Result<PgFrame> parse_pgoutput(std::string_view bytes, std::uint64_t size_bytes);

}  // namespace courtside
