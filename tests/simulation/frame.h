// What goes over a simulated socket: frames of one size, so that a client can check each word that
// it is told and a schedule costs microseconds.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/delivery/wire.h"

namespace courtside::simulation {

struct Frame {
  enum class Kind : char {
    kEvent = 'E',
    kLive = 'L',
    kBehind = 'B',
    kGap = 'G',
    kProgress = 'P',
    kBatch = 'V',  // only in bytes: parse_frames() checks it, and returns its events
  };
  Kind kind;
  std::uint64_t first;   // an event's offset; the position of the others; a gap's `from`;
                         // how many events of a batch follow
  std::uint64_t second;  // a digest of the event's record; a gap's `to`
};

constexpr std::size_t kFrameBytes = 17;

// What an event's frame says of its record.
std::uint64_t digest_of(RecordView record);
// The same for a subscriber that asked for some fields only.
std::uint64_t digest_with(std::uint64_t digest, const FieldSelection& fields);

void append_frame(std::string& out, const Frame& frame);

// The frames in a block that was sent.
std::vector<Frame> parse_frames(std::string_view block);
bool begins_with_batch(std::string_view block);

std::string describe(const Frame& frame);

const Wire& simulated_wire();
const Wire& simulated_batch_wire();
extern const char* const kEpoch;

}  // namespace courtside::simulation
