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

  // What the index knows of the filter: every record that matches carries one of the terms of each
  // clause (eventlog/term.h; each named once). None: the index does not help, every record must be
  // looked at.
  struct Clause {
    std::vector<std::string> terms;
    bool of_attributes = false;  // see LogReader::attributes_from
  };
  const std::vector<Clause>& clauses() const { return clauses_; }

  // The records of the batch that may match, ascending, each once: by the hashes of subject or
  // channels, all of them where neither is asked for. So hold them against the filter.
  std::vector<std::uint32_t> candidates(const Batch& batch) const;

 private:
  bool matches_channels(RecordView record) const;
  void add_clause(Clause clause);

  const Filter& filter_;
  const bool every_channel_;
  std::vector<std::string_view> channels_;  // sorted, each once
  std::vector<std::string_view> kinds_;     // `kind:` of each `kind:*`; sorted, each once
  std::vector<Clause> clauses_;
  // Of subject or channels; sorted, each once. Empty: neither is asked for.
  std::vector<std::uint64_t> term_hashes_;
};

}  // namespace courtside
