// Raw DEFLATE (RFC 1951) for messages that are compressed one by one, as permessage-deflate does it
// without context takeover (RFC 7692): no message refers to one before it.
//
// The objects keep memory between messages so that it is not allocated anew, but no content: one of
// each serves all connections of a thread. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace courtside {

class MessageDeflater {
 public:
  // The window is 2^window_bits bytes: how far back a repetition may refer. zlib has no raw window
  // of 2^8. Above 2^12 the messages of a real-time feed get no smaller: of 64 KiB with 100 events,
  // 18.8 % remain at 12 bits and 17.9 % at 15, and the state takes 32 KiB instead of 262.
  static constexpr unsigned kWindowBitsMin = 9;
  static constexpr unsigned kWindowBitsMax = 12;

  // REQUIRES: window_bits in [kWindowBitsMin, kWindowBitsMax].
  explicit MessageDeflater(unsigned window_bits);
  ~MessageDeflater();

  // Appends the compressed message without its last four bytes, 00 00 ff ff (RFC 7692, section
  // 7.2.1). False, and `out` is as before, when that would not be smaller than the message.
  bool append(std::string& out, std::string_view message);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class MessageInflater {
 public:
  MessageInflater();
  ~MessageInflater();

  enum class Outcome : std::uint8_t {
    kWhole,
    kTooLarge,  // more than `bytes_max`; the rest was not inflated
    kBroken,    // not DEFLATE, or it ends within a block
  };

  // Appends the message to `out`, at most `bytes_max` bytes of it. `compressed` is the message
  // without 00 00 ff ff at its end. It may have any number of blocks, empty and final ones too:
  // what follows a final block is a new stream, as for other receivers. A message that has its end
  // already is accepted: one that ends with a final block, or with the 00 00 ff ff of a sender that
  // left an empty last fragment uncompressed (Python's websockets does), or without any bytes.
  Outcome append(std::string& out, std::string_view compressed, std::size_t bytes_max);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace courtside
