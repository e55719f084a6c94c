#include "engine/delivery/stream_control.h"

#include "base/json.h"

namespace courtside {

std::string StreamControl::block_end(Offset last, bool is_up_to_date) {
  last_ = last;
  is_up_to_date_ = is_up_to_date;
  has_spoken_ = true;
  return "]\n\n" + control();
}

std::string StreamControl::progress(Offset last, bool is_up_to_date) {
  if (has_spoken_ && last == last_ && is_up_to_date == is_up_to_date_) return {};
  last_ = last;
  is_up_to_date_ = is_up_to_date;
  has_spoken_ = true;
  return control();
}

// No space after `data:`: the conformance suite of Durable Streams looks for `data:{`.
std::string StreamControl::control() const {
  JsonObject body;
  body.text("streamNextOffset", format_sortable_position(epoch_, last_))
      .text("streamCursor", std::to_string(cursor_));
  if (is_up_to_date_) body.boolean("upToDate", true);
  return "event: control\ndata:" + body.take() + "\n\n";
}

}  // namespace courtside
