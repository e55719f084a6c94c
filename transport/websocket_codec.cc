#include "transport/websocket_codec.h"

#include <optional>
#include <utility>

#include "base/format.h"
#include "base/utf8.h"
#include "transport/frame_reader.h"

namespace courtside {
namespace {

constexpr std::uint8_t kContinuation = 0;
constexpr std::uint8_t kRsv1 = 4;                  // the message is compressed
constexpr std::size_t kSpareBytesMax = 64 * 1024;  // the largest buffer that the spare state keeps

// RFC 6455, section 7.4, and the IANA registry: 1004, 1005, 1006 and 1015 never occur in a frame.
bool may_be_received(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

bool is_known(std::uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }
bool is_control(std::uint8_t opcode) { return opcode >= 8; }

// A compressed message may be larger than its text: by 5 bytes for each stored block, which for
// some compressors has only a few hundred bytes. This is more than zlib ever needs.
std::size_t compressed_bytes_max(std::size_t message_bytes_max) {
  return message_bytes_max + message_bytes_max / 4 + 64;
}

WebSocketCodec::Violation protocol_error(std::string reason) { return {1002, std::move(reason)}; }

}  // namespace

struct WebSocketCodec::State {
  FrameReader reader;
  std::string message;  // the fragments received so far
  Opcode message_opcode = Opcode::kText;
  bool in_message = false;
  bool is_compressed = false;  // the message
  std::size_t fragment_count = 0;
  Utf8Validator utf8;   // complete() at the beginning of each message
  std::string control;  // payload of the current control frame

  // One per thread, lent to the connection that is being read.
  static std::unique_ptr<State>& spare() {
    static thread_local std::unique_ptr<State> state;
    return state;
  }

  bool idle() const { return reader.at_boundary() && !in_message; }
};

// The rules between frames. It lives for one feed().
class WebSocketCodec::Assembler {
 public:
  Assembler(State& state, WebSocketRole role, const WebSocketLimits& limits, bool inflates,
            WebSocketInputHandler& handler)
      : state_(state), role_(role), limits_(limits), inflates_(inflates), handler_(handler) {}

  // False after a violation, or when the handler stopped.
  bool take(const FramePiece& piece) {
    if (piece.first && !begin_frame(piece)) return false;
    return is_control(piece.opcode) ? take_control(piece) : take_data(piece);
  }

  const std::optional<Violation>& violation() const { return violation_; }

 private:
  bool refuse(Violation violation) {
    violation_ = std::move(violation);
    return false;
  }

  Violation too_large() const {
    return {1009, format("more than {} bytes", limits_.message_bytes_max)};
  }
  Violation too_large_with_fragments() const {
    return {1009, format("more than {} bytes, with {} for each fragment after the first",
                         limits_.message_bytes_max, limits_.fragment_bytes)};
  }
  static Violation not_utf8() { return {1007, "text that is not UTF-8"}; }

  bool begin_frame(const FramePiece& piece) {
    // RSV1 is for the first frame of a message (RFC 7692, section 6).
    const bool may_be_compressed =
        inflates_ && !is_control(piece.opcode) && piece.opcode != kContinuation;
    if ((piece.rsv & ~(may_be_compressed ? kRsv1 : 0)) != 0) {
      return refuse(protocol_error("a reserved bit is set"));
    }
    if (!is_known(piece.opcode)) return refuse(protocol_error("unknown opcode"));
    if (piece.masked != (role_ == WebSocketRole::kServer)) {
      return refuse(protocol_error(piece.masked ? "a server's frame is masked"
                                                : "a client's frame is not masked"));
    }
    if (is_control(piece.opcode)) return true;
    return piece.opcode == kContinuation ? continue_message(piece) : begin_message(piece);
  }

  bool begin_message(const FramePiece& piece) {
    if (state_.in_message) return refuse(protocol_error("a message within a message"));
    state_.in_message = true;
    state_.is_compressed = piece.rsv == kRsv1;
    state_.message_opcode = static_cast<Opcode>(piece.opcode);
    state_.message.clear();
    state_.fragment_count = 0;
    return admit_fragment(piece);
  }

  bool continue_message(const FramePiece& piece) {
    if (!state_.in_message) return refuse(protocol_error("a continuation of nothing"));
    return admit_fragment(piece);
  }

  // Refuses by the announced length, before storing any of it.
  bool admit_fragment(const FramePiece& piece) {
    if (++state_.fragment_count > limits_.fragments_max) {
      return refuse({1009, format("more than {} fragments", limits_.fragments_max)});
    }
    const std::size_t bytes_max = state_.is_compressed
                                      ? compressed_bytes_max(limits_.message_bytes_max)
                                      : limits_.message_bytes_max;
    const std::size_t charged_bytes =
        state_.message.size() + (state_.fragment_count - 1) * limits_.fragment_bytes;
    if (piece.frame_bytes > bytes_max) return refuse(too_large());
    if (charged_bytes + piece.frame_bytes > bytes_max) {
      return refuse(state_.fragment_count == 1 ? too_large() : too_large_with_fragments());
    }
    return true;
  }

