// The HTTP request at hand on one connection, as the handlers of the paths see it: they answer it,
// now or later, or turn it into a session or a stream. What they wait for comes back to the
// exchange, and only while its connection is there.
//
// Threads: a shard's. A Resumption runs there too.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/delivery/hub.h"
#include "engine/delivery/start.h"
#include "engine/doors/doorway.h"
#include "engine/history/history_stream.h"
#include "engine/http/services.h"
#include "schema/command.h"
#include "transport/http.h"

namespace courtside {

// An answer that is as long as the log.
struct HistoryFile {
  HistoryStream::Terms terms;
  HttpResponse head;
  Doors::HistoryPlace place;  // held as long as the file is sent
  std::shared_ptr<HistorySource> source = nullptr;
};

class Exchange;
using Resumption = std::function<void(Exchange&)>;

// What a read thread does: it returns what is done with the outcome on the exchange's own thread.
using ReadJob = std::function<Resumption()>;

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const Services& services() const = 0;
  virtual Doorway& door() = 0;
  virtual Hub& hub() = 0;
  // Of its shard, this one included.
  virtual std::size_t connection_count() const = 0;
  // The server goes down: nothing long is begun any more.
  virtual bool draining() const = 0;
  // Grows with each event that may have ended a right: what was allowed under another number is to
  // be asked again.
  virtual std::uint64_t rights_changes() const = 0;

  // Answers the request; does nothing when the connection is gone. The answer waits until every
  // trace that this connection has appended is on the disk.
  virtual void respond(HttpResponse response) = 0;
  // The page that asks, when the request comes from one that may: its answers are for it.
  virtual void set_origin(std::string_view origin) = 0;

  // Whom the credential names; known now, or told to `then` later. rate_limited for a bad one after
  // too many of them from its address.
  using Identified = std::function<void(Exchange&, const Result<Identity>&)>;
  virtual std::optional<Result<Identity>> identify(const std::optional<std::string>& credential,
                                                   Identified then) = 0;
  // The same by a ticket, which is used up.
  virtual std::optional<Result<Identity>> redeem(const std::string& ticket, Identified then) = 0;

  // Runs `job` on a read thread: for those who wait for live events. False when too many wait.
  [[nodiscard]] virtual bool read(ReadJob job) = 0;
  // The same for an answer of history, when its reader's turn comes; not at all when the connection
  // goes before that.
  virtual void read_history(const Identity& reader, ReadJob job) = 0;
  // The same without turns, for what there is little of: a backup (one at a time).
  virtual void read_part(ReadJob job) = 0;

  // Somebody read what is another account's: appends an event that says so, which counts as one
  // that an account publishes. overloaded when the log takes no more, rate_limited (and counted)
  // when the account has published as many as it may.
  virtual Result<void> append_trace(const Identity& identity, const Filter& filter,
                                    std::optional<std::size_t> rows) = 0;
  // Calls `then` when all traces that were appended so far are on the disk: what they tell of is
  // shown after that. At once when they are; never when the connection is gone before.
  virtual void after_traces(Resumption then) = 0;

  // Appends what the request brought; answers it when the verdict is there.
  virtual void post_events(Append append, std::vector<std::string> ids) = 0;

  // The request becomes a WebSocket session. `subprotocol` is what the answer names; empty for a
  // client that offered none. `identity` is empty where the request carried no credential.
  virtual void open_session(const HttpRequest& request, const protocol::Codec& codec,
                            const Wire& wire, std::string_view subprotocol,
                            std::optional<Identity> identity) = 0;
  // ... or a stream of events: `cloudevents` over WebSocket, or server-sent events. `is_traced`:
  // that it is read stands in the log.
  virtual void open_stream(const HttpRequest& request, const Start& start, SharedInterest interest,
                           const Identity& identity, bool is_traced) = 0;
  // ... or is answered with the head of such a stream and no more: HEAD.
  virtual void show_stream_head() = 0;
  // ... or is answered with history to its end, when the first part of it is there.
  virtual void open_history(HistoryFile file) = 0;

  // From any thread: runs what it is given on the exchange's own, if its connection is still there.
  virtual std::function<void(Resumption)> resume_later() = 0;

  // What Access answers later comes here.
  template <typename T>
  Access::Later<T> later(std::function<void(Exchange&, const Result<T>&)> then) {
    return [resume = resume_later(), then = std::move(then)](Result<T> answer) {
      resume([then, answer = std::move(answer)](Exchange& exchange) { then(exchange, answer); });
    };
  }
};

}  // namespace courtside
