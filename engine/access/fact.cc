#include "engine/access/fact.h"

namespace courtside {

std::string_view name_of(FactKind kind) {
  switch (kind) {
    case FactKind::kAccount: return "account";
    case FactKind::kBooking: return "booking";
    case FactKind::kRoom: return "room";
    case FactKind::kTicket: return "ticket";
  }
  return "unknown";
}

}  // namespace courtside
