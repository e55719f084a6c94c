// The engine's side of one connection. Each HTTP request is an Exchange, which is answered or turns
// the connection into something longer, its Role. Decisions are made elsewhere (http_api.h,
// Session, HistoryStream, Hub); this class passes events on.
//
// Threads: its shard's. It lives until the connection is closed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop_thread.h"
#include "engine/connection/audit_traces.h"
#include "engine/connection/link.h"
#include "engine/connection/role.h"
#include "engine/http/exchange.h"
#include "transport/connection.h"

namespace courtside {

class Peer final : public ConnectionHandler, public Exchange {
 public:
  // `host` must outlive it.
  Peer(PeerHost& host, ConnectionAdmission admission, bool is_admin = false);

  void set_connection(Connection& connection) COURTSIDE_ON_LOOP { link_.open(connection); }

  // Runs the continuation of an asynchronous call.
  void resume(const Resumption& then) COURTSIDE_ON_LOOP;
  void on_verdict(const Verdict& verdict) COURTSIDE_ON_LOOP;
  void on_tick(std::uint64_t now_ms) COURTSIDE_ON_LOOP;
  void on_rights_change(const RightsChange& change, bool revokes) COURTSIDE_ON_LOOP;
  // Shutdown, step 1, while the log still accepts audit events: cuts a history file.
  void cut_history() COURTSIDE_ON_LOOP;
  // The log has failed: whether what is not answered yet was appended is unknown.
  void on_log_failure(const Error& error) COURTSIDE_ON_LOOP;
  // Shutdown, step 2: closes the connection properly. A request is answered first.
  void drain(const Goodbye& goodbye) COURTSIDE_ON_LOOP;
  void abort() COURTSIDE_ON_LOOP { link_.abort(); }
  // For administration: a JSON object that says whose connection it is, and its end.
  std::string describe() const COURTSIDE_ON_LOOP;
  void cut() COURTSIDE_ON_LOOP { link_.cut("closed by an administrator"); }

  bool has_role() const COURTSIDE_ON_LOOP { return role_ != nullptr; }
  // Shutdown waits for it.
  bool is_busy() const COURTSIDE_ON_LOOP { return has_role() || link_.is_busy(); }
  bool streams_history() const COURTSIDE_ON_LOOP { return role_ != nullptr && role_->is_history(); }
  std::size_t queued_bytes() const COURTSIDE_ON_LOOP { return link_.queued_bytes(); }

  // ConnectionHandler
  void on_proxy_header(Connection& connection, bool is_good) override;
  void on_bad_tls(Connection& connection, const std::string& why) override;
  void on_request(Connection& connection, HttpRequest& request) override;
  void on_body(Connection& connection, std::string& body) override;
  void on_bad_request(Connection& connection, const Error& error,
                      const HttpHeaders& headers) override;
  void on_half_closed(Connection& connection) override;
  void on_message(Connection& connection, Opcode opcode, std::string_view payload) override;
  void on_drained(Connection& connection) override;
  void on_closed(Connection& connection, CloseReason reason, std::uint16_t code) override;

 private:
  // A request whose body is being received.
  struct PendingBody {
    Admission::BodyLeases room;
    Received then;
  };

  // A POST that waits for its verdict.
  struct PendingPost {
    std::vector<std::string> ids;
    std::vector<std::string> subjects;
  };

  // Exchange
  const Services& services() const override { return link_.services(); }
  ConnectionAdmission& admission() override { return link_.admission(); }
  Hub& hub() override { return link_.hub(); }
  std::size_t connection_count() const override { return host_.connection_count(); }
  bool draining() const override { return host_.draining(); }
  bool is_admin() const override { return is_admin_; }
  std::uint64_t rights_changes() const override { return host_.rights_changes(); }
  void respond(HttpResponse response) override;
  void set_origin(std::string_view origin) override { link_.set_origin(origin); }
  void read_body(Admission::BodyLeases room, Received then) override;
  std::optional<Result<Identity>> identify(const std::optional<std::string>& credential,
                                           Identified then) override;
  std::optional<Result<Identity>> redeem(const std::string& ticket, Identified then) override;
  bool read(ReadJob job) override { return host_.read(link_.id(), std::move(job)); }
  void read_history(const Identity& reader, ReadJob job) override;
  void read_part(ReadJob job) override { host_.read_part(link_.id(), std::move(job)); }
  void make_backup(ReadJob job) override { host_.make_backup(link_.id(), std::move(job)); }
  Result<void> append_trace(const Identity& identity, const Filter& filter,
                            std::optional<std::size_t> rows) override {
    return traces_.append_query(identity, filter, rows);
  }
  void after_traces(Resumption then) override;
  void post_events(Append append, std::vector<std::string> ids) override;
  void open_session(const HttpRequest& request, const protocol::Codec& codec, const Wire& wire,
                    const UpgradeTerms& terms, std::optional<Identity> identity) override;
  void open_echo(const HttpRequest& request, const UpgradeTerms& terms) override;
  void open_stream(const HttpRequest& request, const Start& start, SharedInterest interest,
                   StreamTerms terms) override;
  void await_event(EventWait wait, Waited then) override;
  std::uint64_t now_ms() override { return host_.now_ms(); }
  void show_stream_head() override;
  void open_history(HistoryFile file) override;
  std::function<void(Resumption)> resume_later() override;

  template <typename Happened>
  void with_role(Happened happened);
  void destroy_ended_role();

  PeerHost& host_;
  const bool is_admin_;
  const Timestamp since_;
  Link link_;
  AuditTraces traces_;
  std::unique_ptr<Role> role_;
  std::unique_ptr<PendingBody> body_;
  std::unique_ptr<PendingPost> post_;
};

}  // namespace courtside
