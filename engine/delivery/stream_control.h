// Frames what one reader of Durable Streams gets as server-sent events. Each block of events is a
// JSON array in a `data` event, and a `control` event with the reader's next position follows it at
// once:
//
//   event: data                         event: control
//   data: [{...},{...}]                 data:{"streamNextOffset":"k3f9_0...104218",...}
//
// The reader drops a block that comes without its control event, so that it never counts twice.
//
// Threads: its owner's.
#pragma once

#include <string>
#include <string_view>

#include "engine/history/stream_page.h"
#include "schema/position.h"

namespace courtside {

class StreamControl {
 public:
  StreamControl(std::string epoch, StreamCursor cursor)
      : epoch_(std::move(epoch)), cursor_(cursor) {}

  // What goes before and behind a block of durable_wire(). `last`: everything up to there has been
  // sent; `is_up_to_date`: it is the end of the log.
  static constexpr std::string_view kBlockBegin = "event: data\ndata: [";
  std::string block_end(Offset last, bool is_up_to_date);

  // A control event without a block; empty when it would say what the last one said.
  std::string progress(Offset last, bool is_up_to_date);

 private:
  std::string control() const;

  const std::string epoch_;
  const StreamCursor cursor_;
  Offset last_;
  bool is_up_to_date_ = false;
  bool has_spoken_ = false;
};

}  // namespace courtside
