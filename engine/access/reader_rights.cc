#include "engine/access/reader_rights.h"

#include <algorithm>

namespace courtside {

void ReaderRights::ask(std::uint64_t attempt) {
  attempt_ = attempt;
  is_asked_ = true;
}

ReaderRights::Answer ReaderRights::on_answer(const Result<ReadGrant>& grant, std::uint64_t now_ms) {
  is_asked_ = false;
  next_recheck_ms_ = now_ms + recheck_ms_;
  if (grant) {
    give_up_ms_ = 0;
    return Answer::kGranted;
  }
  if (grant.error().code != Code::overloaded) return Answer::kRefused;
  if (give_up_ms_ == 0) give_up_ms_ = now_ms + kUnknownMsMax;
  return now_ms < give_up_ms_ ? Answer::kUnknown : Answer::kRefused;
}

bool ReaderRights::is_due(std::uint64_t now_ms) const {
  return !is_asked_ && (give_up_ms_ != 0 || now_ms >= next_recheck_ms_);
}

bool concerns(const RightsChange& change, const Identity& reader,
              const std::vector<std::string>& channels) {
  if (change.fact.kind == FactKind::kAccount) {
    return reader.kind == Identity::Kind::kAccount && reader.actor == change.fact.id;
  }
  return std::find(channels.begin(), channels.end(), channel_of(change.fact)) != channels.end();
}

bool has_expired(const Identity& reader, std::int64_t now_s, std::int64_t leeway_s) {
  return reader.expires_s && now_s >= *reader.expires_s + leeway_s;
}

}  // namespace courtside
