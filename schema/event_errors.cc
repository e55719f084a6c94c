#include "schema/event_errors.h"

#include "base/check.h"
#include "base/json.h"
#include "base/utf8.h"

namespace courtside {
namespace {

// Member names chosen by the sender are shown up to this length.
constexpr std::size_t kShownNameBytesMax = 64;

// A name that is no UTF-8, which only FlatBuffers can carry, is shown as "?".
void append_pointer_step(std::string& out, std::string_view name) {
  out.push_back('/');
  if (!is_utf8(name)) name = "?";
  for (const char c : name) {
    if (c == '~') {
      out.append("~0");
    } else if (c == '/') {
      out.append("~1");
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace

void EventErrors::enter_batch_item(std::size_t index) { prefix_ = "/" + std::to_string(index); }

void EventErrors::add(std::string_view pointer, std::string_view detail) {
  if (entries_.size() == kEventErrorsMax) return;
  std::string whole = prefix_;
  whole.append(pointer);
  for (const Entry& entry : entries_) {
    if (entry.pointer == whole) return;
  }
  entries_.push_back({.pointer = std::move(whole), .detail = std::string(detail)});
}

void EventErrors::add_member(std::string_view name, std::string_view detail) {
  if (name.size() > kShownNameBytesMax) return add("", "has a member with too long a name");
  std::string pointer;
  append_pointer_step(pointer, name);
  add(pointer, detail);
}

void EventErrors::add_field(std::string_view member, std::string_view field,
                            std::string_view detail) {
  std::string pointer;
  append_pointer_step(pointer, member);
  append_pointer_step(pointer, field);
  add(pointer, detail);
}

Error EventErrors::error() const {
  COURTSIDE_CHECK(!entries_.empty());
  std::string list = "[";
  for (const Entry& entry : entries_) {
    if (&entry != &entries_.front()) list.push_back(',');
    list.append(JsonObject().text("pointer", entry.pointer).text("detail", entry.detail).take());
  }
  list.push_back(']');
  const Entry& first = entries_.front();
  std::string message = first.pointer.empty() ? "the event" : first.pointer;
  message.append(" ").append(first.detail);
  return {.code = Code::invalid_event,
          .message = std::move(message),
          .details = JsonObject().raw("errors", list).take()};
}

}  // namespace courtside
