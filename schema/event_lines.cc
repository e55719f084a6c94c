#include "schema/event_lines.h"

#include <algorithm>
#include <cstddef>

#include "base/hash.h"
#include "base/json.h"
#include "schema/position.h"
#include "schema/projection.h"

namespace courtside {
namespace {

constexpr std::size_t kSequenceDigits = 20;

bool is_line_break(char c) { return c == '\n' || c == '\r'; }

std::string sequence_text(Offset offset) {
  const std::string digits = std::to_string(offset.value());
  return std::string(kSequenceDigits - digits.size(), '0') + digits;
}

void append_row(std::string& out, RecordView record, std::string_view epoch,
                const EventFields& fields) {
  const std::string sequence = sequence_text(record.offset());
  const std::string recorded = format_rfc3339(record.recorded());
  const std::string version = std::to_string(record.subject_version());
  const std::string position = format_position(epoch, record.offset());
  const bool is_binary = fields.data_kind == DataKind::kBinary;
  const std::string base64 = is_binary ? base64_encode(fields.data) : std::string();
  append_event_row(out, {.sequence = sequence,
                         .recordedtime = recorded,
                         .id = fields.id,
                         .source = fields.source,
                         .type = fields.type,
                         .subject = fields.subject,
                         .subjectversion = version,
                         .time = fields.time,
                         .actorid = fields.actorid,
                         .correlationid = fields.correlationid,
                         .causationid = fields.causationid,
                         .actortype = fields.actortype,
                         .actorrole = fields.actorrole,
                         .position = position,
                         .data = is_binary ? std::string_view(base64) : fields.data});
}

}  // namespace

void append_event_line(std::string& out, RecordView record, const Projection* projection) {
  const auto begin = static_cast<std::string::difference_type>(out.size());
  append_cloudevent(out, record, {.projection = projection});
  std::replace_if(out.begin() + begin, out.end(), is_line_break, ' ');
  out.push_back('\n');
}

void append_event_row(std::string& out, const EventRow& row) {
  for (const std::string_view cell :
       {row.sequence, row.recordedtime, row.id, row.source, row.type, row.subject,
        row.subjectversion, row.time, row.actorid, row.correlationid, row.causationid,
        row.actortype, row.actorrole, row.position}) {
    append_csv_cell(out, cell);
    out.push_back(',');
  }
  std::string data(row.data);
  std::replace_if(data.begin(), data.end(), is_line_break, ' ');
  append_csv_cell(out, data);
  out.append("\r\n");
}

void append_event_row(std::string& out, RecordView record, std::string_view epoch,
                      const Projection* projection) {
  const EventFields fields = record.event().fields();
  if (projection == nullptr) return append_row(out, record, epoch, fields);
  std::string data;
  append_row(out, record, epoch, projected(fields, *projection, data));
}

// https://owasp.org/www-community/attacks/CSV_Injection
void append_csv_cell(std::string& out, std::string_view text) {
  const bool is_formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  const bool is_quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (is_quoted) out.push_back('"');
  if (is_formula) out.push_back('\'');
  if (!is_quoted) {
    out.append(text);
    return;
  }
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace courtside
