#include "tests/e2e/year/support/state_model.h"

#include <set>
#include <utility>

namespace courtside::e2e {
namespace {

std::string quoted(const std::string& text) { return '"' + text + '"'; }

const std::map<std::string, std::string>& booking_statuses() {
  static const std::map<std::string, std::string> statuses = {
      {"confirmed", "CONFIRMED"}, {"rejected", "REJECTED"},        {"expired", "EXPIRED"},
      {"cancelled", "CANCELLED"}, {"checked_in", "CHECKED_IN"},    {"completed", "COMPLETED"},
      {"created", "PENDING"},     {"no_show_confirmed", "NO_SHOW"}};
  return statuses;
}

const std::map<std::string, std::string>& booking_times() {
  static const std::map<std::string, std::string> names = {{"checked_in", "checkedIn"},
                                                           {"no_show_confirmed", "noShowConfirmed"},
                                                           {"status_changed", "statusChanged"}};
  return names;
}

// Applies one event after another; left_ has the fields that no rule has used yet.
class Model {
 public:
  void take(const YearEvent& event) {
    const std::string kind = event.subject.substr(0, event.subject.find(':'));
    const auto dot = event.type.find('.');
    const std::string family = event.type.substr(0, dot);
    name_ = event.type.substr(dot + 1);
    time_ = quoted(rfc3339(event.recorded));
    event_ = &event;
    left_.clear();
    const Json data = Json::parse(event.data.json());
    for (const auto& [name, value] : data.members()) left_[name] = value.raw();

    if (kind == family) {
      if (kind == "booking") booking();
      if (kind == "slot") slot();
      if (kind == "payment" || kind == "refund") payment();
      if (kind == "notification") notification();
      if (kind == "chat") chat();
      if (kind == "ticket") ticket();
    }
    for (const auto& [name, value] : left_) is_[name] = value;
    is_["version"] = std::to_string(event.version);
    is_["lastType"] = quoted(event.type);
  }

  const FlatState& state() const { return is_; }

 private:
  std::string field(const std::string& name) {
    const auto found = left_.find(name);
    if (found == left_.end()) return {};
    std::string value = found->second;
    left_.erase(found);
    return value;
  }
  void set(const std::string& path, const std::string& value) {
    if (!value.empty()) is_[path] = value;
  }
  void drop(const std::string& prefix) {
    std::erase_if(is_, [&](const auto& each) { return each.first.starts_with(prefix); });
  }

  void booking() {
    const auto time_name = booking_times().find(name_);
    is_[time_name == booking_times().end() ? name_ : time_name->second] = time_;
    const auto status = booking_statuses().find(name_);
    if (status != booking_statuses().end()) is_["status"] = quoted(status->second);
    // `from` and `to` are those of the last event that has one of them or changed the status.
    if (name_ == "status_changed" || left_.contains("from") || left_.contains("to")) {
      is_.erase("from");
      is_.erase("to");
    }
    if (name_ == "status_changed") set("status", field("status"));
  }

  // Whether an end of `kind` ("held", "booked") ends the slot's present status. The ids decide if
  // both have one, otherwise the accounts if both have one, otherwise it does.
  bool ends(const char* kind, const std::string& id_name, const std::string& id,
            const std::string& who) {
    if (is_["status"] != quoted(kind)) return is_["status"].empty();
    if (!id.empty() && is_.contains(id_name)) return is_[id_name] == id;
    return who.empty() || !is_.contains("holder") || is_["holder"] == who;
  }

  void slot() {
    const std::string who = field("accountId");
    const std::string hold = field("holdId");
    const std::string booking = field("bookingId");
    const std::string expires = field("expiresAt");
    const auto become = [this](const char* status) {
      for (const char* gone : {"holder", "holdId", "expiresAt", "bookingId"}) is_.erase(gone);
      is_["status"] = quoted(status);
    };
    if (name_ == "held") {
      become("held");
      set("holder", who);
      set("holdId", hold);
      set("expiresAt", expires);
      set("bookingId", booking);
    } else if (name_ == "booked") {
      // Fields that the event lacks come only from the hold that it confirms.
      const bool is_held = is_["status"] == quoted("held");
      const bool confirms = (is_held && ends("held", "holdId", hold, who)) ||
                            (!is_held && !booking.empty() && is_["bookingId"] == booking);
      const std::string holder = who.empty() && confirms ? is_["holder"] : who;
      const std::string of = booking.empty() && confirms ? is_["bookingId"] : booking;
      become("booked");
      set("holder", holder);
      set("bookingId", of);
    } else if (name_ == "maintenance_started") {
      become("maintenance");
    } else if (name_ == "price_changed") {
      if (is_["status"].empty()) is_["status"] = quoted("available");
    } else {
      const bool does = name_ == "released" ? ends("booked", "bookingId", booking, who)
                        : name_ == "maintenance_ended"
                            ? is_["status"].empty() || is_["status"] == quoted("maintenance")
                            : ends("held", "holdId", hold, who);
      if (does) become("available");
      if (!does) left_.clear();
    }
    std::erase_if(is_, [](const auto& each) { return each.second.empty(); });
  }

