// A filter made ready to be held against many records: its channels sorted, its index terms spelt
// out. Make one for each page, not for each record.
//
// Threads: immutable once made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "eventlog/batch.h"
#include "replay/filter.h"

namespace courtside {

class Matcher {
 public:
  // `filter` outlives it and stays as it is.
  explicit Matcher(const Filter& filter);

  // The same answer as filter.matches(record).
  bool matches(RecordView record) const;
  // Whether it has one of the channels, whatever else is asked of it.
  bool reaches(RecordView record) const { return every_channel_ || matches_channels(record); }

  // Every record that matches carries one of these terms (eventlog/term.h), each named once. A
  // subject's postings are narrower than any channel's, so where a subject is asked for its term is
  // the only one. Empty: the index does not help, every record must be looked at.
  const std::vector<std::string>& terms() const { return terms_; }

  // The records of the batch that may match, ascending, each once: all of them where terms() is
  // empty, else those that carry one of the terms, by hash. So hold them against the filter.
  std::vector<std::uint32_t> candidates(const Batch& batch) const;

 private:
  bool matches_channels(RecordView record) const;

  const Filter& filter_;
  const bool every_channel_;
  std::vector<std::string_view> channels_;  // sorted, each once
  std::vector<std::string_view> kinds_;     // `kind:` of each `kind:*`; sorted, each once
  std::vector<std::string> terms_;
  std::vector<std::uint64_t> term_hashes_;  // sorted, each once
};

}  // namespace courtside
