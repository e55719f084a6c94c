// The frames of PostgreSQL's replication plugin `pgoutput`, protocol 1 (chapter 55.9 of its
// manual). A transaction is a begin, its messages and a commit. Transactions come one after the
// other, in the order of their commits. Integers are big-endian.
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

// A position in PostgreSQL's log, in bytes from its beginning.
struct Lsn {
  std::uint64_t value = 0;
  friend auto operator<=>(const Lsn&, const Lsn&) = default;
};
std::string lsn_text(Lsn lsn);  // "16/B374D848"
std::optional<Lsn> parse_lsn(std::string_view text);

struct PgBegin {
  Lsn commit;  // of the commit record; it is greater for each later transaction
};

struct PgMessage {
  bool is_transactional = false;
  Lsn lsn = {};  // its position in the server's log
  std::string_view prefix = {};
  std::string_view content = {};  // as much of it as was passed in
  std::uint64_t content_size_bytes = 0;
};

struct PgCommit {
  Lsn commit;
  Lsn end;  // everything of this and of earlier commits is before it
};

// Any other frame: of a table, an origin, or of a later version.
struct PgOther {};

using PgFrame = std::variant<PgBegin, PgMessage, PgCommit, PgOther>;

// Parses one frame of size_bytes. `bytes` may be only the beginning of a long message. The views
// point into `bytes`. `internal` when it is not a frame, or its size is another one.
Result<PgFrame> parse_pgoutput(std::string_view bytes, std::uint64_t size_bytes);

}  // namespace courtside
