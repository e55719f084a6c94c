#include "transport/http_accept.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "transport/http_text.h"

namespace courtside {
namespace {

constexpr int kWhole = 1000;

// The next part of `rest` up to `separator`, without surrounding blanks.
std::string_view take_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// "0.5", "1", "1.000": at most three digits after the point.
std::optional<int> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int quality = text[0] == '1' ? kWhole : 0;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int worth = kWhole / 10;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return std::nullopt;
    quality += (c - '0') * worth;
    worth /= 10;
  }
  return quality <= kWhole ? std::optional(quality) : std::nullopt;
}

std::optional<Accepted> parse_entry(std::string_view text) {
  Accepted entry;
  entry.name = take_part(text, ';');
  std::transform(entry.name.begin(), entry.name.end(), entry.name.begin(), to_lower);
  while (!text.empty()) {
    std::string_view value = take_part(text, ';');
    if (!equals_ignoring_case(take_part(value, '='), "q")) continue;
    const std::optional<int> quality = parse_quality(value);
    if (!quality) return std::nullopt;
    entry.quality = *quality;
  }
  return entry.name.empty() ? std::nullopt : std::optional(std::move(entry));
}

}  // namespace

std::vector<Accepted> accepted(const HttpHeaders& headers, std::string_view name) {
  std::vector<Accepted> list;
  for (const auto& [header, value] : headers) {
    if (header != name) continue;
    for (std::string_view rest = value; !rest.empty();) {
      if (auto entry = parse_entry(take_part(rest, ','))) list.push_back(std::move(*entry));
    }
  }
  return list;
}

int quality_of(const std::vector<Accepted>& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Accepted& entry) { return entry.name == name; });
  return found == list.end() ? -1 : found->quality;
}

bool takes_plain(const std::vector<Accepted>& list) {
  const int plain = quality_of(list, "identity");
  return plain > 0 || (plain < 0 && quality_of(list, "*") != 0);
}

Coding choose_coding(const std::vector<Accepted>& list) {
  const int others = quality_of(list, "*");
  const int plain = takes_plain(list) ? std::max(quality_of(list, "identity"), 1) : 0;
  // Named codings win over plain bytes of the same quality; `*` alone does not ask for a coding.
  Coding best = Coding::kIdentity;
  int best_quality = 0;
  for (const Coding coding : {Coding::kZstd, Coding::kGzip}) {
    int quality = quality_of(list, name_of(coding));
    if (quality < 0 && plain == 0) quality = others;
    if (quality > best_quality) {
      best = coding;
      best_quality = quality;
    }
  }
  // A client that does not mention plain bytes prefers what it names, at any quality.
  const bool plain_is_named = quality_of(list, "identity") >= 0;
  return best_quality > 0 && (!plain_is_named || best_quality >= plain) ? best : Coding::kIdentity;
}

}  // namespace courtside
