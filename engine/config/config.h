// The server's configuration: every setting with its type, its unit and its default, and nothing
// else. Names end in their unit; a number's 0 means what its comment says.
//
// settings.h tells how each setting is called in the file, as a flag and in the environment, and
// within which range it is good; load.h makes a Config from these. A member's initialiser here is
// the setting's default, in all of them.
//
// Threads: a value; made once at the start and not changed after that.
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

// One row of the routing table: events whose type matches `type` (exact, or `prefix.*`) reach the
// channels that `channels` name, templates such as `user:{data.accountId}`. A template whose field
// the event lacks names no channel. A rule without channels leaves its events to `*` alone.
struct RouteRule {
  std::string type;
  std::vector<std::string> channels;
  friend bool operator==(const RouteRule&, const RouteRule&) = default;
};

// What readers of a channel see of its events' data.
struct ProjectionRule {
  std::string channel;                   // `kind:id`, or `kind:*` for every channel of the kind
  std::vector<std::string> data_fields;  // `price.minor`: that alone; `price.*`: with all in it
  bool listed_are_hidden = false;        // false: only data_fields are shown; true: all but them
  bool hide_actor = false;               // no actor or correlation attributes either
  std::string unless_permission = {};    // who holds it sees all; empty: nobody
  std::string who = {};  // for those who may read the channel as this alone; empty: everybody
  friend bool operator==(const ProjectionRule&, const ProjectionRule&) = default;
};

// One way of being allowed to read a channel; any one that applies is enough.
struct ReadRule {
  std::string channel;                   // `kind:id`, `kind:*`, or `*`: patterns and everything
  std::string who;                       // how the caller stands to the channel: access_rules.h
  std::vector<std::string> permissions;  // which it must hold, all of them
  bool history_only = false;             // by asking, not live
  friend bool operator==(const ReadRule&, const ReadRule&) = default;
};

// One way for an account to be allowed to publish events of a type.
struct PublishRule {
  std::string type;  // exact, or `prefix.*`
  std::string who;   // how the account stands to what the event is about
  friend bool operator==(const PublishRule&, const PublishRule&) = default;
};

// What a role holds, where there is no database to ask and the token lists no permissions.
struct RoleRule {
  std::string role;
  std::vector<std::string> permissions;
  friend bool operator==(const RoleRule&, const RoleRule&) = default;
};

// What holds until the file has a table of its own: the event catalogue's channels and projections,
// and the platform's rules of access.
std::vector<RouteRule> default_routes();
std::vector<ProjectionRule> default_projections();
std::vector<ReadRule> default_read_rules();
std::vector<PublishRule> default_publish_rules();
std::vector<RoleRule> default_roles();

enum class LogFormat : std::uint8_t { kAuto, kText, kJson };  // kAuto: text on a terminal

struct Config {
  std::string listen = "127.0.0.1:8080";
  std::string data = "./courtside-data";
  std::uint64_t shards = 0;  // 0: one less than the machine's cores, at least one; see shard_count
  std::uint64_t read_threads = 2;
  std::uint64_t tail_bytes = 64 << 20;
  std::uint64_t heartbeat_ms = 25'000;
  std::uint64_t drain_ms = 5'000;       // for clients to say goodbye after SIGTERM
  std::uint64_t flush_interval_ms = 5;  // between two flushes of a connection, when busy; 0: none
  std::vector<std::string> allowed_origins;  // "https://play.example.com"; "*": any
  std::vector<std::string> trusted_proxies;  // addresses and networks: "10.0.0.0/8"
  bool proxy_protocol = false;               // they send a PROXY header first
  bool allow_similar_types = false;          // event types a letter off one of the catalogue

  struct Retention {
    std::uint64_t bytes = 0;  // of records; 0: keep all
    std::uint64_t age_s = 0;  // 0: keep all
  } retention;

  // Who callers are. With none of the three sources of credentials, every caller is an
  // administrator.
  struct Access {
    std::string jwt_secret;                     // of HS256 tokens; empty: there are none
    std::string jwks_file;                      // public keys of RS256, PS256 and ES256 tokens
    std::string service_keys_file;              // of services
    bool jwks_access_type = false;              // tokens of JWKS keys need `type` ACCESS too
    std::string jwt_issuer;                     // `iss` must be this; empty: anything
    std::string jwt_audience;                   // `aud` must name this; empty: anything
    std::uint64_t jwt_leeway_s = 5;             // for clocks that differ; <= 60
    std::uint64_t jwt_age_max_s = 86'400;       // since `iat`, whatever `exp` says
    std::uint64_t ticket_lifetime_ms = 30'000;  // of POST /v1/tickets
    std::uint64_t recheck_ms = 60'000;  // how often a live subscription's right is looked at again
    // `time` of an account's event, against the server's clock; beyond it the server's is taken.
    std::uint64_t account_time_past_ms = 86'400'000;
    std::uint64_t account_time_future_ms = 300'000;
    // Of a chat room with more participants, messages reach the room's channel alone. Together with
    // the room's own channels it stays below kRecordChannelsMax.
    std::uint64_t room_fanout = 900;
  } access;

