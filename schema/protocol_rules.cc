#include "schema/protocol_rules.h"

#include <utility>

#include "base/format.h"
#include "schema/channel.h"
#include "schema/event_rules.h"
#include "schema/field_selection.h"
#include "schema/text.h"

namespace courtside::protocol {
namespace {

// Longer than any channel, so that a nearly correct name is shown whole.
constexpr std::size_t kShownBytesMax = 160;

Result<void> bad(std::string message) { return fail(Code::bad_request, std::move(message)); }

bool is_type_filter(std::string_view text) {
  constexpr std::string_view kAnyEvent = ".*";
  if (text.size() > kEventTypeBytesMax) return false;
  if (text.ends_with(kAnyEvent)) text.remove_suffix(kAnyEvent.size());
  return is_event_type(text);
}

Result<void> check_channels(const std::vector<std::string>& channels) {
  if (channels.empty()) return bad("channels must list at least one channel");
  if (channels.size() > kSubscribeChannelsMax) {
    return bad(format("channels lists more than {} channels", kSubscribeChannelsMax));
  }
  for (const std::string& channel : channels) {
    if (!is_channel(channel) && !is_channel_pattern(channel)) {
      return bad(shown(channel) + " is not a channel: `kind:id`, `kind:*` or `*`");
    }
  }
  return {};
}

Result<void> check_types(const std::vector<std::string>& types) {
  if (types.size() > kSubscribeTypesMax) {
    return bad(format("types lists more than {} types", kSubscribeTypesMax));
  }
  for (const std::string& type : types) {
    if (!is_type_filter(type)) {
      return bad(shown(type) + " is not a type filter: a type, or `prefix.*`");
    }
  }
  return {};
}

Result<void> check_selected(const std::vector<std::string>& fields) {
  if (fields.size() > kSubscribeFieldsMax) {
    return bad(format("fields lists more than {} fields", kSubscribeFieldsMax));
  }
  for (const std::string& field : fields) {
    if (field == "data_base64") return bad("`data_base64` is not a field: `data` stands for both");
    if (!is_field_name(field)) {
      return bad(shown(field) + " is not a field: the name of an attribute, or `data`");
    }
  }
  return {};
}

}  // namespace

tl::unexpected<Rejected> reject(Error error, std::optional<std::uint32_t> id) {
  return tl::unexpected<Rejected>(Rejected{.error = std::move(error), .id = id});
}

tl::unexpected<Rejected> reject(std::string message, std::optional<std::uint32_t> id) {
  return reject(Error{.code = Code::bad_request, .message = std::move(message)}, id);
}

tl::unexpected<Rejected> reject_and_close(std::string message) {
  auto rejected = reject(std::move(message), std::nullopt);
  rejected.value().closes = true;
  return rejected;
}

std::string wanted_number(std::string_view name) {
  return format("{} must be a whole number from 1 to 2147483647", name);
}

std::string wanted_speed() {
  return format("speed must be a whole number from 1 to {}, or \"max\"", kSpeedMax);
}

std::string shown(std::string_view text) {
  if (text.size() > kShownBytesMax || !is_plain_text(text)) {
    return format("a text of {} bytes", text.size());
  }
  return format("`{}`", text);
}

Result<void> check_subscribe(Subscribe& subscribe) {
  if (!is_request_number(subscribe.sub)) return bad(wanted_number("sub"));
  if (auto checked = check_channels(subscribe.channels); !checked) return checked;
  if (auto checked = check_types(subscribe.types); !checked) return checked;
  if (auto checked = check_selected(subscribe.fields); !checked) return checked;
  const From& from = subscribe.from;
  if (from.kind == From::Kind::kLast && (from.last < 1 || from.last > kFromLastMax)) {
    return bad(format("from.last must be a whole number from 1 to {}", kFromLastMax));
  }
  if (subscribe.speed > kSpeedMax) return bad(wanted_speed());
  if (subscribe.speed > 0 && from.kind == From::Kind::kNow) {
    return bad("speed needs a `from` in the past");
  }
  remove_repeats(subscribe.channels);
  return {};
}

}  // namespace courtside::protocol
