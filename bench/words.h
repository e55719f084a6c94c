// What a benchmark says to the server and what it needs of the answers, without reading JSON: the
// protocol's messages begin with their type, and a position stands before everything that a
// publisher wrote.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace courtside {

enum class Word : std::uint8_t {
  kEvent,
  kOk,
  kWelcome,
  kSubscribed,
  kLive,
  kBehind,
  kGap,
  kError,
  kOther,
};
// What kind of message this is.
Word word_of(std::string_view message);

// The text of the first member of this name, up to its next quote; empty when there is none.
// `name` with quotes and colon: "\"position\":".
std::string_view text_member(std::string_view message, std::string_view name);

// "k3f9:104217" of a message that carries a position; empty otherwise.
inline std::string_view position_of(std::string_view message) {
  return text_member(message, "\"position\":");
}
// The decimal number behind the position's colon; 0 when there is none.
std::uint64_t offset_of(std::string_view position);

// `token` may be empty.
std::string hello_message(std::string_view token);
// From now on, or after `after` where it is not empty.
std::string subscribe_message(std::string_view channel, std::string_view after);
std::string subscribe_from_earliest_message(std::string_view channel);

// Composes publishes whose events are all different and reach one channel each: the one that their
// subject is.
class EventWriter {
 public:
  // `run` tells this run's event ids from those of any other. `data` will be a JSON text of
  // `size_bytes` bytes, at least 2, that a compressor cannot make small.
  EventWriter(std::string_view run, std::size_t size_bytes);

  // The whole publish message of one more event, valid until the next call.
  std::string_view publish(std::string_view channel);

 private:
  const std::string run_;
  std::uint64_t written_ = 0;
  const std::size_t size_bytes_;
  std::string noise_;
  std::string message_;
};

}  // namespace courtside
