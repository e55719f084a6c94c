// What a log answered before it was damaged, to compare with what it answers afterwards: each
// answer must be the same, or an error. Threads: one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "eventlog/sequencer/event_log.h"

namespace courtside::story {

class LogPicture {
 public:
  // REQUIRES: the log is sound.
  explicit LogPicture(const EventLog& log);

  OffsetRange held() const { return held_; }

  struct Compared {
    std::string wrong;  // the first answer that differs; empty: none
    int errors = 0;     // answers that were data_corrupt
  };
  // Asks for every record, id, subject and posting.
  Compared compare(const EventLog& log) const;

 private:
  OffsetRange held_;
  std::map<std::uint64_t, std::string> records_;         // offset -> what it says
  std::map<std::string, std::uint64_t> ids_;             // id -> offset
  std::map<std::string, std::string> subjects_;          // subject -> its state
  std::map<std::string, std::vector<Offset>> postings_;  // term -> offsets
};

}  // namespace courtside::story
