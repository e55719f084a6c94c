// How far a source was read, as stored in the log: the database's identity and the source position.
// Threads: a value.
#pragma once

#include <string>
#include <string_view>

namespace courtside {

struct OutboxPlace {
  std::string identity;  // OutboxSource::identity; empty: never read
  std::string place;     // source position; empty: the beginning

  std::string text() const { return identity.empty() ? "" : identity + " " + place; }
  friend bool operator==(const OutboxPlace&, const OutboxPlace&) = default;
};

inline OutboxPlace parse_outbox_place(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return {.identity = std::string(text), .place = {}};
  return {.identity = std::string(text.substr(0, space)),
          .place = std::string(text.substr(space + 1))};
}

}  // namespace courtside
