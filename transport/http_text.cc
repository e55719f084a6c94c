#include "transport/http_text.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/ascii.h"

namespace courtside {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "";  // the phrase may be empty (RFC 9112, section 4)
  }
}

bool breaks_a_line(char letter) { return letter == '\r' || letter == '\n' || letter == '\0'; }

std::string made_date(std::time_t now) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm time{};
  gmtime_r(&now, &time);
  std::array<char, 40> text{};
  // The names are inserted here, because strftime would use those of the locale.
  const std::size_t length =
      std::strftime(text.data(), text.size(), "___, %d ___ %Y %H:%M:%S GMT", &time);
  std::string date(text.data(), length);
  date.replace(0, 3, kDays[static_cast<std::size_t>(time.tm_wday)]);
  date.replace(8, 3, kMonths[static_cast<std::size_t>(time.tm_mon)]);
  return date;
}

// Whether the connection stays, and that Upgrade is for the next hop only (RFC 9110, section 7.8).
std::string connection_options(const HttpResponse& response, const ResponseFraming& framing) {
  std::string options;
  if (!find_header(response.headers, "upgrade").empty()) options = "upgrade";
  const std::string_view stays = !framing.keep_alive          ? "close"
                                 : framing.minor_version == 0 ? "keep-alive"
                                                              : "";
  if (!options.empty() && !stays.empty()) options.append(", ");
  return options.append(stays);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool lists_token(const HttpHeaders& headers, std::string_view name, std::string_view token) {
  for (const auto& [header, value] : headers) {
    if (header != name) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::string_view entry = rest.substr(0, rest.find(','));
      if (equals_ignoring_case(trimmed(entry), token)) return true;
      rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    }
  }
  return false;
}

std::string_view http_date() {
  static thread_local std::time_t made_at = 0;
  static thread_local std::string date;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    date = made_date(now);
    made_at = now;
  }
  return date;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  const std::size_t begin = out.size();
  out.append(value);
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), breaks_a_line, ' ');
  out.append("\r\n");
}

void append_response_head(std::string& out, const HttpResponse& response,
                          const ResponseFraming& framing) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).push_back(' ');
  out.append(reason_phrase(response.status)).append("\r\n");
  append_header(out, "Date", http_date());
  if (!response.content_type.empty()) append_header(out, "Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  switch (framing.body) {
    case ResponseFraming::Body::kLength:
      append_header(out, "Content-Length", std::to_string(framing.body_bytes));
      break;
    case ResponseFraming::Body::kChunked: append_header(out, "Transfer-Encoding", "chunked"); break;
    case ResponseFraming::Body::kUntilClose:
    case ResponseFraming::Body::kNone: break;
  }
  const std::string options = connection_options(response, framing);
  if (!options.empty()) append_header(out, "Connection", options);
  out.append("\r\n");
}

}  // namespace courtside
