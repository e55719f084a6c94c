// A Peer as the host of a history stream: its parts are read on a read thread and sent like those
// of any stream.
#include <utility>

#include "base/log.h"
#include "engine/http_access.h"
#include "engine/peer.h"
#include "engine/problem.h"
#include "engine/publisher.h"
#include "engine/shard.h"

namespace courtside {

void Peer::open_history(HistoryStream::Terms terms, std::shared_ptr<HistorySource> source) {
  history_ = std::make_unique<HistoryStream>(*this, std::move(terms), std::move(source),
                                             shard_.loop().now_ms());
  on_history([](HistoryStream& history) { history.begin(); });
}

// What ended is put away when nobody up the stack uses it any more.
void Peer::on_history(const std::function<void(HistoryStream&)>& happened) {
  if (!history_) return;
  happened(*history_);
  if (history_->over()) history_.reset();
}

void Peer::read_history(const Identity& reader, std::function<Shard::Finish()> job) {
  shard_.read_history(door_.read_caller(reader), id_, std::move(job));
}

void Peer::read_part(std::shared_ptr<HistorySource> source) {
  Shard& shard = shard_;
  shard.read_part([&shard, id = id_, source = std::move(source)] {
    auto part = std::make_shared<Result<HistoryPart>>(source->read());
    return [&shard, id, part] {
      Peer* peer = shard.find_peer(id);
      if (peer == nullptr) return;
      peer->on_history([&part](HistoryStream& history) { history.on_part(std::move(*part)); });
    };
  });
}

std::optional<Result<ReadGrant>> Peer::check_history(const Identity& reader,
                                                     const std::vector<std::string>& channels,
                                                     std::uint64_t attempt) {
  return shard_.engine().access.check_read(
      reader, channels, ReadMode::kHistory,
      shard_.later<ReadGrant>(id_, [attempt](Peer& peer, const Result<ReadGrant>& grant) {
        peer.on_history([&](HistoryStream& history) { history.on_checked(attempt, grant); });
      }));
}

Result<std::string> Peer::trace_history(const HistoryTrace& trace) {
  // Of one that has begun, what became of it is said in any case.
  if (trace.causationid.empty()) {
    const Result<void> taken = door_.take_publish(trace.reader);
    if (!taken) return fail(taken.error());
  }
  Result<IncomingEvent> event = history_trace(trace, now());
  if (!event) return fail(event.error());
  std::string id(EventView(event->event).id());
  // Also while the server goes down: a stream that is cut then still says so.
  const Result<void> appended = append_trace_event(std::move(*event), /*while_draining=*/true);
  if (!appended) {
    log_warning("history", "a trace could not be appended: " + appended.error().message);
    return fail(appended.error());
  }
  after_traces(
      [](Peer& peer) { peer.on_history([](HistoryStream& history) { history.on_traced(); }); });
  return id;
}

void Peer::refuse_history(const Error& error) { refuse(*this, error); }

void Peer::start_history(const HttpResponse& head) {
  if (connection_ == nullptr) return;
  HttpResponse answer = head;
  allow_origin(answer);
  connection_->start_stream(answer);
}

void Peer::send_history(std::string bytes) {
  if (connection_ == nullptr) return;
  connection_->send(SharedBytes(std::move(bytes)));
  // What the kernel takes at once leaves room for the next part.
  if (connection_->congested()) connection_->flush();
}

void Peer::end_history() {
  if (connection_ != nullptr) connection_->end_stream();
}

void Peer::cut_history_stream(std::string_view reason) {
  on_history([reason](HistoryStream& history) { history.cut(reason); });
}

// Reset, so that what came cannot be taken for all.
void Peer::cut_history(std::string_view reason) {
  log_info("history", "connection " + std::to_string(id_.value()) +
                          ": a stream was cut: " + std::string(reason));
  if (connection_ != nullptr) connection_->abort();
}

// Not what our kernel took: it may keep megabytes for its reader, and takes the next of them when
// it is rid of a good part, which of a slow reader is minutes later.
std::uint64_t Peer::history_bytes_taken() const {
  return connection_ == nullptr ? 0 : connection_->bytes_acknowledged();
}

}  // namespace courtside
