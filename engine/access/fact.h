// Facts that the access rules need: about accounts, bookings, chat rooms, tickets, messages and
// notifications. A FactSource loads them; FactCache caches them. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "base/result.h"

namespace courtside {

enum class FactKind : std::uint8_t {
  kAccount,
  kBooking,
  kRoom,
  kTicket,
  kMessage,  // id: message_fact_id(room, message)
  kNotification,
};
constexpr std::size_t kFactKinds = 6;
std::string_view name_of(FactKind kind);

struct FactKey {
  FactKind kind = FactKind::kAccount;
  std::string id = {};
  friend bool operator==(const FactKey&, const FactKey&) = default;
  friend bool operator<(const FactKey& a, const FactKey& b) {
    return std::tie(a.kind, a.id) < std::tie(b.kind, b.id);
  }
};

// Lists are sorted, without duplicates.
struct AccountFact {
  bool is_active = false;  // ACTIVE or VERIFIED, not deleted or locked; otherwise it has no rights
  std::string role = {};
  std::vector<std::string> permissions = {};  // keys with allowed = true
  std::vector<std::string> venues = {};       // venues that it owns or works for
  friend bool operator==(const AccountFact&, const AccountFact&) = default;
};

struct BookingFact {
  std::string account_id = {};
  std::string venue_id = {};
  friend bool operator==(const BookingFact&, const BookingFact&) = default;
};

struct RoomFact {
  bool is_support = false;
  std::vector<std::string> participants = {};
  friend bool operator==(const RoomFact&, const RoomFact&) = default;
};

struct TicketFact {
  std::string opener = {};
  std::string assignee = {};
  friend bool operator==(const TicketFact&, const TicketFact&) = default;
};

struct MessageFact {
  std::string sender = {};
  friend bool operator==(const MessageFact&, const MessageFact&) = default;
};

struct NotificationFact {
  std::string account_id = {};
  friend bool operator==(const NotificationFact&, const NotificationFact&) = default;
};

// monostate: the thing does not exist. That answer is cached like any other.
using Fact = std::variant<std::monostate, AccountFact, BookingFact, RoomFact, TicketFact,
                          MessageFact, NotificationFact>;
using SharedFact = std::shared_ptr<const Fact>;

// Message ids are unique only within their room. Ids contain no line break.
std::string message_fact_id(std::string_view room, std::string_view message);

class FactSource {
 public:
  virtual ~FactSource() = default;
  // Calls `done` exactly once, on any thread, possibly before it returns. An error
  // (Code::overloaded) means that the source could not be queried, never that the thing does not
  // exist.
  virtual void load(const FactKey& key, std::function<void(Result<Fact>)> done) = 0;
};

}  // namespace courtside
