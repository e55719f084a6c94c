// The words of the log's index. A term is a letter that says of what, and a text:
//
//   c  channel, for each that an event reaches; and `kind:*` for each kind among them
//   s  subject
//   a  actorid
//   r  correlationid
//   t  type, and `prefix.*` for the first kTypePrefixesMax of its prefixes
//
// The last three are attributes: what history asks for, and nobody live.
//
// The index keeps, per term, the ascending offsets of the events that carry it. Other letters are
// free for terms to come; the byte 0 is not, it ends a term in the index's keys. So a text with one
// has no term: it would find the chunks of another. REQUIRES of all below: none in what they take.
// Every attribute of an event is checked for it at the door, and so is what a filter asks for.
#pragma once

#include <cstddef>
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
std::string actor_term(std::string_view actor);
std::string correlation_term(std::string_view correlationid);

// `a.b.c.d` carries `a.b.c.d`, `a.*` and `a.b.*`: a producer chooses how many dots there are.
constexpr std::size_t kTypePrefixesMax = 2;
// The term of a type or of `prefix.*`. Where a pattern names more than kTypePrefixesMax prefixes it
// is that of a shorter one: more events carry it than match.
std::string type_term(std::string_view type_or_pattern);

// Every term that the record carries, each once.
std::vector<std::string> terms_of(RecordView record);

// Calls visit(std::string_view) with every term of channels and subject, by which events are also
// found in a batch; one may come twice. The view is valid for the call: this is the path of every
// event, so nothing is allocated per term.
template <typename Visit>
void for_each_live_term(RecordView record, Visit&& visit) {
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

// The same with those of attributes.
template <typename Visit>
void for_each_term(RecordView record, Visit&& visit) {
  for_each_live_term(record, visit);
  const EventView event = record.event();
  std::string term;
  const auto add = [&](char letter, std::string_view text, std::string_view end = {}) {
    term.assign(1, letter).append(text).append(end);
    visit(std::string_view(term));
  };
  if (const std::string_view actor = event.actorid(); !actor.empty()) add('a', actor);
  if (const std::string_view id = event.correlationid(); !id.empty()) add('r', id);
  const std::string_view type = event.type();
  add('t', type);
  std::size_t dot = type.find('.');
  for (std::size_t i = 0; i < kTypePrefixesMax && dot != std::string_view::npos; ++i) {
    add('t', type.substr(0, dot), ".*");
    dot = type.find('.', dot + 1);
  }
}

inline bool is_attribute_term(std::string_view term) {
  return term.starts_with('a') || term.starts_with('r') || term.starts_with('t');
}

// What the index of a log certainly holds of the record, where attributes are in it from an offset
// on.
template <typename Visit>
void for_each_indexed_term(RecordView record, Offset attributes_from, Visit&& visit) {
  if (record.offset() < attributes_from) {
    for_each_live_term(record, visit);
  } else {
    for_each_term(record, visit);
  }
}

// Equal on every node and in every build.
std::uint64_t term_hash(std::string_view term);

}  // namespace courtside
