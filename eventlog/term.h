// The words of the log's index. A term is a letter that says of what, and a text: "c" + channel for
// each channel that an event reaches, "c" + "kind:*" for each kind among them, "s" + subject.
// The index keeps, per term, the ascending offsets of the events that carry it. Other letters are
// free for terms to come; the byte 0 is not, it ends a term in the index's keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/channel.h"
#include "schema/record.h"

namespace courtside {

// The term of a channel or of a `kind:*` pattern. REQUIRES: not "*", which needs no index.
std::string channel_term(std::string_view channel_or_pattern);
std::string subject_term(std::string_view subject);

// Every term that the record carries, each once.
std::vector<std::string> terms_of(RecordView record);

// Calls visit(std::string_view) with every term that the record carries; one may come twice. The
// view is valid for the call: this is the path of every event, so nothing is allocated per term.
template <typename Visit>
void for_each_term(RecordView record, Visit&& visit) {
  std::string term;
  std::string_view kind_before;
  for (const std::string_view channel : record.channels()) {
    term.assign(1, 'c').append(channel);
    visit(std::string_view(term));
    const std::string_view kind = channel_kind(channel);
    if (kind == kind_before) continue;  // neighbours are often of one kind
    term.assign(1, 'c').append(kind).append(":*");
    visit(std::string_view(term));
    kind_before = kind;
  }
  term.assign(1, 's').append(record.event().subject());
  visit(std::string_view(term));
}

// Equal on every node and in every build.
std::uint64_t term_hash(std::string_view term);

}  // namespace courtside
