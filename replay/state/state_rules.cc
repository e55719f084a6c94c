#include "replay/state/state_rules.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include "base/hash.h"
#include "replay/state/chat_rules.h"
#include "replay/state/slot_rules.h"
#include "replay/state/state_data.h"
#include "replay/state/state_members.h"
#include "schema/catalogue.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

using Name = std::string_view;

// "checked_in" becomes "checkedIn".
std::string camel_case(Name name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool raised = name[i] == '_' && i + 1 < name.size();
    out.push_back(raised ? static_cast<char>(name[++i] - 'a' + 'A') : name[i]);
  }
  return out;
}

// The status that an event of the catalogue sets.
struct StatusOf {
  Name event;
  Name status;
};

constexpr StatusOf kBookingStatus[] = {{"confirmed", "CONFIRMED"},      {"rejected", "REJECTED"},
                                       {"expired", "EXPIRED"},          {"cancelled", "CANCELLED"},
                                       {"checked_in", "CHECKED_IN"},    {"completed", "COMPLETED"},
                                       {"no_show_confirmed", "NO_SHOW"}};

// Applies one event to a state.
class Application {
 public:
  Application(StateObject& state, StateObject& memory, Name kind, const EventFields& event,
              const EventFields& whole, Timestamp recorded)
      : state_(state),
        memory_(memory),
        kind_(kind),
        event_(event),
        whole_(whole),
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
  void set_text(Name name, Name text) { state_.set_own(member_path(name), json_token(text)); }
  void set_time(Name name) { state_.set_own(member_path(name), time_); }
  // Does nothing for an empty token.
  void set_token(Name name, const std::string& token) {
    if (!token.empty()) state_.set(member_path(name), token);
  }

  void keep_rest() {
    for (const auto& [name, value] : data_.rest()) {
      if (!is_own_member(kind_, name)) {
        state_.set({.name = name}, value.raw);
      } else {
        state_.set({.name = json_token("fields"), .key = name}, value.raw);
      }
    }
    if (event_.data_kind == DataKind::kBinary) {
      state_.set(member_path("data_base64"), json_token(base64_encode(event_.data)));
    } else if (event_.data_kind == DataKind::kJson &&
               !read_json(event_.data).is(JsonKind::kObject)) {
      state_.set(member_path("data"), read_json(event_.data).raw);
    }
  }

  // -------------------------------------------------------------------------------------------

  void booking() {
    set_time(camel_case(name_));
    keep_one_change();
    const auto fixed = std::find_if(std::begin(kBookingStatus), std::end(kBookingStatus),
                                    [this](const StatusOf& each) { return each.event == name_; });
    if (fixed != std::end(kBookingStatus)) return set_text("status", fixed->status);
    // Otherwise the status that the producer wrote, known or not.
    std::string status = data_.take_text("status");
    if (status.empty() && name_ == "status_changed") {
      const JsonValue to = data_.look_at("to");
      if (to.is(JsonKind::kString)) status = canonical_token(to);
    }
    if (status.empty() && name_ == "created") status = json_token("PENDING");
    set_token("status", status);
  }

  // `from` and `to` must come from one event: a mix of two would show a change that never happened.
  void keep_one_change() {
    const bool is_told = !data_.look_at("from").absent() || !data_.look_at("to").absent();
    if (!is_told && name_ != "status_changed") return;
    for (const Name gone : {"from", "to"}) state_.erase(member_path(gone));
  }

  // Some readers see only a part of each event, but must see the true state of the slot. So the
  // step is decided on a slot that is computed from whole events. As long as this reader has seen
  // every event whole, that slot is the state itself.
  void slot() {
    const bool has_memory = !memory_.get(member_path("status")).empty();
    const bool sees_all = &whole_ == &event_;
    if (!sees_all && !has_memory) copy_slot(state_, memory_);
    const bool is_apart = !sees_all || has_memory;
    StateData whole(whole_.data_kind == DataKind::kJson ? whole_.data : Name());
    const SlotStep step = slot_step(is_apart ? memory_ : state_, name_, whole);
    if (is_apart) apply_slot_step(memory_, step, whole);
    apply_slot_step(state_, step, data_);
  }

  // The payment or refund itself, or one of several in a booking or payment.
  void money(Name family) {
    if (kind_ == family) {
      state_.erase(member_path("code"));
      set_text("status", name_);
      return set_time(name_);
    }
    const Name list = family == "payment" ? "payments" : "refunds";
    if (!is_own_member(kind_, json_token(list))) return;
    std::string id = data_.take_text(family == "payment" ? "paymentId" : "refundId");
    // A refund of a payment without an id of its own is listed under the payment's id.
    const std::string refunded = family == "refund" ? data_.take_text("paymentId") : "";
    if (id.empty()) id = refunded;
    // For a reader who does not see ids, all are listed as one.
    if (id.empty()) id = json_token("");
    const auto member = [&](Name name) {
      return StatePath{json_token(list), id, json_token(name)};
    };
    state_.set(member("status"), json_token(name_));
    state_.set(member(name_), time_);
    if (!refunded.empty()) state_.set(member("paymentId"), refunded);
    state_.erase(member("code"));  // it explains this event, not an earlier one
    for (const Name field : {"amount", "method", "code"}) {
      const Name json = data_.take(field);
      if (!json.empty()) state_.set(member(field), json);
    }
  }

  // Only `created` carries a notification's content. The other events record when it was seen, read
  // or delivered, and how.
  void notification() {
    if (name_ == "created") return set_time(name_);
    if (name_ == "seen" || name_ == "read") {
      set_time(name_);
    } else {
      delivery();
    }
    data_.clear();
  }

  void delivery() {
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
    apply_chat_event(state_, memory_,
                     {.name = name_, .whole = whole_, .shown = event_, .time = time_}, data_);
  }

  void ticket() {
    // `assigned` without an assignee, or a null assignee, unassigns the ticket.
    const bool is_unassigned =
        name_ == "assigned" || data_.look_at("assigneeId").is(JsonKind::kNull);
    if (is_unassigned) state_.erase(member_path("assignee"));
    set_token("assignee", data_.take_text("assigneeId"));
    if (name_ == "opened") {
      set_time("opened");
      std::string opener = data_.take_text("accountId");
      if (opener.empty() && !event_.actorid.empty()) opener = json_token(event_.actorid);
      set_token("opener", opener);
    }
    std::string status = data_.take_text("status");
    if (name_ == "status_changed") {
      state_.erase(member_path("from"));
      const std::string to = data_.take_text("to");
      if (status.empty()) status = to;
    }
    if (name_ == "closed") {
      set_time("closed");
      return set_text("status", "CLOSED");
    }
    if (status.empty() && name_ == "opened") status = json_token("OPEN");
    set_token("status", status);
  }

  StateObject& state_;
  StateObject& memory_;
  const Name kind_;
  const EventFields& event_;  // as the reader sees it
  const EventFields& whole_;
  const Name name_;  // the event's name within its family
  const std::string time_;
  StateData data_;
};

}  // namespace

void apply_event(StateObject& state, StateObject& memory, std::string_view kind,
                 const EventFields& event, const EventFields& whole, Timestamp recorded,
                 std::uint64_t version) {
  Application(state, memory, kind, event, whole, recorded).run();
  state.set_own({.name = json_token("version")}, std::to_string(version));
  state.set_own({.name = json_token("lastType")}, json_token(event.type));
}

}  // namespace courtside
