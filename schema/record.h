// What the log stores for an event, and never changes: a private header, then the event's bytes.
//
//   0   u8  format (1)        u8  flags (0)        u16 channel count
//   4   u32 header size: where the event's bytes begin, a multiple of 8
//   8   u64 offset
//   16  i64 recorded time, microseconds since 1970
//   24  u64 subject version, from 1
//   32  u64 bytes before: the sizes of all earlier records of this log, added up, dropped ones too
//   40  channels: u8 length, bytes; then zeros up to the header size
//   ..  the event, a FlatBuffer
//
// All numbers little endian. `bytes before` makes "how many bytes lie between two offsets" two
// reads, so retention by size needs no ledger. Threads: values and views, no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "schema/event.h"
#include "schema/position.h"

namespace courtside {

constexpr std::uint8_t kRecordFormat = 1;
// An event reaches at most this many channels.
constexpr std::size_t kRecordChannelsMax = 1000;

struct RecordFields {
  Offset offset;
  Timestamp recorded = {};
  std::uint64_t subject_version = 0;
  std::uint64_t bytes_before = 0;
};

// Appends one record to `out`.
// REQUIRES: channels.size() <= kRecordChannelsMax, each channel at most 255 bytes.
void append_record(std::string& out, const RecordFields& fields,
                   const std::vector<std::string>& channels, std::string_view event);

// Looks at a record. Views are valid as long as the bytes are.
class RecordView {
 public:
  // REQUIRES: `bytes` came from append_record or passed verify_record.
  explicit RecordView(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes() const { return bytes_; }

  Offset offset() const;
  Timestamp recorded() const;
  std::uint64_t subject_version() const;
  std::uint64_t bytes_before() const;
  std::uint64_t bytes_through() const { return bytes_before() + bytes_.size(); }

  EventView event() const;

  // In the order in which they were given.
  std::vector<std::string_view> channels() const;
  bool has_channel(std::string_view channel) const;

 private:
  std::string_view bytes_;
};

// data_corrupt unless `bytes` is a whole record whose event verifies; data_newer for a later
// format.
Result<RecordView> verify_record(std::string_view bytes);

}  // namespace courtside
