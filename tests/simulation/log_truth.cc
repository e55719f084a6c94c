#include "tests/simulation/log_truth.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "replay/filter.h"
#include "schema/cloudevent.h"
#include "schema/event.h"

namespace courtside::simulation {
namespace {

constexpr std::string_view kRightsType = "account.role_changed";
constexpr std::string_view kGranted = "granted-";

bool needs_right(std::size_t channel_list) {
  const std::vector<std::string>& channels = channel_lists()[channel_list];
  return std::any_of(channels.begin(), channels.end(),
                     [](const std::string& channel) { return channel.starts_with("room:"); });
}

}  // namespace

const std::vector<std::vector<std::string>>& channel_lists() {
  static const std::vector<std::vector<std::string>> all = {
      {"room:0"}, {"room:1", "venue:0"}, {"venue:0"}, {"venue:1", "venue:0"}, {"room:2"}, {"*"}};
  return all;
}

std::string account_name(std::size_t account) { return "a" + std::to_string(account); }

NewEvent make_rights_event(std::size_t account, bool is_granted, std::uint64_t id) {
  const std::string name = account_name(account);
  const std::string event_id = (is_granted ? "granted-" : "revoked-") + std::to_string(id);
  const std::string data = R"({"accountId":")" + name + R"("})";
  const std::string subject = "account:" + name;
  EventFields fields;
  fields.id = event_id;
  fields.source = "/rights";
  fields.type = kRightsType;
  fields.subject = subject;
  fields.time = "2026-11-01T10:00:00Z";
  fields.data_kind = DataKind::kJson;
  fields.data = data;
  NewEvent made;
  made.event = build_event(fields);
  made.key = hash128("/rights", event_id);
  // Seen by some: what stands on either side of it must be in its place.
  made.channels = {"room:" + std::to_string(id % kRooms)};
  return made;
}

void LogTruth::add(const Batch& batch) {
  COURTSIDE_CHECK(batch.range.empty() || batch.range.begin == end());
  for (std::size_t index = 0; index < batch.size(); ++index) {
    const RecordView record = batch.at(index);
    const EventView view = record.event();
    Event event{.id = std::string(view.id())};
    for (std::size_t i = 0; i < channel_lists().size(); ++i) {
      const Filter filter{.channels = channel_lists()[i]};
      if (filter.matches(record)) event.wanted_by |= std::uint64_t{1} << i;
    }
    if (view.type() == kRightsType) {
      const std::size_t account = static_cast<std::size_t>(view.subject().back() - '0');
      rights_[account] = view.id().starts_with(kGranted);
    }
    event.rights = rights_;
    by_id_.try_emplace(event.id, end());
    events_.push_back(std::move(event));
  }
}

std::optional<Offset> LogTruth::find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

Offset LogTruth::first_wanted(std::size_t channel_list, OffsetRange range) const {
  Offset offset = range.begin;
  while (offset < range.end && !wants(channel_list, offset)) offset = next(offset);
  return offset;
}

bool LogTruth::was_readable(std::size_t account, std::size_t channel_list, Offset offset,
                            Offset end) const {
  if (account == kReaderOfAll || !needs_right(channel_list) || offset == Offset(1)) return true;
  for (Offset each = previous(offset); each < end; each = next(each)) {
    if (at(each).rights[account]) return true;
  }
  return false;
}

}  // namespace courtside::simulation
