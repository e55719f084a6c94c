// The terms of the log's index. A term is a letter for its kind, and a text:
//
//   c  channel, for each that an event reaches; and `kind:*` for each kind among them
//   s  subject
//   a  actorid
//   r  correlationid
//   t  type, and `prefix.*` for the first kTypePrefixesMax of its prefixes
//
// The last three are attribute terms: history queries use them, live delivery does not.
//
// The index keeps the ascending offsets of the events of each term. Other letters are free for
// future terms. The byte 0 is not: it ends a term in the index's keys, so a text with a 0 would
// find the chunks of another term. REQUIRES, for all functions below: the text contains no 0. Event
// attributes and filters are validated for it on arrival.
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

// `a.b.c.d` has the terms `a.b.c.d`, `a.*` and `a.b.*`. Limited, because producers choose the
// number of dots.
constexpr std::size_t kTypePrefixesMax = 2;
// The term of a type or of `prefix.*`. A pattern with more than kTypePrefixesMax prefixes gets the
// term of a shorter one, which more events have than match.
std::string type_term(std::string_view type_or_pattern);

// All terms of the record, each once.
std::vector<std::string> terms_of(RecordView record);

// Calls visit(std::string_view) with each term of channels and subject, which batches have too; a
// term may occur twice. The view is valid during the call. Every event passes here, so no term is
// allocated.
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

// The same, with the attribute terms.
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

// The terms of the record that the index certainly has, if it has attribute terms from an offset
// on.
template <typename Visit>
void for_each_indexed_term(RecordView record, Offset attributes_from, Visit&& visit) {
  if (record.offset() < attributes_from) {
    for_each_live_term(record, visit);
  } else {
    for_each_term(record, visit);
  }
}

// The same on every node and in every build.
std::uint64_t term_hash(std::string_view term);

}  // namespace courtside
