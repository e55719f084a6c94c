#include "replay/state/chat_rules.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <utility>

#include "base/hash.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

using Name = std::string_view;

constexpr Name kLast = "lastMessage";

StatePath of(Name name, std::string key) { return {json_token(name), std::move(key)}; }
StatePath of_last(Name member) { return of(kLast, json_token(member)); }

// Members of the last message that the rules set; they are not fields of a message's data.
constexpr std::array<Name, 3> kTimes = {"posted", "edited", "deleted"};

// A message's id may be long, so the memory holds its hash.
std::string key_of(Name id_token) {
  const Hash128 hash = hash128("message", id_token);
  std::string hex;
  for (const std::uint64_t half : {hash.high, hash.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) hex += "0123456789abcdef"[half >> shift & 15];
  }
  return json_token(hex);
}

class ChatApplication {
 public:
  ChatApplication(StateObject& room, StateObject& memory, const ChatEvent& event, StateData& data)
      : room_(room), memory_(memory), event_(event), data_(data) {}

  void run() {
    const Name name = event_.name;
    if (name == "room_opened") return open();
    if (name == "participant_added" || name == "participant_removed") return participant();
    if (name == "read_up_to") return read_up_to();
    if (name == "message_posted") return post();
    if (name == "message_edited") return edit();
    if (name == "message_deleted") return erase_message();
  }

 private:
  void open() {
    room_.set_own(member_path("opened"), event_.time);
    const Name list = data_.take("participants");
    JsonReader reader(list);
    if (!list.empty() && reader.begin_array()) {
      while (reader.next_element()) {
        const JsonValue element = reader.value();
        if (!element.is(JsonKind::kString)) continue;
        const std::string account = canonical_token(element);
        room_.set(of("participants", account), account);
      }
      room_.keep_empty(json_token("participants"));
    }
    if (room_.get(member_path("count")).empty()) room_.set_own(member_path("count"), "0");
  }

  void participant() {
    const std::string account = data_.take_text("accountId");
    if (account.empty()) return;
    if (event_.name == "participant_added") return room_.set(of("participants", account), account);
    room_.erase(of("participants", account));
    room_.keep_empty(json_token("participants"));
    room_.erase(of("readUpTo", account));
  }

  // Records how far an account has read; nothing else about the room.
  void read_up_to() {
    std::string account = data_.take_text("accountId");
    if (account.empty()) account = data_.take_text("senderId");
    if (account.empty()) account = json_token(event_.shown.actorid);
    const std::string message = data_.take_text("messageId");
    keep_room_id();
    if (message.empty()) return;
    room_.set(of("readUpTo", account), message);
  }

  // -------------------------------------------------------------------------------------------
  // Of the messages, the state holds only the last one, as it was posted and edited.

  // When the message was deleted; empty when it was not, or the deletion is forgotten.
  std::string deleted_at(Name id) const {
    if (id.empty()) return {};
    return std::string(memory_.get(of("deleted", key_of(id))));
  }

  // From the whole event: the reader may not see the message's id.
  std::string whole_id() const {
    return event_.whole.data_kind == DataKind::kJson
               ? StateData(event_.whole.data).take_text("messageId")
               : std::string();
  }

  void post() {
    const auto count = json_integer(read_json(room_.get(member_path("count"))));
    room_.set_own(member_path("count"), std::to_string(count.value_or(0) + 1));
    room_.erase(member_path(kLast));
    const std::string id = data_.take_text("messageId");
    std::string sender = data_.take_text("senderId");
    if (sender.empty() && !event_.shown.actorid.empty()) {
      sender = json_token(event_.shown.actorid);
    }
    if (!id.empty()) room_.set(of_last("messageId"), id);
    if (!sender.empty()) room_.set(of_last("senderId"), sender);
    const std::string deleted = deleted_at(whole_id());
    take_text_into_last(deleted.empty());
    room_.set(of_last("posted"), event_.time);
    if (!deleted.empty()) room_.set(of_last("deleted"), deleted);
  }

  bool is_last(Name id) const {
    return !id.empty() && room_.get(of_last("messageId")) == id &&
           room_.get(of_last("deleted")).empty();
  }

  void edit() {
    const std::string id = data_.take_text("messageId");
    data_.take_text("senderId");
    const bool is_shown = is_last(id) && deleted_at(whole_id()).empty();
    take_text_into_last(is_shown);
    if (is_shown) room_.set(of_last("edited"), event_.time);
  }

  void erase_message() {
    const std::string id = data_.take_text("messageId");
    remember_deletion(whole_id());
    if (is_last(id)) {
      // All other members are the message's content, whatever their names are.
      std::map<std::string, std::string> kept;
      for (const Name name : {"messageId", "senderId", "posted", "edited"}) {
        const Name value = room_.get(of_last(name));
        if (!value.empty()) kept.emplace(name, value);
      }
      room_.erase(member_path(kLast));
      for (const auto& [name, value] : kept) room_.set(of_last(name), value);
      room_.set(of_last("deleted"), event_.time);
    }
    keep_room_id();
  }

  void remember_deletion(Name id) {
    if (id.empty() || !deleted_at(id).empty()) return;
    memory_.set_own(of("deleted", key_of(id)), event_.time);
    const auto all = memory_.members(json_token("deleted"));
    if (all.size() <= kDeletedMax) return;
    const auto oldest = std::min_element(
        all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    memory_.erase(of("deleted", oldest->first));
  }

  // Moves the event's fields, except the room's id, into the last message.
  void take_text_into_last(bool is_kept) {
    for (const Name time : kTimes) data_.take(time);
    const auto fields = data_.rest();
    const std::string room = json_token("roomId");
    for (const auto& [name, value] : fields) {
      if (name != room && is_kept) room_.set(of(kLast, name), value.raw);
    }
    keep_room_id();
  }

  // The event's other fields are not about the room.
  void keep_room_id() {
    const auto fields = data_.rest();
    for (const auto& [name, value] : fields) {
      if (name != json_token("roomId")) data_.take_token(name);
    }
  }

  StateObject& room_;
  StateObject& memory_;
  const ChatEvent& event_;
  StateData& data_;
};

}  // namespace

void apply_chat_event(StateObject& room, StateObject& memory, const ChatEvent& event,
                      StateData& data) {
  ChatApplication(room, memory, event, data).run();
}

}  // namespace courtside
