// Why an event may not be published, in the caller's words: which member or permission the rules
// ask for. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace courtside {

// For an anonymous caller: unauthorized. All others are forbidden.
Error publishing_takes_a_token();
// A service whose key lacks the permission; details {"permission":...}.
Error lacks_publish_permission(std::string_view permission);
// For an account. `who`: the `who` of each rule for events of this type, in the order of the rules;
// none: accounts may not publish such events at all. Details {"type":...,"who":[...]}.
Error not_the_publisher(std::string_view type, const std::vector<std::string>& who);
// `data.messageId` is the id of another account's message.
Error message_is_anothers();

}  // namespace courtside