  bool take_data(const FramePiece& piece) {
    const bool ends = piece.last && piece.fin;
    if (!state_.is_compressed && state_.message_opcode == Opcode::kText &&
        (!state_.utf8.feed(piece.data) || (ends && !state_.utf8.complete()))) {
      return refuse(not_utf8());
    }
    // Most messages are one piece; those are passed on without a copy.
    const bool whole = ends && piece.first && state_.fragment_count == 1;
    if (!whole) state_.message.append(piece.data);
    if (!ends) return true;
    state_.in_message = false;
    const std::string_view payload = whole ? piece.data : std::string_view(state_.message);
    if (state_.is_compressed) return take_compressed(payload);
    return handler_.on_input({state_.message_opcode, payload, 0});
  }

  bool take_compressed(std::string_view payload) {
    static thread_local MessageInflater inflater;
    std::string message;
    switch (inflater.append(message, payload, limits_.message_bytes_max)) {
      case MessageInflater::Outcome::kWhole: break;
      case MessageInflater::Outcome::kTooLarge: return refuse(too_large());
      // No code is meant for it; 1007 is for content that is not what its message says.
      case MessageInflater::Outcome::kBroken: return refuse({1007, "broken compressed data"});
    }
    if (state_.message_opcode == Opcode::kText && !is_utf8(message)) return refuse(not_utf8());
    return handler_.on_input({state_.message_opcode, message, 0});
  }

  bool take_control(const FramePiece& piece) {
    if (piece.first) state_.control.clear();
    state_.control.append(piece.data);  // at most 125 bytes: the reader refuses longer ones
    if (!piece.last) return true;
    const auto opcode = static_cast<Opcode>(piece.opcode);
    if (opcode == Opcode::kClose) return take_close(state_.control);
    return handler_.on_input({opcode, state_.control, 0, state_.in_message});
  }

  bool take_close(std::string_view body) {
    if (body.empty()) return handler_.on_input({Opcode::kClose, {}, 1005});
    if (body.size() == 1) return refuse(protocol_error("half a close code"));
    const auto high = static_cast<std::uint8_t>(body[0]);
    const auto low = static_cast<std::uint8_t>(body[1]);
    const auto code = static_cast<std::uint16_t>(high << 8 | low);
    if (!may_be_received(code)) return refuse(protocol_error("an invalid close code"));
    const std::string_view reason = body.substr(2);
    if (!is_utf8(reason)) return refuse({1007, "a close reason that is not UTF-8"});
    return handler_.on_input({Opcode::kClose, reason, code});
  }

  State& state_;
  const WebSocketRole role_;
  const WebSocketLimits& limits_;
  const bool inflates_;
  WebSocketInputHandler& handler_;
  std::optional<Violation> violation_;
};

WebSocketCodec::WebSocketCodec(WebSocketRole role, const WebSocketLimits& limits, bool inflates)
    : role_(role), limits_(limits), inflates_(inflates) {}

WebSocketCodec::~WebSocketCodec() = default;
WebSocketCodec::WebSocketCodec(WebSocketCodec&&) noexcept = default;

tl::expected<std::size_t, WebSocketCodec::Violation> WebSocketCodec::feed(
    std::string_view input, WebSocketInputHandler& handler) {
  // Moved out of the member, so that a handler's calls cannot change it.
  std::unique_ptr<State> state = std::move(state_);
  if (!state) state = std::move(State::spare());
  if (!state) state = std::make_unique<State>();

  Assembler assembler(*state, role_, limits_, inflates_, handler);
  state->reader.set_input(input);
  FramePiece piece;
  for (;;) {
    const FrameReader::Step step = state->reader.next(piece);
    if (step == FrameReader::Step::kMalformed) {
      return tl::make_unexpected(protocol_error("a malformed frame"));
    }
    if (step == FrameReader::Step::kNeedsInput) {
      put_away(std::move(state));
      return input.size();
    }
    if (assembler.take(piece)) continue;
    if (assembler.violation()) return tl::make_unexpected(*assembler.violation());
    const std::size_t unread_bytes = state->reader.unread_bytes();
    if (unread_bytes > 0) state->reader.restart();
    put_away(std::move(state));
    return input.size() - unread_bytes;
  }
}

void WebSocketCodec::put_away(std::unique_ptr<State> state) {
  if (!state->idle()) {
    state_ = std::move(state);
    return;
  }
  if (state->message.capacity() > kSpareBytesMax) state->message = std::string();
  State::spare() = std::move(state);
}

}  // namespace courtside
