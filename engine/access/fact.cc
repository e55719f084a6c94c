#include "engine/access/fact.h"

namespace courtside {

std::string_view name_of(FactKind kind) {
  switch (kind) {
    case FactKind::kAccount: return "account";
    case FactKind::kBooking: return "booking";
    case FactKind::kRoom: return "room";
    case FactKind::kTicket: return "ticket";
    case FactKind::kMessage: return "message";
    case FactKind::kNotification: return "notification";
  }
  return "unknown";
}

std::string message_fact_id(std::string_view room, std::string_view message) {
  return std::string(room).append("\n").append(message);
}

}  // namespace courtside
