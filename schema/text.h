// What counts as text: UTF-8, and for names also no control characters. Threads: any.
#pragma once

#include <string_view>

namespace courtside {

bool is_utf8(std::string_view bytes);

// UTF-8 without control characters (U+0000..U+001F, U+007F..U+009F): what CloudEvents 1.0 calls a
// String. The empty text is one.
bool is_plain_text(std::string_view bytes);

}  // namespace courtside
