#include "engine/server/log_facts.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/access/rights_change.h"
#include "schema/cloudevent.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

constexpr std::string_view kSupportKind = "support";

// Calls take(event, data) for each event that the fact depends on, oldest first, until it returns
// false.
template <typename Take>
Result<void> walk(const LogReader& log, const PageReader& pages, const FactKey& fact, Take take) {
  Filter filter;
  filter.channels = {fact_channel(fact)};
  OffsetRange window = log.held();
  std::uint64_t scanned = 0;
  while (!window.empty()) {
    if (scanned >= LogFacts::kScannedMax) {
      return fail(Code::overloaded, "a fact depends on too many events");
    }
    const Result<Page> page = pages.read(filter, {.window = window});
    if (!page) return fail(page.error());
    for (const Record& record : page->records) {
      const EventView event = record.view().event();
      if (!take(event, DataFields(event.data()))) return {};
    }
    scanned += page->scanned;
    window.begin = page->covered.end;
  }
  return {};
}

// Adds `data.participants`, an array of account ids.
void add_participants(std::string_view data, std::set<std::string>& participants) {
  JsonReader reader(data);
  if (!reader.begin_object()) return;
  std::string scratch;
  while (reader.next_member()) {
    const auto name = json_text(reader.key(), scratch);
    if (!name || *name != "participants" || !reader.begin_array()) {
      reader.value();
      continue;
    }
    while (reader.next_element()) {
      const JsonValue element = reader.value();
      std::string id_scratch;
      if (!element.is(JsonKind::kString)) continue;
      if (const auto id = json_text(element, id_scratch)) participants.emplace(*id);
    }
  }
}

struct Reading {
  const LogReader& log;
  const PageReader& pages;

  Result<Fact> room(const FactKey& key) const {
    RoomFact room;
    std::set<std::string> participants;
    bool found = false;
    const auto done = walk(log, pages, key, [&](EventView event, const DataFields& data) {
      found = true;
      const std::string account(data.text("accountId").value_or(""));
      if (event.type() == "chat.room_opened") {
        room.is_support = data.text("kind") == kSupportKind;
        add_participants(event.data(), participants);
      } else if (event.type() == "chat.participant_added") {
        if (!account.empty()) participants.insert(account);
      } else {
        participants.erase(account);
      }
      return true;
    });
    if (!done) return fail(done.error());
    if (!found) return Fact();
    room.participants.assign(participants.begin(), participants.end());
    return Fact(std::move(room));
  }

  Result<Fact> ticket(const FactKey& key) const {
    TicketFact ticket;
    bool found = false;
    const auto done = walk(log, pages, key, [&](EventView event, const DataFields& data) {
      found = true;
      if (event.type() == "ticket.opened") ticket.opener = data.text("accountId").value_or("");
      const auto assignee = data.text("assigneeId");
      // An assignment that names nobody ends the previous one.
      if (assignee || event.type() == "ticket.assigned") ticket.assignee = assignee.value_or("");
      return true;
    });
    if (!done) return fail(done.error());
    return found ? Fact(std::move(ticket)) : Fact();
  }

  // The first author of a message id is its author. Otherwise any participant could post under the
  // id again and then edit the message.
  Result<Fact> message(const FactKey& key) const {
    std::optional<MessageFact> message;
    const auto done = walk(log, pages, key, [&](EventView event, const DataFields& data) {
      message = MessageFact{std::string(data.text("senderId").value_or(event.actorid()))};
      return false;
    });
    if (!done) return fail(done.error());
    return message ? Fact(std::move(*message)) : Fact();
  }

  Result<Fact> notification(const FactKey& key) const {
    std::optional<NotificationFact> notification;
    const auto done = walk(log, pages, key, [&](EventView /*event*/, const DataFields& data) {
      const auto account = data.text("accountId");
      if (!account) return true;
      notification = NotificationFact{std::string(*account)};
      return false;
    });
    if (!done) return fail(done.error());
    return notification ? Fact(std::move(*notification)) : Fact();
  }

  Result<Fact> read(const FactKey& key) const {
    switch (key.kind) {
      case FactKind::kRoom: return room(key);
      case FactKind::kTicket: return ticket(key);
      case FactKind::kMessage: return message(key);
      case FactKind::kNotification: return notification(key);
      case FactKind::kAccount:
      case FactKind::kBooking: break;
    }
    return Fact();
  }
};

}  // namespace

void LogFacts::load(const FactKey& key, std::function<void(Result<Fact>)> done) {
  if (loads_.fetch_add(1) >= kLoadsMax) {
    loads_.fetch_sub(1);
    return done(fail(Code::overloaded, "too many facts are being looked up"));
  }
  thread_.submit(
      [this, key, done = std::move(done)] {
        Result<Fact> fact = Reading{log_, pages_}.read(key);
        loads_.fetch_sub(1);
        done(std::move(fact));
      },
      ReadClass::kLive);
}

}  // namespace courtside
