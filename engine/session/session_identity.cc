#include "engine/session/session_identity.h"

#include <algorithm>
#include <utility>

#include "base/caller_error.h"
#include "base/hash.h"
#include "base/time.h"

namespace courtside {
namespace {

constexpr std::size_t kSessionIdLength = 16;
// `expiring` is sent so long before the token's end.
constexpr std::uint64_t kExpiringMs = 60'000;
// What a held message takes besides its bytes.
constexpr std::size_t kHeldOverheadBytes = 64;

}  // namespace

SessionIdentity::Outcome SessionIdentity::on_hello(protocol::Hello& message) {
  // A token in `hello` is newer than that of the upgrade.
  if (identity_ && !message.has_token) return welcome(std::move(*identity_));
  std::optional<std::string> token;
  if (message.has_token) token = std::move(message.token);
  return ask(std::move(token), 0);
}

SessionIdentity::Outcome SessionIdentity::on_refresh(protocol::Refresh& message) {
  return ask(std::move(message.token), message.id);
}

SessionIdentity::Outcome SessionIdentity::ask(std::optional<std::string> credential,
                                              std::uint32_t refresh) {
  question_ =
      std::make_unique<Question>(Question{context_.next_attempt(), std::move(credential), refresh});
  if (!is_welcomed_) gate_.stop(ReadingGate::Reason::kIdentity);
  auto known = host_.identify(question_->credential, question_->attempt);
  if (!known) return Outcome::kPending;
  return on_identity(question_->attempt, std::move(*known));
}

SessionIdentity::Outcome SessionIdentity::ask_again() {
  question_->attempt = context_.next_attempt();
  auto known = host_.identify(question_->credential, question_->attempt);
  if (!known) return Outcome::kPending;
  return on_identity(question_->attempt, std::move(*known));
}

SessionIdentity::Outcome SessionIdentity::on_identity(std::uint64_t attempt,
                                                      Result<Identity> identity) {
  if (!question_ || question_->attempt != attempt) return Outcome::kPending;
  const std::unique_ptr<Question> question = std::move(question_);
  held_ = std::move(question->held);
  gate_.clear(ReadingGate::Reason::kIdentity);
  if (question->refresh == 0) {
    if (identity) return welcome(std::move(*identity));
    const Error error = error_for_caller(identity.error());
    context_.close(error.code, error.message);
    return Outcome::kRefused;
  }
  if (identity) return refreshed(question->refresh, std::move(*identity));
  context_.refuse(question->refresh, identity.error());
  return Outcome::kRefused;
}

SessionIdentity::Outcome SessionIdentity::welcome(Identity identity) {
  is_welcomed_ = true;
  next_recheck_ms_ = context_.now_ms() + limits_.recheck_ms;
  set(std::move(identity));
  protocol::Welcome welcome{.session = "s_" + random_word(kSessionIdLength),
                            .actor = identity_->actor,
                            .epoch = host_.hub().epoch(),
                            .head = host_.hub().head(),
                            .heartbeat_ms = limits_.heartbeat_ms,
                            .maxmessage = static_cast<std::uint32_t>(limits_.message_bytes_max),
                            .expiresin_s = {}};
  if (identity_->expires_s) {
    welcome.expiresin_s = static_cast<std::uint32_t>(
        std::max<std::int64_t>(0, *identity_->expires_s - now().value() / kMicrosPerSecond));
  }
  context_.send(welcome);
  return Outcome::kWelcomed;
}

SessionIdentity::Outcome SessionIdentity::refreshed(std::uint32_t request, Identity identity) {
  if (identity.kind != identity_->kind || identity.actor != identity_->actor) {
    context_.close(Code::forbidden, "the token is another account's");
    return Outcome::kRefused;
  }
  set(std::move(identity));
  context_.send(protocol::Ok{.id = request, .position = {}});
  return Outcome::kRefreshed;
}

void SessionIdentity::set(Identity identity) {
  if (identity.kind == Identity::Kind::kAnonymous) identity.actor = "anonymous";
  expires_ms_ = 0;
  has_warned_ = false;
  if (identity.expires_s) {
    // A token that comes within its leeway has what is left of that.
    const std::int64_t left_ms = *identity.expires_s * 1000 - now().value() / 1000;
    const std::int64_t leeway_ms = static_cast<std::int64_t>(limits_.leeway_s) * 1000;
    const auto later = [this](std::int64_t ms) {
      return context_.now_ms() + static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 1));
    };
    expires_ms_ = later(left_ms);
    ends_ms_ = later(left_ms + leeway_ms);
  }
  identity_ = std::move(identity);
}

void SessionIdentity::hold(std::string_view payload) {
  question_->held.emplace_back(payload);
  question_->held_bytes += payload.size() + kHeldOverheadBytes;
  if (question_->held_bytes >= limits_.message_bytes_max) {
    gate_.stop(ReadingGate::Reason::kIdentity);
  }
}

void SessionIdentity::check_expiry() {
  if (expires_ms_ == 0) return;
  const std::uint64_t now_ms = context_.now_ms();
  if (now_ms >= ends_ms_) return context_.close(Code::token_expired, "the token has expired");
  if (has_warned_ || now_ms + kExpiringMs < expires_ms_) return;
  has_warned_ = true;
  const std::uint64_t left_ms = expires_ms_ > now_ms ? expires_ms_ - now_ms : 0;
  context_.send(protocol::Expiring{static_cast<std::uint32_t>((left_ms + 999) / 1000)});
}

Result<void> SessionIdentity::recheck() {
  const std::uint64_t now_ms = context_.now_ms();
  if (now_ms < next_recheck_ms_) return {};
  next_recheck_ms_ = now_ms + limits_.recheck_ms;
  // A key may have been taken away, and no event says so.
  return host_.check_credential(*identity_);
}

}  // namespace courtside
