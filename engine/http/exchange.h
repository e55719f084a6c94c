// The current HTTP request of one connection, as the path handlers see it. They answer it, now or
// later, or turn it into a session or a stream. Asynchronous results return to the exchange only
// while its connection exists.
//
// Threads: a shard's; a Resumption runs there, too.
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
#include "engine/admission/connection_admission.h"
#include "engine/delivery/hub.h"
#include "engine/delivery/start.h"
#include "engine/history/history_stream.h"
#include "engine/history/stream_page.h"
#include "engine/http/services.h"
#include "schema/command.h"
#include "transport/connection.h"
#include "transport/http.h"

namespace courtside {

// A history response of unbounded length.
struct HistoryFile {
  HistoryStream::Terms terms;
  HttpResponse head;
  Admission::HistoryLeases place;  // kept while the file is sent
  std::shared_ptr<HistorySource> source = nullptr;
};

// A stream of events: who reads it, and on what terms.
struct StreamTerms {
  Identity reader;
  std::shared_ptr<const void> place = {};  // ConnectionAdmission::take_subscribe
  bool is_traced = false;                  // its audit event is already in the log
  // For Durable Streams: the cursor of its control events.
  std::optional<StreamCursor> cursor = {};
  std::optional<UpgradeTerms> upgrade = {};  // over WebSocket
};

// What a request waits for: an event for `interest` at `next` or later. The loop's clock.
struct EventWait {
  SharedInterest interest;
  Offset next;
  Identity reader;
  std::shared_ptr<const void> place = {};  // ConnectionAdmission::hold_subscription
  std::uint64_t until_ms = 0;
};

// The body of a request, and its part of the room for bodies.
struct RequestBody {
  std::string text;
  Admission::BodyLeases room;
};

class Exchange;
using Resumption = std::function<void(Exchange&)>;

// Runs on a read thread. Returns the continuation for the exchange's own thread.
using ReadJob = std::function<Resumption()>;

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const Services& services() const = 0;
  virtual ConnectionAdmission& admission() = 0;
  virtual Hub& hub() = 0;
  // The connections of its shard, this one included.
  virtual std::size_t connection_count() const = 0;
  // The request came to the listener for administration.
  virtual bool is_admin() const = 0;
  // The server is shutting down: do not begin long responses.
  virtual bool draining() const = 0;
  // Increases with each event that may end a right. A right that was checked at another value must
  // be checked again.
  virtual std::uint64_t rights_changes() const = 0;

  // Answers the request; does nothing when the connection is gone. The answer waits until all audit
  // events of this connection are durable.
  virtual void respond(HttpResponse response) = 0;
  // The allowed origin of the request, for the CORS headers of its answers.
  virtual void set_origin(std::string_view origin) = 0;

  // Reads the request's body and calls `then`, unless the connection closes before. A body that
  // breaks HTTP, is too large or too slow is answered instead. REQUIRES: the request has a body,
  // and nothing was answered.
  using Received = std::function<void(Exchange&, RequestBody&)>;
  virtual void read_body(Admission::BodyLeases room, Received then) = 0;

  // Authenticates the credential: returns the identity now, or calls `then` later. rate_limited for
  // an invalid credential after too many from the same address.
  using Identified = std::function<void(Exchange&, const Result<Identity>&)>;
  virtual std::optional<Result<Identity>> identify(const std::optional<std::string>& credential,
                                                   Identified then) = 0;
  // The same for a ticket, which is used up.
  virtual std::optional<Result<Identity>> redeem(const std::string& ticket, Identified then) = 0;

  // Runs `job` on a read thread, for resolving where a stream begins. False when too many such jobs
  // wait.
  [[nodiscard]] virtual bool read(ReadJob job) = 0;
  // The same for history reads. The job starts when it is the reader's turn, and is dropped when
  // the connection closes before. A request is answered with overloaded when memory is short.
  virtual void read_history(const Identity& reader, ReadJob job) = 0;
  // The same without turns, for rare jobs: a backup.
  virtual void read_part(ReadJob job) = 0;
  // Runs a backup on a thread of its own.
  virtual void make_backup(ReadJob job) = 0;

  // Appends the audit event of a read of another account's data. It counts as one published event
  // of the reader. overloaded when the log accepts no more, rate_limited (and counted as a denial)
  // when the reader has published too many.
  virtual Result<void> append_trace(const Identity& identity, const Filter& filter,
                                    std::optional<std::size_t> rows) = 0;
  // Calls `then` when all audit events so far are durable, at once if they are. Show the data only
  // then. Never calls it when the connection closes before, or when the log refuses one of them:
  // the request is then answered with the error.
  virtual void after_traces(Resumption then) = 0;

  // Appends the request's events; answers when they are committed or refused.
  virtual void post_events(Append append, std::vector<std::string> ids) = 0;

  // The request becomes a WebSocket session. `identity` is empty when the request has no
  // credential.
  virtual void open_session(const HttpRequest& request, const protocol::Codec& codec,
                            const Wire& wire, const UpgradeTerms& terms,
                            std::optional<Identity> identity) = 0;
  // The request becomes a WebSocket that returns each message.
  virtual void open_echo(const HttpRequest& request, const UpgradeTerms& terms) = 0;
  // The request becomes a stream of events: `cloudevents` over WebSocket, or server-sent events.
  virtual void open_stream(const HttpRequest& request, const Start& start, SharedInterest interest,
                           StreamTerms terms) = 0;
  // The request waits. Calls `then` once: when the event is there, when the reader's right or token
  // may have ended (then check it again), or with `timed_out` after the time or when the server is
  // shutting down. Never calls it when the connection closes before.
  using Waited = std::function<void(Exchange&, bool timed_out)>;
  virtual void await_event(EventWait wait, Waited then) = 0;
  virtual std::uint64_t now_ms() = 0;  // the loop's clock
  // HEAD: the answer is only the head of such a stream.
  virtual void show_stream_head() = 0;
  // The answer is a history file; it begins when its first part is there.
  virtual void open_history(HistoryFile file) = 0;

  // Returns a function for any thread. It runs its argument on the exchange's own thread, if the
  // connection still exists.
  virtual std::function<void(Resumption)> resume_later() = 0;

  // Makes the `later` callback for Access; `then` runs on the exchange's thread.
  template <typename T>
  Access::Later<T> later(std::function<void(Exchange&, const Result<T>&)> then) {
    return [resume = resume_later(), then = std::move(then)](Result<T> answer) {
      resume([then, answer = std::move(answer)](Exchange& exchange) { then(exchange, answer); });
    };
  }
};

}  // namespace courtside
