#include "eventlog/term.h"

#include <algorithm>

#include "eventlog/byte_hash.h"

namespace courtside {

std::string channel_term(std::string_view channel_or_pattern) {
  return std::string(1, 'c').append(channel_or_pattern);
}

std::string subject_term(std::string_view subject) { return std::string(1, 's').append(subject); }

std::vector<std::string> terms_of(RecordView record) {
  std::vector<std::string> terms;
  for_each_term(record, [&terms](std::string_view term) { terms.emplace_back(term); });
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

std::uint64_t term_hash(std::string_view term) { return hash_bytes(term, /*seed=*/0); }

}  // namespace courtside
