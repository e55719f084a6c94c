// Events for files and pipes: one CloudEvent per line (NDJSON), or one row of CSV (RFC 4180). A
// line break in `data` becomes a space; JSON allows one only outside strings.
//
// Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

#include "schema/cloudevent.h"
#include "schema/record.h"

namespace courtside {

// Appends the event as append_cloudevent does, and "\n". `projection` may be null.
void append_event_line(std::string& out, RecordView record, const Projection* projection);

// The header line of the rows, with its line end: the same for a file of GET /v1/events and for
// every command that prints events as CSV. New columns come before `data`, which is the last one.
constexpr std::string_view kEventRowHead =
    "sequence,recordedtime,id,source,type,subject,subjectversion,time,actorid,correlationid,"
    "causationid,actortype,actorrole,position,data\r\n";
// The cells of a row, in the order of the head. Absent values are empty; binary data is
// base64. Views are valid as long as what they were made of.
struct EventRow {
  std::string_view sequence = {};
  std::string_view recordedtime = {};
  std::string_view id = {};
  std::string_view source = {};
  std::string_view type = {};
  std::string_view subject = {};
  std::string_view subjectversion = {};
  std::string_view time = {};
  std::string_view actorid = {};
  std::string_view correlationid = {};
  std::string_view causationid = {};
  std::string_view actortype = {};
  std::string_view actorrole = {};
  std::string_view position = {};
  std::string_view data = {};  // line breaks become spaces
};
// Appends the cells and the line end.
void append_event_row(std::string& out, const EventRow& row);
// Appends the event as a row. What `projection`, which may be null, hides is an empty cell.
void append_event_row(std::string& out, RecordView record, std::string_view epoch,
                      const Projection* projection);

// Appends one cell, in quotes where RFC 4180 needs them. A cell that a spreadsheet could read as a
// formula (it begins with = + - @, a tab or a carriage return) gets an apostrophe in front.
void append_csv_cell(std::string& out, std::string_view text);

}  // namespace courtside
