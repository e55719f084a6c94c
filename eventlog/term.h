// The words of the log's index. A term is a letter that says of what, and a text: "c" + channel for
// each channel that an event reaches, "c" + "kind:*" for each kind among them, "s" + subject.
// The index keeps, per term, the ascending offsets of the events that carry it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/record.h"

namespace courtside {

// The term of a channel or of a `kind:*` pattern. REQUIRES: not "*", which needs no index.
std::string channel_term(std::string_view channel_or_pattern);
std::string subject_term(std::string_view subject);

// Every term that the record carries, each once.
std::vector<std::string> terms_of(RecordView record);

// Equal on every node and in every build.
std::uint64_t term_hash(std::string_view term);

}  // namespace courtside
