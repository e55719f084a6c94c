// What may be asked of the log, and what it answers. Commands are put in one order by a sequencer;
// the fold turns each, in that order, into a verdict. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/hash.h"
#include "schema/position.h"
#include "schema/record.h"

namespace courtside {

// Who asked, in the words of whoever asked: the log hands it back with the verdict and does not
// look.
struct Author {
  std::uint32_t shard = 0;
  std::uint64_t connection = 0;
  std::uint64_t ticket = 0;
};

// An event that passed the door.
struct NewEvent {
  std::string event;  // bytes of build_event
  Hash128 key;        // id_key(event, id_scope)
  std::vector<std::string> channels;
  std::optional<std::uint64_t> expected_version;  // the subject's version; 0 = must not exist
  IdScope id_scope = IdScope::kSource;
};

// What a reader of an outside source remembers in the log, under a key of its own choosing.
struct SourceNote {
  std::string key;    // not empty
  std::string value;  // empty: forget it
  friend bool operator==(const SourceNote&, const SourceNote&) = default;
};

// A reader of an outside source has read on: from one place to the next, both in its own words. It
// is written with the events that it brings, in one commit, or not at all; and taken only where the
// source's place is still `from`, so that of two readers of one source one alone gets on.
struct SourceStep {
  std::string source;  // its name: is_source_name()
  std::string from;    // empty: nothing was ever read
  std::string to;
  std::vector<SourceNote> notes = {};
};

// A source's name: 1 to 32 of a-z, 0-9, `_` and `-`, a letter first.
bool is_source_name(std::string_view name);

// Appends all of these events, or none.
struct Append {
  Author author;
  std::vector<NewEvent> events;
  std::optional<SourceStep> step = {};

  std::size_t size_bytes() const {
    std::size_t total = 0;
    for (const NewEvent& event : events) total += event.event.size();
    return total;
  }
};

// Forgets every event below this offset, and its id. Subject versions stay.
struct Drop {
  Offset below;
};

using Command = std::variant<Append, Drop>;

struct Appended {
  Offset offset;
  std::uint64_t subject_version = 0;
  bool duplicate = false;  // the first of this id stands at `offset`
};

struct Conflict {
  std::size_t index = 0;  // the first event of the command whose expectation failed
  std::uint64_t expected = 0;
  std::uint64_t current = 0;
};

// A step was not taken, and its events neither: the source's place is another one.
struct Overtaken {
  std::string place;
};

// The answer to an Append: one Appended per event, or what refused all of them.
struct Verdict {
  Author author;
  std::variant<std::vector<Appended>, Conflict, Overtaken> outcome;
};

}  // namespace courtside
