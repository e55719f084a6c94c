#include "eventlog/term.h"

#include <algorithm>

#include "base/check.h"
#include "eventlog/byte_hash.h"

namespace courtside {
namespace {

std::string term_of(char letter, std::string_view text) {
  COURTSIDE_CHECK(text.find('\0') == std::string_view::npos);
  return std::string(1, letter).append(text);
}

}  // namespace

std::string channel_term(std::string_view channel_or_pattern) {
  return term_of('c', channel_or_pattern);
}

std::string subject_term(std::string_view subject) { return term_of('s', subject); }

std::string actor_term(std::string_view actor) { return term_of('a', actor); }

std::string correlation_term(std::string_view correlationid) { return term_of('r', correlationid); }

std::string type_term(std::string_view type_or_pattern) {
  COURTSIDE_CHECK(type_or_pattern.find('\0') == std::string_view::npos);
  std::string term(1, 't');
  if (!type_or_pattern.ends_with(".*")) return term.append(type_or_pattern);
  std::size_t end = 0;
  for (std::size_t i = 0; i < kTypePrefixesMax; ++i) {
    end = type_or_pattern.find('.', end) + 1;
    if (end + 1 == type_or_pattern.size()) return term.append(type_or_pattern);
  }
  return term.append(type_or_pattern.substr(0, end)).append("*");
}

std::vector<std::string> terms_of(RecordView record) {
  std::vector<std::string> terms;
  for_each_term(record, [&terms](std::string_view term) { terms.emplace_back(term); });
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

std::uint64_t term_hash(std::string_view term) { return hash_bytes(term, /*seed=*/0); }

}  // namespace courtside
