// A filter prepared to match many records: sorted channels, ready index terms. Make one per page,
// not one per record.
//
// Threads: immutable after construction.
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
  // REQUIRES: `filter` outlives it and does not change.
  explicit Matcher(const Filter& filter);

  // The same result as filter.matches(record).
  bool matches(RecordView record) const;
  // Whether the record reaches one of the channels; other conditions are not tested.
  bool reaches(RecordView record) const { return every_channel_ || matches_channels(record); }

  // The filter in index terms: every matching record has one of the terms of each clause
  // (eventlog/term.h; each term once). No clauses: the index does not help, and every record must
  // be tested.
  struct Clause {
    std::vector<std::string> terms;
    bool of_attributes = false;  // see LogReader::attributes_from
  };
  const std::vector<Clause>& clauses() const { return clauses_; }

  // The indexes of the batch's records that may match, ascending, each once. They are found by term
  // hashes of the subject or the channels, and are all records if the filter has neither; so they
  // must still be matched.
  std::vector<std::uint32_t> candidates(const Batch& batch) const;

 private:
  bool matches_channels(RecordView record) const;
  void add_clause(Clause clause);

  const Filter& filter_;
  const bool every_channel_;
  std::vector<std::string_view> channels_;  // sorted, each once
  std::vector<std::string_view> kinds_;     // `kind:` of each `kind:*`; sorted, each once
  std::vector<Clause> clauses_;
  // Hashes for the subject or the channels; sorted, each once. Empty: the filter has neither.
  std::vector<std::uint64_t> term_hashes_;
};

}  // namespace courtside
