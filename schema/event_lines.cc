#include "schema/event_lines.h"

#include <algorithm>
#include <cstddef>

#include "base/hash.h"
#include "base/json.h"
#include "schema/projection.h"

namespace courtside {
namespace {

constexpr std::size_t kSequenceDigits = 20;

bool is_line_break(char c) { return c == '\n' || c == '\r'; }

void append_sequence(std::string& out, Offset offset) {
  const std::string digits = std::to_string(offset.value());
  out.append(kSequenceDigits - digits.size(), '0').append(digits);
}

std::string data_cell(const EventFields& fields) {
  if (fields.data_kind == DataKind::kBinary) return base64_encode(fields.data);
  std::string data(fields.data);
  std::replace_if(data.begin(), data.end(), is_line_break, ' ');
  return data;
}

void append_row(std::string& out, RecordView record, const EventFields& fields) {
  append_sequence(out, record.offset());
  out.push_back(',');
  append_rfc3339(out, record.recorded());
  for (const std::string_view text : {fields.id, fields.source, fields.type, fields.subject}) {
    out.push_back(',');
    append_csv_cell(out, text);
  }
  out.push_back(',');
  append_number(out, record.subject_version());
  for (const std::string_view text : {fields.time, fields.actorid, fields.correlationid}) {
    out.push_back(',');
    append_csv_cell(out, text);
  }
  out.push_back(',');
  append_csv_cell(out, data_cell(fields));
  out.append("\r\n");
}

}  // namespace

void append_event_line(std::string& out, RecordView record, const Projection* projection) {
  const auto begin = static_cast<std::string::difference_type>(out.size());
  append_cloudevent(out, record, projection);
  std::replace_if(out.begin() + begin, out.end(), is_line_break, ' ');
  out.push_back('\n');
}

void append_event_row(std::string& out, RecordView record, const Projection* projection) {
  const EventFields fields = record.event().fields();
  if (projection == nullptr) return append_row(out, record, fields);
  std::string data;
  append_row(out, record, projected(fields, *projection, data));
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
