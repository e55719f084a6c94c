// What counts as the text of a name: UTF-8 without control characters. Threads: any.
#pragma once

#include <string_view>

#include "base/utf8.h"

namespace courtside {

// UTF-8 without control characters (U+0000..U+001F, U+007F..U+009F): what CloudEvents 1.0 calls a
// String. The empty text is one.
bool is_plain_text(std::string_view bytes);

}  // namespace courtside
