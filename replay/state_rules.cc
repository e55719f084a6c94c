#include "replay/state_rules.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "base/hash.h"
#include "replay/state_data.h"
#include "replay/state_members.h"
#include "schema/catalogue.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

using Name = std::string_view;

// "checked_in" is "checkedIn".
std::string camel_case(Name name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool raised = name[i] == '_' && i + 1 < name.size();
    out.push_back(raised ? static_cast<char>(name[++i] - 'a' + 'A') : name[i]);
  }
  return out;
}

// What an event of the catalogue makes of a status; empty: what it was.
struct StatusOf {
  Name event;
  Name status;
};

constexpr StatusOf kBookingStatus[] = {{"confirmed", "CONFIRMED"},      {"rejected", "REJECTED"},
                                       {"expired", "EXPIRED"},          {"cancelled", "CANCELLED"},
                                       {"checked_in", "CHECKED_IN"},    {"completed", "COMPLETED"},
                                       {"no_show_confirmed", "NO_SHOW"}};

// One event on its way into a state.
class Application {
 public:
  Application(StateObject& state, Name kind, const EventFields& event, Timestamp recorded)
      : state_(state),
        kind_(kind),
        event_(event),
        name_(event.type.substr(event.type.find('.') + 1)),
        time_(json_token(format_rfc3339(recorded))),
        data_(event.data_kind == DataKind::kJson ? event.data : Name()) {}

  void run() {
    const EventFamily* family = find_family(event_.type);
    const Name of = family == nullptr ? Name() : family->name;
    if (of == "booking" && kind_ == of) booking();
    if (of == "slot" && kind_ == of) slot();
    if (of == "notification" && kind_ == of) notification();
    if (of == "chat" && kind_ == of) chat();
    if (of == "ticket" && kind_ == of) ticket();
    if (of == "payment" || of == "refund") money(of);
    keep_rest();
  }

 private:
  static StatePath path(Name name) { return {.name = json_token(name)}; }

  void set_text(Name name, Name text) { state_.set_own(path(name), json_token(text)); }
  void set_time(Name name) { state_.set_own(path(name), time_); }
  // Nothing where the token is empty.
  void set_token(Name name, const std::string& token) {
    if (!token.empty()) state_.set(path(name), token);
  }
  bool is_status(Name status) const { return state_.get(path("status")) == json_token(status); }

  void keep_rest() {
    for (const auto& [name, value] : data_.rest()) {
      if (!is_own_member(kind_, name)) {
        state_.set({.name = name}, value.raw);
      } else {
        state_.set({.name = json_token("fields"), .key = name}, value.raw);
      }
    }
    if (event_.data_kind == DataKind::kBinary) {
      state_.set(path("data_base64"), json_token(base64_encode(event_.data)));
    } else if (event_.data_kind == DataKind::kJson &&
               !read_json(event_.data).is(JsonKind::kObject)) {
      state_.set(path("data"), read_json(event_.data).raw);
    }
  }

  // -------------------------------------------------------------------------------------------

  void booking() {
    set_time(camel_case(name_));
    const auto fixed = std::find_if(std::begin(kBookingStatus), std::end(kBookingStatus),
                                    [this](const StatusOf& each) { return each.event == name_; });
    if (fixed != std::end(kBookingStatus)) return set_text("status", fixed->status);
    // What no event's name tells: as the producer wrote it, known or not.
    std::string status = data_.take_text("status");
    if (status.empty() && name_ == "status_changed") {
      const JsonValue to = data_.look_at("to");
      if (to.is(JsonKind::kString)) status = one_spelling(to);
    }
    if (status.empty() && name_ == "created") status = json_token("PENDING");
    set_token("status", status);
  }

