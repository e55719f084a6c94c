// Commands to the log and their results. A sequencer puts commands in one order; the fold turns
// each, in that order, into a verdict. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "schema/position.h"
#include "schema/record.h"

namespace courtside {

// Identifies the sender of a command. The log returns it with the verdict and does not interpret
// it.
struct Author {
  std::uint32_t shard = 0;
  std::uint64_t connection = 0;
  std::uint64_t ticket = 0;
};

// A validated event.
struct NewEvent {
  std::string event;  // bytes of build_event
  Hash128 key;        // id_key(event, id_scope)
  std::vector<std::string> channels;
  std::optional<std::uint64_t> expected_version;  // of the subject; 0: it must not exist
  IdScope id_scope = IdScope::kSource;
};

// A note that a reader of an outside source keeps in the log. The reader chooses the key.
struct SourceNote {
  std::string key;    // not empty
  std::string value;  // empty: delete the note
  friend bool operator==(const SourceNote&, const SourceNote&) = default;
};

// A reader's progress in an outside source: from one source position to the next, both in the
// source's own format. The step and the events that it brings are committed together or not at all.
// It is accepted only while the stored source position is `from`, so of two readers of one source
// only one makes progress.
struct SourceStep {
  std::string source;  // its name: is_source_name()
  std::string from;    // empty: nothing was read before
  std::string to;
  std::vector<SourceNote> notes = {};
};

// A source's name: 1 to 32 characters of a-z, 0-9, `_` and `-`; the first is a letter.
bool is_source_name(std::string_view name);

// Appends all of the events or none.
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

// Deletes every event below this offset, and its id. Subject versions stay.
struct Drop {
  Offset below;
};

using Command = std::variant<Append, Drop>;

struct Appended {
  Offset offset;
  std::uint64_t subject_version = 0;
  bool duplicate = false;  // `offset` is the first event with this id
};

struct Conflict {
  std::size_t index = 0;  // the first event of the command whose expected version is wrong
  std::uint64_t expected = 0;
  std::uint64_t current = 0;
};

// A step was refused, with its events: the stored source position is not `from`.
struct Overtaken {
  std::string place;
};

// The log could not do it, and nothing of it was written: storage_full, storage_read_only, or
// data_corrupt when an id or a subject cannot be read.
struct Refused {
  Error error;
};

// The result of an Append: one Appended per event, or the reason why all were refused.
struct Verdict {
  Author author;
  std::variant<std::vector<Appended>, Conflict, Overtaken, Refused> outcome;
};

}  // namespace courtside