  // The platform's database, asked for rights. Without one, the token's claims decide.
  struct Database {
    std::string url;  // libpq connection string; empty: none
    std::uint64_t connections = 2;
    std::uint64_t query_ms = 2'000;         // one query, and connecting
    std::uint64_t pending_queries = 1'000;  // waiting for a connection; more: overloaded
    std::uint64_t cache_ms = 60'000;        // how long an answer holds
    std::uint64_t cache_down_ms = 300'000;  // ... while the database does not answer
    std::uint64_t cache_entries = 100'000;
    // What each must give: platform_queries.h.
    std::string account_query = std::string(kAccountQuery);
    std::string permissions_query = std::string(kPermissionsQuery);
    std::string venues_query = std::string(kVenuesQuery);
    std::string booking_query = std::string(kBookingQuery);
  } database;

  // Where events come from beside HTTP and WebSocket. `outbox` is a source where it has a url, and
  // what each of `sources` takes that a [[source]] of the file does not say.
  OutboxSettings outbox;
  std::vector<OutboxSettings> sources;

  struct Log {
    LogLevel level = LogLevel::kInfo;
    LogFormat format = LogFormat::kAuto;
  } log;

  struct Limits {
    std::uint64_t connections = 20'000;
    std::uint64_t connections_per_address = 0;    // 0: unlimited
    std::uint64_t connections_per_account = 100;  // sessions and streams; 0: unlimited
    std::uint64_t subscribes_per_second = 100;    // of an account; 0: unlimited
    std::uint64_t publishes_per_second = 100;     // of an account; 0: unlimited
    std::uint64_t failed_logins_per_minute = 30;  // of an address; 0: unlimited
    std::uint64_t tickets = 10'000;               // unused ones, of all
    std::uint64_t handshake_ms = 5'000;           // from accept to a whole request, and to `hello`
    std::uint64_t idle_ms = 75'000;               // between requests of a kept-alive connection
    std::uint64_t header_bytes = 8 << 10;
    std::uint64_t headers = 64;
    std::uint64_t body_bytes = 4 << 20;
    std::uint64_t message_bytes = 64 << 10;
    std::uint64_t fragments = 256;
    std::uint64_t subscriptions = 100;         // of a session
    std::uint64_t channels = 10'000;           // of a session, over all its subscriptions
    std::uint64_t publishes_in_flight = 1024;  // of a session
    std::uint64_t queue_bytes = 256 << 10;     // a connection is congested above this
    std::uint64_t pending_append_bytes = 64 << 20;
    std::uint64_t batch_events = 4096;  // of a group commit
    std::uint64_t batch_bytes = 4 << 20;
    std::uint64_t page_events = 512;  // of a catch-up read
    std::uint64_t page_bytes = 128 << 10;
    std::uint64_t page_scanned = 20'000;            // records looked at before a page ends early
    std::uint64_t reads_in_flight = 64;             // of a shard
    std::uint64_t history_events = 1000;            // of a page of GET /v1/events
    std::uint64_t history_streams = 16;             // of all; answers that are as long as the log
    std::uint64_t history_streams_per_account = 4;  // 0: unlimited
    std::uint64_t history_reads_per_account = 4;    // of a shard; 0: unlimited
    std::uint64_t history_stall_ms = 120'000;       // in which such a reader takes too little
    std::uint64_t history_bytes_per_second = 4096;  // that it takes at least; 0: any
  } limits;

  std::vector<RouteRule> routes = default_routes();
  std::vector<ProjectionRule> projections = default_projections();
  std::vector<ReadRule> read_rules = default_read_rules();
  std::vector<PublishRule> publish_rules = default_publish_rules();
  std::vector<RoleRule> roles = default_roles();
};

// How many shards to run on a machine of `cores`.
std::uint64_t shard_count(const Config& config, unsigned cores);

// Every source that events are to be read from, each with a name of its own.
std::vector<OutboxSettings> outbox_sources(const Config& config);

// Whether callers are asked who they are. Without it every caller is an administrator.
bool has_access_control(const Config& config);

// Whether other machines can reach `listen`. REQUIRES: check_exposure().
bool is_exposed(const Config& config);

// bad_configuration when `listen` is no address, or is open to other machines without access
// control or without a proxy that keeps tokens out of plain text: `serve` asks this before it
// binds.
Result<void> check_exposure(const Config& config);

}  // namespace courtside
