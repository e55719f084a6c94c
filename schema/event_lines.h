// Events for files and pipes, one after the other: a CloudEvent a line (NDJSON), or a row of CSV
// (RFC 4180). `data` is on one line in both: where JSON allows a line break, which is outside
// strings alone, stands a space.
//
// Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

#include "schema/cloudevent.h"
#include "schema/record.h"

namespace courtside {

// The event as append_cloudevent has it, and "\n". `projection` may be null.
void append_event_line(std::string& out, RecordView record, const Projection* projection);

// The header line of the rows, with its line end.
constexpr std::string_view kEventRowHead =
    "sequence,recordedtime,id,source,type,subject,subjectversion,time,actorid,correlationid,data"
    "\r\n";
// The event as a row, with its line end. What `projection` hides is an empty cell, as is what the
// event has not; binary data is in base64.
void append_event_row(std::string& out, RecordView record, const Projection* projection);

// One cell: in quotes where RFC 4180 asks for them; and where a spreadsheet would take it for a
// formula (it begins with = + - @, a tab or a carriage return), with an apostrophe in front.
void append_csv_cell(std::string& out, std::string_view text);

}  // namespace courtside
