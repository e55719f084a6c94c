// What was ever committed, and who had which right when: the plain truth that every client's
// account is held against. And the channels and accounts that a schedule of ShardWorld has.
//
// Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "eventlog/batch.h"
#include "schema/command.h"

namespace courtside::simulation {

// `room:*` takes a right that comes and goes; `venue:*` is for every account; `*` leaves a trace.
constexpr std::size_t kRooms = 3;
constexpr std::size_t kVenues = 2;
constexpr std::size_t kAccounts = 3;
constexpr std::size_t kReaderOfAll = 0;  // the account that may read everything, always
// What clients ask for.
const std::vector<std::vector<std::string>>& channel_lists();
constexpr std::size_t kChannelListOfAll = 5;  // it is kReaderOfAll's alone

std::string account_name(std::size_t account);

// An event that says of an account whether it has the right to rooms from here on.
NewEvent make_rights_event(std::size_t account, bool is_granted, std::uint64_t id);

class LogTruth {
 public:
  void add(const Batch& batch);

  Offset end() const { return Offset(events_.size() + 1); }
  // REQUIRES: 1 <= offset < end(); so below.
  const std::string& id_at(Offset offset) const { return at(offset).id; }
  bool wants(std::size_t channel_list, Offset offset) const {
    return (at(offset).wanted_by >> channel_list & 1) != 0;
  }
  // Where the event with this id stands; empty where none does.
  std::optional<Offset> find(const std::string& id) const;
  // The first offset in the range that has one of these channels; range.end when there is none.
  Offset first_wanted(std::size_t channel_list, OffsetRange range) const;

  bool has_right(std::size_t account) const { return rights_[account]; }
  // Whether the account may have been shown this event by the time that the log ended at `end`: it
  // had the right before the event, or got it since.
  bool was_readable(std::size_t account, std::size_t channel_list, Offset offset, Offset end) const;

 private:
  struct Event {
    std::string id;
    std::uint64_t wanted_by = 0;              // a bit for each of channel_lists()
    std::array<bool, kAccounts> rights = {};  // behind it
  };
  const Event& at(Offset offset) const { return events_[offset.value() - 1]; }

  std::vector<Event> events_;  // of offset 1, 2 ...
  std::unordered_map<std::string, Offset> by_id_;
  std::array<bool, kAccounts> rights_ = {true, true, true};
};

}  // namespace courtside::simulation