  void slot() {
    const std::string account = data_.take_text("accountId");
    if (name_ == "held") {
      free_slot("held");
      return set_token("holder", account);
    }
    const std::string hold = data_.take_text("holdId");
    data_.take("expiresAt");
    if (name_ == "booked") {
      end_hold();
      set_text("status", "booked");
      return set_token("holder", account);
    }
    if (name_ == "hold_released" || name_ == "hold_expired") {
      data_.take("bookingId");
      if (is_of_this_hold(hold, account)) free_slot("available");
    } else if (name_ == "released" || name_ == "maintenance_ended") {
      free_slot("available");
    } else if (name_ == "maintenance_started") {
      free_slot("maintenance");
    } else if (state_.get(path("status")).empty()) {
      set_text("status", "available");
    }
  }

  // A hold that became a booking, or was followed by another, ends without anybody losing the slot.
  // Which one it is its id tells, or, where one of the two has none, whose it was.
  bool is_of_this_hold(const std::string& hold, const std::string& account) const {
    if (is_status("booked") || is_status("maintenance")) return false;
    const Name held = state_.get(path("holdId"));
    if (!held.empty() && !hold.empty()) return held == hold;
    const Name holder = state_.get(path("holder"));
    return holder.empty() || account.empty() || holder == account;
  }

  void end_hold() {
    for (const Name gone : {"holdId", "expiresAt"}) state_.erase(path(gone));
  }

  // What frees it may name the booking that it had, and is not of it.
  void free_slot(Name status) {
    if (status != "held") data_.take("bookingId");
    end_hold();
    set_text("status", status);
    for (const Name gone : {"holder", "bookingId"}) state_.erase(path(gone));
  }

  // Of a payment or refund itself; or one of several of a booking or payment.
  void money(Name family) {
    if (kind_ == family) {
      set_text("status", name_);
      return set_time(name_);
    }
    const Name list = family == "payment" ? "payments" : "refunds";
    if (!is_own_member(kind_, json_token(list))) return;
    std::string id = data_.take_text(family == "payment" ? "paymentId" : "refundId");
    // What is called a refund of a payment, and has no id of its own, goes by the payment's.
    const std::string refunded = family == "refund" ? data_.take_text("paymentId") : "";
    if (id.empty()) id = refunded;
    // A reader from whom ids are hidden sees them all as one.
    if (id.empty()) id = json_token("");
    const auto member = [&](Name name) {
      return StatePath{json_token(list), id, json_token(name)};
    };
    state_.set(member("status"), json_token(name_));
    state_.set(member(name_), time_);
    if (!refunded.empty()) state_.set(member("paymentId"), refunded);
    for (const Name field : {"amount", "method", "code"}) {
      const Name json = data_.take(field);
      if (!json.empty()) state_.set(member(field), json);
    }
  }

  void notification() {
    if (name_ == "created" || name_ == "seen" || name_ == "read") return set_time(name_);
    std::string channel = data_.take_text("channel");
    if (channel.empty()) channel = json_token("");
    const auto member = [&](Name name) {
      return StatePath{json_token("deliveries"), channel, json_token(name)};
    };
    state_.set(member("channel"), channel);
    state_.set(member(name_), time_);
    const JsonValue said = data_.look_at("attempt");
    data_.take("attempt");
    if (said.is(JsonKind::kNumber)) return state_.set(member("attempt"), said.raw);
    if (name_ != "dispatched") return;
    const auto before = json_integer(read_json(state_.get(member("attempt"))));
    state_.set(member("attempt"), std::to_string(before.value_or(0) + 1));
  }

  // -------------------------------------------------------------------------------------------

  void chat() {
    if (name_ == "room_opened") {
      set_time("opened");
      add_participants(data_.take("participants"));
      if (state_.get(path("count")).empty()) state_.set_own(path("count"), "0");
    } else if (name_ == "participant_added" || name_ == "participant_removed") {
      const std::string account = data_.take_text("accountId");
      if (account.empty()) return;
      const StatePath place{.name = json_token("participants"), .key = account};
      if (name_ == "participant_added") return state_.set(place, account);
      state_.erase(place);
      state_.erase({.name = json_token("readUpTo"), .key = account});
    } else if (name_ == "read_up_to") {
      read_up_to();
    } else {
      message();
    }
  }

