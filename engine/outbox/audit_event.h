// A row of the platform's old audit log, and the event that it becomes: once, when the platform
// moves to this log. Threads: any; no state.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace courtside {

struct AuditRow {
  std::string id;
  std::string timestamp;         // in UTC: "2026-11-01 10:00:00.125", perhaps with "+00" behind it
  std::string columns;           // all of them, as a JSON object; empty when size_bytes is too much
  std::uint64_t size_bytes = 0;  // of `columns`, as they are in the database
};

// More than this the columns of an event cannot have, however often JSON was quoted in JSON.
constexpr std::uint64_t kAuditRowBytesMax = 4 << 20;

// The CloudEvent as JSON, checked as at the door: `legacy.audit` of `/legacy/audit`, with the row's
// id and time. Its subject is the row's resource where that can be one, else `audit:<id>`. Actor
// and correlation id become attributes where they can; all other columns are data, where `legacy`
// is true, and where JSON that was stored as a text (and that as a text again) is JSON.
//
// invalid_event, payload_too_large: what is wrong with the row.
Result<std::string> audit_event(const AuditRow& row);

}  // namespace courtside
