// CloudEvents over HTTP, binary mode: attributes in `ce-` headers, data as the body.
#include <string>

#include "base/ascii.h"
#include "base/json.h"
#include "base/utf8.h"
#include "schema/cloudevent.h"
#include "schema/event_draft.h"

namespace courtside {
namespace {

constexpr std::string_view kPrefix = "ce-";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A `%` without two hex digits after it is kept as it is.
std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    if (text[i] != '%' || low < 0) {
      out.push_back(text[i]);
    } else {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return out;
}

// HTTP's quoted-string (RFC 9110, section 5.6.4), which the CloudEvents binding allows.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    out.push_back(text[i]);
  }
  return out;
}

std::string_view trimmed(std::string_view text, std::string_view space) {
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

// Splits before decoding: an id may contain a comma, sent as %2C.
void put_channels(EventDraft& draft, std::string_view list) {
  while (true) {
    const std::size_t comma = list.find(',');
    draft.put_channel(percent_decoded(trimmed(list.substr(0, comma), " \t")));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

void put_header(EventDraft& draft, EventErrors& errors, std::string_view name,
                std::string_view value) {
  if (name == "channels") return put_channels(draft, value);
  if (name == "datacontenttype") return errors.add_member(name, "comes as Content-Type");
  draft.put_text(name, percent_decoded(unquoted(value)));
}

std::string media_type(std::string_view content_type) {
  return lower_case(trimmed(content_type.substr(0, content_type.find(';')), " \t"));
}

bool is_json_type(std::string_view type) {
  const std::size_t slash = type.find('/');
  if (slash == std::string_view::npos) return false;
  return type.substr(slash + 1) == "json" || type.ends_with("+json");
}

void put_body(EventDraft& draft, EventErrors& errors, std::string_view content_type,
              std::string_view body) {
  const std::string type = media_type(content_type);
  if (body.empty()) return;
  if (is_json_type(type)) {
    draft.put_data(DataKind::kJson, trimmed(body, " \t\r\n"));
  } else if (!type.starts_with("text/")) {
    draft.put_data(DataKind::kBinary, body);
  } else if (!is_utf8(body)) {
    errors.add("/data", "is text, so it must be UTF-8");
  } else {
    std::string token;
    append_json_string(token, body);
    draft.put_data(DataKind::kJson, draft.keep(std::move(token)));
  }
}

}  // namespace

Result<IncomingEvent> parse_binary_cloudevent(
    const std::vector<std::pair<std::string, std::string>>& headers, std::string_view content_type,
    std::string_view body, Timestamp received) {
  EventErrors errors;
  EventDraft draft(errors);
  for (const auto& [name, value] : headers) {
    if (name.starts_with(kPrefix)) {
      put_header(draft, errors, std::string_view(name).substr(kPrefix.size()), value);
    }
  }
  draft.put_content_type(content_type);
  put_body(draft, errors, content_type, body);
  return draft.finish(received, DataCheck::kNeeded);
}

}  // namespace courtside