  void add_participants(Name list) {
    JsonReader reader(list);
    if (!reader.begin_array()) return;
    while (reader.next_element()) {
      const JsonValue element = reader.value();
      if (!element.is(JsonKind::kString)) continue;
      const std::string account = one_spelling(element);
      state_.set({.name = json_token("participants"), .key = account}, account);
    }
  }

  void read_up_to() {
    std::string account = data_.take_text("accountId");
    if (account.empty()) account = data_.take_text("senderId");
    if (account.empty()) account = json_token(event_.actorid);
    const std::string message = data_.take_text("messageId");
    if (message.empty()) return;
    state_.set({.name = json_token("readUpTo"), .key = account}, message);
  }

  // Of the messages themselves the state has the last, as it was posted and edited.
  void message() {
    const std::string last = json_token("lastMessage");
    const std::string id = data_.take_text("messageId");
    if (name_ == "message_posted") {
      const auto count = json_integer(read_json(state_.get(path("count"))));
      state_.set_own(path("count"), std::to_string(count.value_or(0) + 1));
      state_.erase({.name = last});
      if (!id.empty()) state_.set({last, json_token("messageId")}, id);
      if (data_.look_at("senderId").absent() && !event_.actorid.empty()) {
        state_.set({last, json_token("senderId")}, json_token(event_.actorid));
      }
    } else if (id.empty() || state_.get({last, json_token("messageId")}) != id) {
      return take_message_fields({});
    }
    if (name_ == "message_deleted") {
      take_message_fields({});
      keep_of_message({"messageId", "senderId", "posted", "edited"});
    } else {
      take_message_fields(last);
    }
    state_.set({last, json_token(name_.substr(name_.find('_') + 1))}, time_);
  }

  // The rest is what was said, whatever its producer calls it.
  void keep_of_message(std::initializer_list<Name> names) {
    const std::string last = json_token("lastMessage");
    std::map<std::string, std::string> kept;
    for (const Name name : names) {
      const Name value = state_.get({last, json_token(name)});
      if (!value.empty()) kept.emplace(json_token(name), value);
    }
    state_.erase({.name = last});
    for (const auto& [name, value] : kept) state_.set({last, name}, value);
  }

  // What a message's event says, but for the room, is of the message. Nowhere where `into` is
  // empty.
  void take_message_fields(const std::string& into) {
    const std::string room = json_token("roomId");
    const auto fields = data_.rest();
    for (const auto& [name, value] : fields) {
      if (name == room) continue;
      data_.take_token(name);
      if (!into.empty()) state_.set({into, name}, value.raw);
    }
  }

  void ticket() {
    if (data_.look_at("assigneeId").is(JsonKind::kNull)) state_.erase(path("assignee"));
    set_token("assignee", data_.take_text("assigneeId"));
    if (name_ == "opened") {
      set_time("opened");
      std::string opener = data_.take_text("accountId");
      if (opener.empty() && !event_.actorid.empty()) opener = json_token(event_.actorid);
      set_token("opener", opener);
    }
    if (name_ == "closed") {
      set_time("closed");
      return set_text("status", "CLOSED");
    }
    std::string status = data_.take_text("status");
    if (status.empty() && name_ == "status_changed") status = data_.take_text("to");
    if (status.empty() && name_ == "opened") status = json_token("OPEN");
    set_token("status", status);
  }

  StateObject& state_;
  const Name kind_;
  const EventFields& event_;
  const Name name_;  // of the event within its family
  const std::string time_;
  StateData data_;
};

}  // namespace

void apply_event(StateObject& state, std::string_view kind, const EventFields& event,
                 Timestamp recorded, std::uint64_t version) {
  Application(state, kind, event, recorded).run();
  state.set_own({.name = json_token("version")}, std::to_string(version));
  state.set_own({.name = json_token("lastType")}, json_token(event.type));
}

}  // namespace courtside