  void payment() {
    is_["status"] = quoted(name_);
    is_[name_] = time_;
    is_.erase("code");  // only of the last event
  }

  void notification() {
    if (name_ == "created" || name_ == "seen" || name_ == "read") {
      is_[name_] = time_;
    } else {
      const std::string channel = field("channel");
      const std::string way = "deliveries." + channel.substr(1, channel.size() - 2) + ".";
      is_[way + "channel"] = channel;
      is_[way + name_] = time_;
      is_[way + "attempt"] = field("attempt");
    }
    if (name_ != "created") left_.clear();  // other events add no further fields
  }

  void chat() {
    if (name_ == "room_opened") {
      is_["opened"] = time_;
      for (const Json& each : Json::parse(field("participants")).items()) {
        is_["participants." + each.text()] = kThere;
      }
      is_.try_emplace("count", "0");
    } else if (name_ == "participant_removed") {
      const std::string who = event_->data.text_of("accountId");
      field("accountId");
      is_.erase("participants." + who);
      is_.erase("readUpTo." + who);
    } else if (name_ == "read_up_to") {
      is_["readUpTo." + event_->data.text_of("senderId")] = field("messageId");
      left_ = {{"roomId", field("roomId")}};
    } else {
      message();
    }
  }

  void message() {
    const std::string room = field("roomId");
    const std::string id = field("messageId");
    const std::string sender = field("senderId");
    if (name_ == "message_deleted") deleted_.try_emplace(id, time_);
    const bool is_deleted = deleted_.contains(id);
    if (name_ == "message_posted") {
      drop("lastMessage.");
      is_["lastMessage.messageId"] = id;
      is_["lastMessage.senderId"] = sender;
      is_["lastMessage.posted"] = time_;
      is_["count"] = std::to_string(std::stoi(is_["count"]) + 1);
    }
    if (is_["lastMessage.messageId"] == id) {
      if (is_deleted) {
        for (const auto& [name, value] : FlatState(is_)) {
          if (name.starts_with("lastMessage.") && !kOfDeleted.contains(name)) is_.erase(name);
        }
        is_["lastMessage.deleted"] = deleted_[id];
      } else {
        for (const auto& [name, value] : left_) is_["lastMessage." + name] = value;
        is_["lastMessage." + name_.substr(8)] = time_;
      }
    }
    left_ = {{"roomId", room}};
  }

  void ticket() {
    if (name_ == "opened") {
      is_["opened"] = time_;
      is_["opener"] = field("accountId");
      is_["status"] = quoted("OPEN");
    }
    if (name_ == "assigned") is_.erase("assignee");
    set("assignee", field("assigneeId"));
    if (name_ == "status_changed") is_["status"] = field("status");
    if (name_ == "closed") {
      is_["closed"] = time_;
      is_["status"] = quoted("CLOSED");
    }
  }

  static constexpr const char* kThere = "there";
  inline static const std::set<std::string> kOfDeleted = {
      "lastMessage.messageId", "lastMessage.senderId", "lastMessage.posted", "lastMessage.edited"};

  FlatState deleted_;
  FlatState is_;
  const YearEvent* event_ = nullptr;
  std::string name_;
  std::string time_;
  FlatState left_;
};

}  // namespace

FlatState fold_told(const std::vector<YearEvent>& events) {
  Model model;
  for (const YearEvent& event : events) model.take(event);
  return model.state();
}

FlatState flatten_state(const Json& state) {
  static const std::set<std::string> kObjects = {"readUpTo", "lastMessage"};
  FlatState flat;
  for (const auto& [name, value] : state.members()) {
    if (name == "participants") {
      for (const Json& each : value.items()) flat[name + "." + each.text()] = "there";
    } else if (name == "deliveries") {
      for (const Json& each : value.items()) {
        for (const auto& [inner, what] : each.members()) {
          flat[name + "." + each["channel"].text() + "." + inner] = what.raw();
        }
      }
    } else if (kObjects.contains(name)) {
      for (const auto& [inner, what] : value.members()) flat[name + "." + inner] = what.raw();
    } else {
      flat[name] = value.raw();
    }
  }
  return flat;
}

}  // namespace courtside::e2e
