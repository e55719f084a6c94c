#include <string>

#include "base/hash.h"
#include "base/json.h"
#include "schema/cloudevent.h"
#include "schema/event_rules.h"
#include "schema/projection.h"

namespace courtside {
namespace {

constexpr std::size_t kSequenceDigits = 20;

void append_member_name(std::string& out, std::string_view name) {
  out.append(",\"", 2).append(name).append("\":", 2);
}

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  append_member_name(out, name);
  append_json_string(out, text);
}

// Attributes up to dataschema are CloudEvents' own. The later ones are extensions and are written
// after the log's attributes.
bool is_own_attribute(const TextAttribute& attribute) { return !attribute.identifies_actor; }

void append_text_attributes(std::string& out, const EventFields& fields, bool own) {
  for (const TextAttribute& attribute : text_attributes()) {
    const std::string_view text = fields.*attribute.field;
    if (is_own_attribute(attribute) == own && !text.empty()) {
      append_text_member(out, attribute.name, text);
    }
  }
}

void append_sequence(std::string& out, Offset offset) {
  append_member_name(out, "sequence");
  out.push_back('"');
  const std::size_t begin = out.size();
  append_number(out, offset.value());
  out.insert(begin, kSequenceDigits - (out.size() - begin), '0');
  out.push_back('"');
}

void append_log_attributes(std::string& out, RecordView record, const FieldSelection& selection) {
  if (selection.has_sequence()) append_sequence(out, record.offset());
  if (selection.has_recordedtime()) {
    append_member_name(out, "recordedtime");
    out.push_back('"');
    append_rfc3339(out, record.recorded());
    out.push_back('"');
  }
  if (selection.has_subjectversion()) {
    append_member_name(out, "subjectversion");
    append_number(out, record.subject_version());
  }
}

void append_data(std::string& out, const EventFields& fields) {
  if (fields.data_kind == DataKind::kJson) {
    append_member_name(out, "data");
    out.append(fields.data);
  } else if (fields.data_kind == DataKind::kBinary) {
    append_text_member(out, "data_base64", base64_encode(fields.data));
  }
}

// Every member is written with a comma before it. The first one's becomes the opening brace.
void append_members(std::string& out, const EventFields& fields, RecordView record,
                    const FieldSelection& selection) {
  const std::size_t begin = out.size();
  if (selection.has_specversion()) out.append(R"(,"specversion":"1.0")");
  append_text_attributes(out, fields, /*own=*/true);
  append_log_attributes(out, record, selection);
  append_text_attributes(out, fields, /*own=*/false);
  for (const Extension& extension : fields.extensions) {
    append_member_name(out, extension.name);
    out.append(extension.value);
  }
  append_data(out, fields);
  if (out.size() == begin) out.push_back('{');
  out[begin] = '{';
  out.push_back('}');
}

}  // namespace

void append_cloudevent(std::string& out, RecordView record, const ShownPart& part) {
  const FieldSelection& selection = part.selection();
  std::string data;
  EventFields fields = projected(record.event(), part, data);
  if (fields.data_kind == DataKind::kJson && fields.datacontenttype.empty()) {
    fields.datacontenttype = "application/json";
  }
  selection.apply(fields);
  if (out.empty()) out.reserve(512 + fields.data.size());
  append_members(out, fields, record, selection);
}

}  // namespace courtside
