// What the log stores for an event and never changes: a private header, then the event's bytes.
//
//   0   u8  format (1)        u8  flags (IdScope)  u16 channel count
//   4   u32 header size: where the event's bytes begin, a multiple of 8
//   8   u64 offset
//   16  i64 recorded time, microseconds since 1970
//   24  u64 subject version, from 1
//   32  u64 bytes before: total size of all earlier records of this log, dropped ones too
//   40  channels: u8 length, bytes; then zeros up to the header size
//   ..  the event, a FlatBuffer
//
// All numbers are little endian. With `bytes before`, the bytes between two offsets cost two reads,
// so retention by size needs no bookkeeping. Threads: values and views, no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "schema/event.h"
#include "schema/position.h"

namespace courtside {

constexpr std::uint8_t kRecordFormat = 1;
// The largest number of channels that an event reaches.
constexpr std::size_t kRecordChannelsMax = 1000;

// The scope within which an event's id is unique: it decides which events are duplicates.
enum class IdScope : std::uint8_t {
  kSource = 0,  // (source, id), as CloudEvents has it
  kActor = 1,   // (actorid, source, id): for publishers who may not use the sources of others
};

// The key that all duplicates of an event share.
Hash128 id_key(EventView event, IdScope scope);

struct RecordFields {
  Offset offset;
  Timestamp recorded = {};
  std::uint64_t subject_version = 0;
  std::uint64_t bytes_before = 0;
  IdScope id_scope = IdScope::kSource;
};

// Appends one record to `out`.
// REQUIRES: channels.size() <= kRecordChannelsMax, each channel at most 255 bytes.
void append_record(std::string& out, const RecordFields& fields,
                   const std::vector<std::string>& channels, std::string_view event);

// The channels of a record, in the order in which they were given, read in place.
class RecordChannels {
 public:
  class Iterator {
   public:
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = value_type;
    using iterator_category = std::input_iterator_tag;

    Iterator() = default;
    Iterator(const char* at, std::size_t left) : at_(at), left_(left) {}
    std::string_view operator*() const { return {at_ + 1, static_cast<unsigned char>(*at_)}; }
    Iterator& operator++() {
      at_ += 1 + static_cast<unsigned char>(*at_);
      --left_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.left_ == b.left_; }

   private:
    const char* at_ = nullptr;
    std::size_t left_ = 0;
  };

  RecordChannels(const char* first, std::size_t count) : first_(first), count_(count) {}
  Iterator begin() const { return {first_, count_}; }
  Iterator end() const { return {}; }
  std::size_t size() const { return count_; }

 private:
  const char* first_;
  std::size_t count_;
};

// Reads a record. Views are valid as long as the bytes are.
class RecordView {
 public:
  // REQUIRES: `bytes` came from append_record or passed verify_record.
  explicit RecordView(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes() const { return bytes_; }

  Offset offset() const;
  Timestamp recorded() const;
  std::uint64_t subject_version() const;
  std::uint64_t bytes_before() const;
  IdScope id_scope() const;
  std::uint64_t bytes_through() const { return bytes_before() + bytes_.size(); }

  EventView event() const;

  RecordChannels channels() const;
  bool has_channel(std::string_view channel) const;

 private:
  std::string_view bytes_;
};

// data_corrupt unless `bytes` is a whole record whose event verifies; data_newer for a later
// format.
Result<RecordView> verify_record(std::string_view bytes);

}  // namespace courtside
