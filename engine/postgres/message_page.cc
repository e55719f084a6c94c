#include "engine/postgres/message_page.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/format.h"
#include "base/utf8.h"

namespace courtside {
namespace {

tl::unexpected<Error> out_of_order() {
  return fail(Code::internal, "the server sent frames of pgoutput in no order that makes sense");
}

}  // namespace

std::string MessagePlace::text() const {
  return lsn_text(lsn) + (messages == 0 ? "" : format(":{}", messages));
}

Result<MessagePlace> parse_message_place(const std::string& text) {
  MessagePlace place;
  if (text.empty()) return place;
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto lsn = parse_lsn(std::string_view(text).substr(0, colon));
  bool is_sound = lsn.has_value();
  if (is_sound && colon < text.size()) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, place.messages);
    is_sound = error == std::errc() && stop == end && place.messages > 0;
  }
  if (!is_sound) return fail(Code::data_corrupt, format("`{}` is no place of messages", text));
  place.lsn = *lsn;
  return place;
}

Result<void> MessagePage::take(std::string_view bytes, std::uint64_t size_bytes) {
  const Result<PgFrame> frame = parse_pgoutput(bytes, size_bytes);
  if (!frame) return fail(frame.error());
  ++frames_;
  if (const auto* begin = std::get_if<PgBegin>(&*frame)) return take(*begin);
  if (const auto* message = std::get_if<PgMessage>(&*frame)) return take(*message);
  if (const auto* commit = std::get_if<PgCommit>(&*frame)) return take(*commit);
  return {};
}

Result<void> MessagePage::take(const PgBegin& begin) {
  if (commit_) return out_of_order();
  commit_ = begin.commit;
  number_ = 0;
  return {};
}

Result<void> MessagePage::take(const PgMessage& message) {
  if (message.prefix != settings_.message_prefix) return {};
  if (!message.is_transactional) {
    // It is there at once and stays whatever becomes of its transaction: nobody's event.
    if (message.lsn > counted_) {
      counted_ = message.lsn;
      ++ignored_;
    }
    return {};
  }
  if (!commit_) return out_of_order();
  const MessagePlace place{.lsn = *commit_, .messages = ++number_};
  if (place <= from_) return {};
  OutboxRow row = message_row(message);
  row.place = place.text();
  size_bytes_ += row.payload.size() + row.content.size();
  rows_.push_back(std::move(row));
  end_ = place;
  is_full_ = rows_.size() >= settings_.page_rows || size_bytes_ >= settings_.page_bytes;
  return {};
}

Result<void> MessagePage::take(const PgCommit& commit) {
  if (commit_ != commit.commit) return out_of_order();
  commit_.reset();
  if (commit.commit >= from_.lsn) end_ = {.lsn = commit.end, .messages = 0};
  return {};
}

OutboxRow message_row(const PgMessage& message) {
  OutboxRow row;
  if (message.content_size_bytes > kMessageBytesMax) {
    row.fault = format("the message has {} bytes, the limit is {}", message.content_size_bytes,
                       kMessageBytesMax);
  } else if (Result<OutboxRow> parsed = parse_outbox_row(message.content); parsed) {
    row = std::move(*parsed);
    row.fault.clear();
  } else {
    row.fault = "the message: " + parsed.error().message;
  }
  row.content = readable_text(message.content, kContentBytesMax);
  return row;
}

std::string readable_text(std::string_view bytes, std::size_t max_bytes) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  std::string out;
  out.reserve(std::min(bytes.size(), max_bytes));
  while (!bytes.empty()) {
    const std::size_t size = bytes[0] == '\0' ? 0 : utf8_character_size(bytes);
    const std::string_view character = size == 0 ? kReplacement : bytes.substr(0, size);
    if (out.size() + character.size() > max_bytes) break;
    out.append(character);
    bytes.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

}  // namespace courtside
