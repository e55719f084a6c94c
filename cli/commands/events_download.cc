#include "cli/commands/events_download.h"

#include <charconv>
#include <utility>

#include "base/percent.h"
#include "cli/commands/command_http.h"

namespace courtside {
namespace {

// A server that looks through much and finds little is silent for as long as that takes.
constexpr std::uint32_t kIdleMs = 60'000;
constexpr std::size_t kSequenceDigits = 20;

}  // namespace

void append_parameter(std::string& path, std::string_view name, std::string_view value) {
  path.push_back(path.find('?') == std::string::npos ? '?' : '&');
  path.append(name).push_back('=');
  append_percent_encoded(path, value);
}

std::string events_path(const HistoryAsk& ask, std::string_view export_name) {
  std::string path = "/v1/events";
  for (const std::string& channel : ask.channels) append_parameter(path, "channel", channel);
  for (const std::string& type : ask.types) append_parameter(path, "type", type);
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"subject", ask.subject}, {"actor", ask.actor},   {"correlationid", ask.correlationid},
      {"since", ask.since},     {"until", ask.until},   {"after", ask.after},
      {"before", ask.before},   {"export", export_name}};
  for (const auto& [name, value] : texts) {
    if (!value.empty()) append_parameter(path, name, value);
  }
  if (ask.descending) append_parameter(path, "order", "desc");
  if (ask.limit > 0) append_parameter(path, "limit", std::to_string(ask.limit));
  return path;
}

Result<EventsDownload> EventsDownload::open(const Remote& remote, const std::string& path,
                                            std::string_view media) {
  auto download = RemoteDownload::open(remote, {.path = path, .accept = media, .idle_ms = kIdleMs});
  if (!download) return fail(download.error());
  HttpResponse answer = (*download)->head();
  if (answer.status == 200) {
    if (answer.content_type.starts_with(media)) return EventsDownload(std::move(*download));
    return fail(stranger_answered(remote, answer));
  }
  for (;;) {
    const Result<std::string> piece = (*download)->read();
    if (!piece || piece->empty()) break;
    answer.body.append(*piece);
  }
  return fail(error_of(remote, answer));
}

Result<std::string_view> EventsDownload::next_line() {
  for (std::size_t searched = taken_;;) {
    const std::size_t end = text_.find('\n', searched);
    if (end != std::string::npos) {
      const std::size_t begin = std::exchange(taken_, end + 1);
      return std::string_view(text_).substr(begin, taken_ - begin);
    }
    text_.erase(0, std::exchange(taken_, 0));
    searched = text_.size();
    Result<std::string> piece = download_->read();
    if (!piece) return fail(piece.error());
    if (piece->empty()) {
      if (text_.empty()) return std::string_view();
      return fail(Code::unavailable, "the answer ends within a line");
    }
    text_.append(*piece);
  }
}

std::string EventsDownload::header(std::string_view name) const {
  for (const auto& [header, value] : download_->head().headers) {
    if (header == name) return value;
  }
  return {};
}

std::optional<std::uint64_t> offset_of_line(std::string_view line, bool csv) {
  // The first is the event's own: within a JSON text its quotes would be escaped, and what a
  // producer may nest comes behind it.
  constexpr std::string_view kMember = ",\"sequence\":\"";
  const std::size_t member = csv ? 0 : line.find(kMember);
  if (member == std::string_view::npos) return std::nullopt;
  const std::string_view digits = line.substr(csv ? 0 : member + kMember.size(), kSequenceDigits);
  std::uint64_t offset = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
  if (error != std::errc() || digits.size() != kSequenceDigits ||
      end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return offset;
}

}  // namespace courtside
