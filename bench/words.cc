#include "bench/words.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "base/json.h"

namespace courtside {
namespace {

constexpr std::string_view kOpening = "{\"type\":\"";
constexpr std::uint64_t kRequestIds = 0x7fffffff;  // 1 ... 2^31 - 1
constexpr std::size_t kNoiseBytes = 64 * 1024;

std::string subscribe(std::string_view channel, std::string_view from) {
  std::string channels = "[";
  append_json_string(channels, channel);
  channels.push_back(']');
  JsonObject message;
  message.text("type", "subscribe")
      .number("id", 1)
      .number("sub", 1)
      .raw("channels", channels)
      .raw("from", from);
  return message.take();
}

}  // namespace

Word word_of(std::string_view message) {
  static constexpr std::array<std::pair<std::string_view, Word>, 8> kWords = {{
      {"event\"", Word::kEvent},
      {"ok\"", Word::kOk},
      {"welcome\"", Word::kWelcome},
      {"subscribed\"", Word::kSubscribed},
      {"live\"", Word::kLive},
      {"behind\"", Word::kBehind},
      {"gap\"", Word::kGap},
      {"error\"", Word::kError},
  }};
  if (message.substr(0, kOpening.size()) != kOpening) return Word::kOther;
  const std::string_view type = message.substr(kOpening.size());
  for (const auto& [name, word] : kWords) {
    if (type.substr(0, name.size()) == name) return word;
  }
  return Word::kOther;
}

std::string_view text_member(std::string_view message, std::string_view name) {
  const auto found = message.find(name);
  if (found == std::string_view::npos) return {};
  const std::string_view rest = message.substr(found + name.size());
  if (rest.empty() || rest.front() != '"') return {};
  const auto end = rest.find('"', 1);
  return end == std::string_view::npos ? std::string_view() : rest.substr(1, end - 1);
}

std::uint64_t offset_of(std::string_view position) {
  std::uint64_t offset = 0;
  const auto colon = position.find(':');
  if (colon == std::string_view::npos) return 0;
  for (const char digit : position.substr(colon + 1)) {
    if (digit < '0' || digit > '9') return 0;
    offset = offset * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return offset;
}

std::string hello_message(std::string_view token) {
  JsonObject message;
  message.text("type", "hello").text("client", "courtside-bench");
  if (!token.empty()) message.text("token", token);
  return message.take();
}

std::string subscribe_message(std::string_view channel, std::string_view after) {
  if (after.empty()) return subscribe(channel, "\"now\"");
  JsonObject from;
  from.text("after", after);
  return subscribe(channel, from.take());
}

std::string subscribe_from_earliest_message(std::string_view channel) {
  return subscribe(channel, "\"earliest\"");
}

EventWriter::EventWriter(std::string_view run, std::size_t size_bytes)
    : run_(run), size_bytes_(std::max<std::size_t>(size_bytes, 2)) {
  // The same noise in every run, from another place for every event.
  std::minstd_rand random(1);
  noise_.resize(kNoiseBytes + size_bytes_);
  for (char& letter : noise_) letter = static_cast<char>('a' + random() % 26);
}

std::string_view EventWriter::publish(std::string_view channel) {
  const std::uint64_t number = ++written_;
  const std::string id = std::to_string(number);
  message_.assign("{\"type\":\"publish\",\"id\":");
  message_.append(std::to_string(number % kRequestIds + 1));
  message_.append(",\"event\":{\"specversion\":\"1.0\",\"id\":\"").append(run_).append("-");
  message_.append(id).append("\",\"source\":\"/bench\",\"type\":\"bench.tick\",\"subject\":\"");
  message_.append(channel).append("\",\"data\":\"");
  message_.append(noise_, number * 61 % kNoiseBytes, size_bytes_ - 2).append("\"}}");
  return message_;
}

}  // namespace courtside
