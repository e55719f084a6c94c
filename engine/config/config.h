// The server's configuration: each setting with its type, unit and default. Names end in their
// unit; a comment says what 0 means.
//
// settings.h gives each setting its key, flag, environment variable and range; load.h makes a
// Config from them. A member's initialiser here is the setting's default.
//
// Threads: a value; made once at start and immutable after that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "engine/config/outbox_settings.h"
#include "engine/config/platform_queries.h"

namespace courtside {

// One row of the routing table: events whose type matches `type` (exact, or `prefix.*`) go to the
// channels that the templates `channels` produce, such as `user:{data.accountId}`. A template whose
// field is missing in the event produces no channel. Events of a rule without channels are only in
// `*`.
struct RouteRule {
  std::string type;
  std::vector<std::string> channels;
  friend bool operator==(const RouteRule&, const RouteRule&) = default;
};

// What readers of a channel see of its events.
struct ProjectionRule {
  std::string channel;                   // `kind:id`, or `kind:*` for every channel of the kind
  std::vector<std::string> data_fields;  // `price.minor`: only it; `price.*`: all below it
  bool listed_are_hidden = false;        // false: only data_fields are shown; true: all others
  bool hide_actor = false;               // hides the actor and correlation attributes
  std::string unless_permission = {};    // holders of it see everything; empty: no exception
  std::string who = {};  // only for readers who may read as this `who` alone; empty: for all
  friend bool operator==(const ProjectionRule&, const ProjectionRule&) = default;
};

// One way to be allowed to read a channel; one matching rule is enough.
struct ReadRule {
  std::string channel;                   // `kind:id`, `kind:*`, or `*`: everything, patterns too
  std::string who;                       // relation of the caller to the channel: access_rules.h
  std::vector<std::string> permissions;  // the caller must hold all of them
  bool history_only = false;             // history queries only, not live
  friend bool operator==(const ReadRule&, const ReadRule&) = default;
};

// One way for an account to be allowed to publish events of a type.
struct PublishRule {
  std::string type;  // exact, or `prefix.*`
  std::string who;   // relation of the account to the event
  friend bool operator==(const PublishRule&, const PublishRule&) = default;
};

// The permissions of a role, used when there is no database and the token lists no permissions.
struct RoleRule {
  std::string role;
  std::vector<std::string> permissions;
  friend bool operator==(const RoleRule&, const RoleRule&) = default;
};

// The defaults when the file has no such table: the event catalogue's routes and projections, and
// the platform's access rules.
std::vector<RouteRule> default_routes();
std::vector<ProjectionRule> default_projections();
std::vector<ReadRule> default_read_rules();
std::vector<PublishRule> default_publish_rules();
std::vector<RoleRule> default_roles();

enum class LogFormat : std::uint8_t { kAuto, kText, kJson };  // kAuto: text on a terminal

struct Config {
  std::string listen = "127.0.0.1:8080";
  std::string admin;  // address of the listener for administration; empty: none
  std::string data = "./courtside-data";
  std::uint64_t shards = 0;  // 0: one less than the cores, at least one; see shard_count
  std::uint64_t read_threads = 2;
  std::uint64_t tail_bytes = 64 << 20;
  std::uint64_t heartbeat_ms = 25'000;
  std::uint64_t drain_ms = 5'000;            // grace time for clients after SIGTERM
  std::uint64_t flush_interval_ms = 5;       // between two flushes of a busy connection; 0: none
  std::vector<std::string> allowed_origins;  // "https://play.example.com"; "*": any
  std::vector<std::string> trusted_proxies;  // addresses and networks: "10.0.0.0/8"
  bool proxy_protocol = false;               // whether these proxies send a PROXY header first
  bool allow_similar_types = false;          // accept types that nearly equal a catalogue type
  bool deflate = false;                      // compress WebSocket messages (permessage-deflate)
  bool conformance_echo = false;             // serve GET /v1/echo

  struct Retention {
    std::uint64_t bytes = 0;  // of records; 0: keep all
    std::uint64_t age_s = 0;  // 0: keep all
  } retention;

  // TLS of `listen`. Without files it speaks plain HTTP.
  struct Tls {
    std::string certificate_file;  // PEM, with the intermediate certificates
    std::string key_file;          // PEM
    std::string client_ca_file;    // PEM: authorities of the certificates of services
  } tls;

  // Authentication. With no token secret, no JWKS file and no service keys, every caller is an
  // administrator.
  struct Access {
    std::string jwt_secret;                     // of HS256 tokens; empty: not accepted
    std::string jwks_file;                      // public keys of RS256, PS256 and ES256 tokens
    std::string service_keys_file;              // of services
    bool jwks_access_type = false;              // tokens signed by JWKS keys need `type` ACCESS too
    std::string jwt_issuer;                     // required `iss`; empty: any
    std::string jwt_audience;                   // required in `aud`; empty: any
    std::uint64_t jwt_leeway_s = 5;             // allowed clock difference; <= 60
    std::uint64_t jwt_age_max_s = 86'400;       // maximum age since `iat`, whatever `exp` says
    std::uint64_t ticket_lifetime_ms = 30'000;  // of POST /v1/tickets
    std::uint64_t recheck_ms = 60'000;  // interval of rechecks of a live subscription's right
    // Bounds of `time` in an account's event, relative to the server's clock. Outside them the
    // server's time is used.
    std::uint64_t account_time_past_ms = 86'400'000;
    std::uint64_t account_time_future_ms = 300'000;
    // In a chat room with more participants, messages go only to the room's channel, not to each
    // participant's. With the room's own channels the sum stays below kRecordChannelsMax.
    std::uint64_t room_fanout = 900;
  } access;

