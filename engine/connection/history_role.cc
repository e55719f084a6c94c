#include "engine/connection/history_role.h"

#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "base/time.h"
#include "engine/access/reader_rights.h"
#include "engine/http/http_access.h"

namespace courtside {

HistoryRole::HistoryRole(Exchange& exchange, Link& link, AuditTraces& traces, HistoryFile file)
    : exchange_(exchange),
      link_(link),
      traces_(traces),
      head_(std::move(file.head)),
      place_(std::move(file.place)),
      stream_(std::make_shared<HistoryStream>(*this, std::move(file.terms), std::move(file.source),
                                              link.host().now_ms())) {}

void HistoryRole::on_tick(std::uint64_t now_ms) {
  stream_->on_tick(now_ms, now().value() / kMicrosPerSecond);
}

void HistoryRole::on_rights_change(const RightsChange& change, bool revokes) {
  if (!concerns(change, stream_->reader(), stream_->channels())) return;
  revokes ? stream_->cut({Code::unauthorized, "the token was revoked"})
          : stream_->on_rights_change();
}

void HistoryRole::read_part(std::shared_ptr<HistorySource> source) {
  exchange_.read_part([of = std::weak_ptr(stream_), source = std::move(source)] {
    auto part = std::make_shared<Result<HistoryPart>>(source->read());
    return [of, part](Exchange&) {
      if (const auto stream = of.lock()) stream->on_part(std::move(*part));
    };
  });
}

std::optional<Result<ReadGrant>> HistoryRole::check_history(
    const Identity& reader, const std::vector<std::string>& channels, std::uint64_t attempt) {
  return link_.services().access.check_read(
      reader, channels, ReadMode::kHistory,
      exchange_.later<ReadGrant>(
          [of = std::weak_ptr(stream_), attempt](Exchange&, const Result<ReadGrant>& grant) {
            if (const auto stream = of.lock()) stream->on_checked(attempt, grant);
          }));
}

Result<std::string> HistoryRole::trace_history(const HistoryTrace& trace) {
  Result<std::string> id = traces_.append_history(trace);
  if (!id) return id;
  const std::weak_ptr of(stream_);
  traces_.after(
      [of](Exchange&) {
        if (const auto stream = of.lock()) stream->on_traced();
      },
      [of](Exchange&, const Error& error) {
        if (const auto stream = of.lock()) stream->on_not_traced(error);
      });
  return id;
}

void HistoryRole::start_history(const std::string& after, const std::string& through) {
  head_.headers.emplace_back("courtside-after", after);
  head_.headers.emplace_back("courtside-through", through);
  link_.start_stream(std::move(head_));
}

void HistoryRole::refuse_history(const Error& error) { refuse(exchange_, error); }

void HistoryRole::send_history(std::string bytes) {
  link_.send(std::move(bytes));
  // The kernel takes some of it at once, which makes room for the next part.
  link_.flush_when_congested();
}

// Resets the connection, so that the client cannot take the part for the whole.
void HistoryRole::cut_history(std::string_view reason) {
  log_info("history", format("connection {}: a stream was cut: {}", link_.id(), reason));
  link_.abort();
}

}  // namespace courtside
