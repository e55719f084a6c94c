#include "replay/matcher.h"

#include <algorithm>
#include <numeric>

#include "eventlog/term.h"

namespace courtside {
namespace {

template <typename T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

template <typename T>
bool holds(const std::vector<T>& sorted, const T& value) {
  return std::binary_search(sorted.begin(), sorted.end(), value);
}

// `kind:` of a channel. Empty for a text without a colon, which no event reaches.
std::string_view kind_with_colon(std::string_view channel) {
  return channel.substr(0, channel.find(':') + 1);
}

struct ByTermHash {
  bool operator()(const TermEntry& entry, std::uint64_t hash) const {
    return entry.term_hash < hash;
  }
};

}  // namespace

Matcher::Matcher(const Filter& filter)
    : filter_(filter), every_channel_(filter.wants_every_channel()) {
  // A subject has fewer events than any channel, so in a batch only its term is looked for.
  if (!filter.subject.empty()) add_clause({{subject_term(filter.subject)}, false});
  if (!every_channel_) {
    Clause clause;
    for (const std::string& channel : filter.channels) {
      const bool is_kind = channel.ends_with(":*");
      if (is_kind) {
        kinds_.push_back(kind_with_colon(channel));
      } else {
        channels_.push_back(channel);
      }
      clause.terms.push_back(channel_term(channel));
    }
    sort_unique(channels_);
    sort_unique(kinds_);
    add_clause(std::move(clause));
  }
  if (!clauses_.empty()) {
    for (const std::string& term : clauses_.front().terms) term_hashes_.push_back(term_hash(term));
    sort_unique(term_hashes_);
  }
  if (!filter.correlationid.empty()) add_clause({{correlation_term(filter.correlationid)}, true});
  if (!filter.actor.empty()) add_clause({{actor_term(filter.actor)}, true});
  if (!filter.types.empty()) {
    Clause clause{.terms = {}, .of_attributes = true};
    for (const std::string& type : filter.types) clause.terms.push_back(type_term(type));
    add_clause(std::move(clause));
  }
}

void Matcher::add_clause(Clause clause) {
  sort_unique(clause.terms);
  clauses_.push_back(std::move(clause));
}

bool Matcher::matches(RecordView record) const {
  return reaches(record) && filter_.matches_attributes(record);
}

bool Matcher::matches_channels(RecordView record) const {
  const RecordChannels reached = record.channels();
  return std::any_of(reached.begin(), reached.end(), [this](std::string_view channel) {
    return holds(channels_, channel) || holds(kinds_, kind_with_colon(channel));
  });
}

std::vector<std::uint32_t> Matcher::candidates(const Batch& batch) const {
  std::vector<std::uint32_t> found;
  if (term_hashes_.empty()) {
    found.resize(batch.size());
    std::iota(found.begin(), found.end(), 0U);
    return found;
  }
  // Look the shorter list up in the longer one: a thousand channels meet small batches, one channel
  // meets large ones.
  if (batch.terms.size() < term_hashes_.size()) {
    for (const TermEntry& entry : batch.terms) {
      if (holds(term_hashes_, entry.term_hash)) found.push_back(entry.index);
    }
  } else {
    for (const std::uint64_t hash : term_hashes_) {
      auto entry = std::lower_bound(batch.terms.begin(), batch.terms.end(), hash, ByTermHash());
      for (; entry != batch.terms.end() && entry->term_hash == hash; ++entry) {
        found.push_back(entry->index);
      }
    }
  }
  // A record can be found twice: by two terms, or because two of its terms have the same hash.
  sort_unique(found);
  return found;
}

}  // namespace courtside