  // The platform's database, which knows the rights of accounts. Without it the token's claims
  // decide.
  struct Database {
    std::string url;  // libpq connection string; empty: none
    std::uint64_t connections = 2;
    std::uint64_t query_ms = 2'000;         // one query including connecting
    std::uint64_t pending_queries = 1'000;  // waiting for a connection; more are overloaded
    std::uint64_t cache_ms = 60'000;        // how long an answer is fresh
    std::uint64_t cache_down_ms = 300'000;  // how long it is used while the database is down
    std::uint64_t cache_entries = 100'000;
    // The required columns: platform_queries.h.
    std::string account_query = std::string(kAccountQuery);
    std::string permissions_query = std::string(kPermissionsQuery);
    std::string venues_query = std::string(kVenuesQuery);
    std::string booking_query = std::string(kBookingQuery);
  } database;

  // Event sources besides HTTP and WebSocket. `outbox` is a source when it has a url, and gives the
  // defaults for each [[source]] in `sources`.
  OutboxSettings outbox;
  std::vector<OutboxSettings> sources;

  struct Log {
    LogLevel level = LogLevel::kInfo;
    LogFormat format = LogFormat::kAuto;
  } log;

  struct Limits {
    // Resident memory above which new work is refused; 0: three quarters of what there is.
    std::uint64_t memory_bytes = 0;
    std::uint64_t connections = 20'000;
    std::uint64_t connections_per_address = 2000;  // 0: unlimited
    std::uint64_t connections_per_account = 100;   // sessions and streams; 0: unlimited
    // What callers without a token hold, of one address; 0: unlimited.
    std::uint64_t anonymous_sessions = 200;  // and streams
    std::uint64_t anonymous_subscriptions = 1000;
    std::uint64_t anonymous_channels = 10'000;
    std::uint64_t subscribes_per_second = 100;    // of an account; 0: unlimited
    std::uint64_t publishes_per_second = 100;     // of an account; 0: unlimited
    std::uint64_t failed_logins_per_minute = 30;  // of an address; 0: unlimited
    std::uint64_t tickets = 10'000;               // unused ones, of all callers
    std::uint64_t handshake_ms = 5'000;           // from accept to a request, then to `hello`
    std::uint64_t idle_ms = 75'000;               // between requests of a kept-alive connection
    std::uint64_t header_bytes = 8 << 10;
    std::uint64_t headers = 64;
    std::uint64_t body_bytes = 4 << 20;
    std::uint64_t pending_body_bytes = 64 << 20;  // of all requests that are being received
    std::uint64_t receive_ms = 30'000;            // for a body, and for a WebSocket message
    std::uint64_t message_bytes = 64 << 10;
    std::uint64_t fragments = 256;
    std::uint64_t pongs_per_second = 20;       // of a connection
    std::uint64_t subscriptions = 100;         // of a session
    std::uint64_t channels = 10'000;           // of a session, over all its subscriptions
    std::uint64_t publishes_in_flight = 1024;  // of a session
    std::uint64_t queue_bytes = 256 << 10;     // above this a connection is congested
    std::uint64_t pending_append_bytes = 64 << 20;
    std::uint64_t batch_events = 4096;  // of a group commit
    std::uint64_t batch_bytes = 4 << 20;
    std::uint64_t page_events = 512;  // of a catch-up read
    std::uint64_t page_bytes = 128 << 10;
    std::uint64_t page_scanned = 20'000;            // records examined before a page ends early
    std::uint64_t reads_in_flight = 64;             // of a shard
    std::uint64_t catch_ups_per_account = 4;        // per shard; 0: unlimited
    std::uint64_t history_events = 1000;            // of a page of GET /v1/events
    std::uint64_t history_streams = 16;             // concurrent history files, of all callers
    std::uint64_t history_streams_per_account = 4;  // 0: unlimited
    std::uint64_t history_reads_per_account = 4;    // per shard; 0: unlimited
    std::uint64_t history_stall_ms = 120'000;       // how long a reader may be slower
    std::uint64_t history_bytes_per_second = 4096;  // than this rate; 0: any
    std::uint64_t long_poll_ms = 20'000;            // of Durable Streams: an answer without events
    std::uint64_t stream_answer_ms = 60'000;        // and the longest answer with `live=sse`
  } limits;

  std::vector<RouteRule> routes = default_routes();
  std::vector<ProjectionRule> projections = default_projections();
  std::vector<ReadRule> read_rules = default_read_rules();
  std::vector<PublishRule> publish_rules = default_publish_rules();
  std::vector<RoleRule> roles = default_roles();
};

// The number of shards to run on a machine with `cores` cores.
std::uint64_t shard_count(const Config& config, unsigned cores);

// All configured event sources; their names are unique.
std::vector<OutboxSettings> outbox_sources(const Config& config);

// Whether callers must authenticate. If not, every caller is an administrator.
bool has_access_control(const Config& config);

// Whether `listen` speaks TLS.
bool has_tls(const Config& config);

// Whether other machines can reach `listen`. REQUIRES: check_exposure() succeeded.
bool is_exposed(const Config& config);

// bad_configuration when `listen` is not an address, or is reachable from other machines without
// access control, or without TLS and without a proxy that keeps tokens out of plain text. `serve`
// calls it before it binds.
Result<void> check_exposure(const Config& config);

}  // namespace courtside
