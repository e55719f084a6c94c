#include "engine/doors/doorway.h"

#include <optional>

namespace courtside {

void Doorway::on_login(const Result<Identity>& identity) {
  if (identity) return;
  const Code code = identity.error().code;
  // Not what is our own fault, such as a database that does not answer.
  if (code == Code::unauthorized || code == Code::token_expired || code == Code::forbidden) {
    doors_.count_failed_login(address_, loop_.now_ms());
  }
}

Result<void> Doorway::take_place(const Identity& identity) {
  if (identity.kind != Identity::Kind::kAccount || identity.actor == account_) return {};
  Result<ConnectionLimit::Lease> place = doors_.take_account_place(identity);
  if (!place) return fail(place.error());
  account_place_ = std::move(*place);
  account_ = identity.actor;
  return {};
}

Result<Identity> Doorway::admitted(Result<Identity> identity) {
  if (!identity) return identity;
  if (const Result<void> taken = take_place(*identity); !taken) return fail(taken.error());
  return identity;
}

void Doorway::deny(Code code) {
  if (const std::optional<Denial> reason = denial_of(code)) deny(*reason);
}

}  // namespace courtside
