// Text of names: UTF-8 without control characters. Threads: any.
#pragma once

#include <string_view>

#include "base/utf8.h"

namespace courtside {

// UTF-8 without control characters (U+0000..U+001F, U+007F..U+009F), which CloudEvents 1.0 calls a
// String. True for the empty text.
bool is_plain_text(std::string_view bytes);

}  // namespace courtside
