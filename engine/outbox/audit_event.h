// Converts a row of the platform's old audit log into an event, for the one-time migration to this
// log. Threads: any; no state.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace courtside {

struct AuditRow {
  std::string id;
  std::string timestamp;         // in UTC: "2026-11-01 10:00:00.125", optionally with "+00"
  std::string columns;           // all of them as a JSON object; empty if too large
  std::uint64_t size_bytes = 0;  // of `columns` in the database
};

// A row above this size cannot become an event, however its JSON is quoted.
constexpr std::uint64_t kAuditRowBytesMax = 4 << 20;

// The CloudEvent as JSON, checked like any published event. Its type is `legacy.audit`, its source
// `/legacy/audit`, its id and time are the row's. Its subject is the row's resource if that is a
// valid subject, otherwise `audit:<id>`. Valid actor and correlation ids become attributes. All
// other columns are in data, with `legacy` true; JSON that was stored as a string (even twice)
// becomes JSON.
//
// Errors: invalid_event, payload_too_large.
Result<std::string> audit_event(const AuditRow& row);

}  // namespace courtside
