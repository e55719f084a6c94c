// The world of a year's stories: people and venues, the agenda of planned events, and the pen that
// writes events. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/e2e/year/support/platform_year.h"

namespace courtside::e2e {

struct YearVenue {
  std::string id;
  Actor owner;
  std::vector<std::string> staff;  // present staff
  std::int64_t price_minor = 0;
};

struct YearSlot {
  enum class Status { kAvailable, kHeld, kBooked, kMaintenance };
  Status status = Status::kAvailable;
  std::size_t venue = 0;
  Micros start = 0;
  std::int64_t price_minor = 0;
};

// What an event is written with, besides its data.
struct Pen {
  Actor actor;
  std::string correlation = {};
  std::string cause = {};
};

class YearWorld {
 public:
  YearWorld(const YearOptions& options, const std::function<void(const YearEvent&)>& listener);

  // --- Time. Planned events happen in time order.
  void at(Micros time, std::function<void()> what);
  void after(Micros delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }
  void run();
  Micros now() const { return now_; }

  // --- Chance.
  std::size_t pick(std::size_t below) { return random_() % below; }
  bool chance(std::size_t percent) { return pick(100) < percent; }
  Micros between(Micros low, Micros high) {
    return low + static_cast<Micros>(random_() % static_cast<std::uint64_t>(high - low));
  }

  // --- People, venues, slots.
  std::string any_user() { return "u_" + std::to_string(pick(users_)); }
  std::size_t any_venue() { return pick(venues.size()); }
  std::string any_staff() { return "staff_" + std::to_string(pick(venues.size() * 4)); }
  YearSlot& slot(const std::string& id) { return slots_[id]; }
  std::string any_slot(std::size_t venue);  // in the coming days
  // The fields of every slot event.
  Fields slot_fields(const std::string& id);

  // --- The pen. Returns the id of the written event.
  std::string write(std::string_view type, const std::string& subject, const Fields& data,
                    const Pen& pen, const std::vector<std::string>& named_channels = {});
  std::string new_id(std::string_view prefix) {
    return std::string(prefix) + std::to_string(++last_id_);
  }
  std::uint64_t written() const { return written_; }

  std::vector<YearVenue> venues;

 private:
  struct Planned {
    Micros time;
    std::uint64_t order;  // order of planning; breaks ties
    std::function<void()> what;
    bool operator<(const Planned& other) const {
      return time != other.time ? time > other.time : order > other.order;
    }
  };

  const std::function<void(const YearEvent&)>& listener_;
  std::mt19937_64 random_;
  std::size_t users_;
  std::priority_queue<Planned> agenda_;
  std::uint64_t planned_ = 0;
  Micros now_ = kYearBegin;
  Micros recorded_ = kYearBegin;
  std::uint64_t last_id_ = 0;
  std::uint64_t written_ = 0;
  std::unordered_map<std::string, YearSlot> slots_;
  std::unordered_map<std::string, std::uint64_t> versions_;
};

inline Actor user_actor(const std::string& id) { return {id, "USER", "USER"}; }
inline Actor staff_actor(const std::string& id) { return {id, "USER", "BOOKING_MANAGER"}; }
inline Actor care_actor(const std::string& id) { return {id, "ADMIN", "BMSP_CUSTOMER_CARE"}; }
inline Actor system_actor() { return {"SYSTEM", "SYSTEM", "SYSTEM"}; }

// The stories. Each begins now and plans its continuation.
void tell_booking(YearWorld& world);
void tell_support(YearWorld& world);
void tell_maintenance(YearWorld& world);
void tell_price_change(YearWorld& world);
void tell_staff_change(YearWorld& world, std::size_t venue);
void tell_odd_things(YearWorld& world);  // rare events and unknown types

// A notification's delivery to an account over some of the channels.
struct YearNotice {
  std::string account;
  std::string booking;
  std::string kind;
  std::string correlation;
  std::string cause;
};
void tell_notice(YearWorld& world, const YearNotice& notice);

}  // namespace courtside::e2e
