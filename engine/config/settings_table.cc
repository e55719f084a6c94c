// The rows of the table that settings.h describes. A default stands in config.h, a bound here.
#include "engine/config/connection_text.h"
#include "engine/config/settings.h"

namespace courtside {
namespace {

constexpr std::uint64_t kKiB = 1ULL << 10;
constexpr std::uint64_t kMiB = 1ULL << 20;
constexpr std::uint64_t kTiB = 1ULL << 40;
constexpr std::uint64_t kSecondMs = 1000;
constexpr std::uint64_t kMinuteMs = 60 * kSecondMs;
constexpr std::uint64_t kHourMs = 60 * kMinuteMs;
constexpr std::uint64_t kYearS = 366 * 86'400ULL;

using Number = std::uint64_t& (*)(Config&);

NumberSetting count(Number member, std::uint64_t min, std::uint64_t max,
                    std::string_view zero_means = {}) {
  return {member, Unit::kCount, min, max, zero_means};
}
NumberSetting bytes(Number member, std::uint64_t min, std::uint64_t max,
                    std::string_view zero_means = {}) {
  return {member, Unit::kBytes, min, max, zero_means};
}
NumberSetting duration(Number member, std::uint64_t min_ms, std::uint64_t max_ms,
                       std::string_view zero_means = {}) {
  return {member, Unit::kMilliseconds, min_ms, max_ms, zero_means};
}

// A text that is empty where there is none of it.
TextSetting optional_text(std::string& (*member)(Config&)) { return {member, true}; }

// The member as a function that takes a Config apart: what a setting's row holds.
#define MEMBER(path) [](Config& config) -> decltype((config.path)) { return config.path; }
#define CHOICE(path)                                                          \
  [](const Config& config) { return static_cast<std::size_t>(config.path); }, \
      [](Config& config, std::size_t index) {                                 \
        config.path = static_cast<decltype(config.path)>(index);              \
      }

// clang-format off: one setting a paragraph, name and meaning first.
std::vector<Setting> make_table() {
  return {
      {"listen", "address and port to listen on", TextSetting{MEMBER(listen)}},
      {"data", "folder of the log; made when it is not there", TextSetting{MEMBER(data)}},
      {"shards", "threads that own connections",
       count(MEMBER(shards), 1, 256, "one less than the cores, at least one")},
      {"read_threads", "threads that read the log for those who catch up",
       count(MEMBER(read_threads), 1, 64)},
      {"tail_bytes", "recent commits held in memory, which serve the usual resume",
       bytes(MEMBER(tail_bytes), kMiB, kTiB)},
      {"heartbeat",
       "how often a connection is pinged and told its position; a stream of events every 15 s at "
       "least",
       duration(MEMBER(heartbeat_ms), 100, kHourMs)},
      {"drain", "how long clients have to say goodbye after SIGTERM",
       duration(MEMBER(drain_ms), 0, kHourMs)},
      {"flush_interval", "time between two flushes of a connection while its shard is busy",
       duration(MEMBER(flush_interval_ms), 1, kSecondMs, "at every turn")},
      {"allowed_origins", "values of `Origin` that browsers may connect from; `*`: any",
       ListSetting{MEMBER(allowed_origins)}},
      {"trusted_proxies",
       "addresses and networks (10.0.0.0/8) of proxies whose X-Forwarded-For and -Proto count",
       ListSetting{MEMBER(trusted_proxies)}},
      {"proxy_protocol",
       "whether these proxies begin each connection with a PROXY header, v1 or v2",
       ChoiceSetting{{"false", "true"}, CHOICE(proxy_protocol)}},
      {"allow_similar_types",
       "whether to take event types that differ from one of the catalogue by a letter, such as "
       "`booking.canceled`",
       ChoiceSetting{{"false", "true"}, CHOICE(allow_similar_types)}},

      {"retention.bytes", "record bytes to keep; older events are dropped",
       bytes(MEMBER(retention.bytes), kMiB, 1024 * kTiB, "all")},
      {"retention.age", "age up to which events are kept",
       NumberSetting{MEMBER(retention.age_s), Unit::kSeconds, 1, 100 * kYearS, "any"}},

      {.name = "access.jwt_secret",
       .doc = "secret that HS256 tokens are signed with, 32 bytes or more; also as `JWT_SECRET`",
       .kind = optional_text(MEMBER(access.jwt_secret)),
       .secret = true,
       .platform_variable = "JWT_SECRET"},
      {"access.jwks_file",
       "JWKS file with the keys of RS256, PS256 and ES256 tokens; read again when it changes",
       optional_text(MEMBER(access.jwks_file))},
      {"access.service_keys_file",
       "services, as `name:key:permission,...` a line; read again when it changes",
       optional_text(MEMBER(access.service_keys_file))},
      {"access.jwks_access_type", "whether tokens of JWKS keys need `type` ACCESS too",
       ChoiceSetting{{"false", "true"}, CHOICE(access.jwks_access_type)}},
      {"access.jwt_issuer", "what `iss` of a token must be; without it anything",
       optional_text(MEMBER(access.jwt_issuer))},
      {"access.jwt_audience", "what `aud` of a token must name; without it anything",
       optional_text(MEMBER(access.jwt_audience))},
      {"access.jwt_leeway", "by how much the clocks of a token's issuer and ours may differ",
       NumberSetting{MEMBER(access.jwt_leeway_s), Unit::kSeconds, 0, 60}},
      {"access.jwt_age_max", "how old a token may be by its `iat`, whatever its `exp` says",
       NumberSetting{MEMBER(access.jwt_age_max_s), Unit::kSeconds, 60, kYearS}},
      {"access.ticket_lifetime", "how long a ticket of POST /v1/tickets is good, once",
       duration(MEMBER(access.ticket_lifetime_ms), kSecondMs, 5 * kMinuteMs)},
      {"access.recheck", "how often the right to a live subscription is looked at again",
       duration(MEMBER(access.recheck_ms), 100, kHourMs)},
      {"access.account_time_past",
       "how old the `time` of an account's event may be; beyond it the server's time is taken",
       duration(MEMBER(access.account_time_past_ms), 0, 366 * 24 * kHourMs)},
      {"access.account_time_future",
       "how far ahead the `time` of an account's event may be; beyond it the server's time is "
       "taken",
       duration(MEMBER(access.account_time_future_ms), 0, 24 * kHourMs)},
      {"access.room_fanout",
       "participants up to which a chat message also reaches each one's `user:<id>`; in larger "
       "rooms it reaches `chat:<room>` alone",
       count(MEMBER(access.room_fanout), 0, 900)},

      {"database.url", "libpq connection string of the platform's database; empty: none",
       TextSetting{MEMBER(database.url), /*may_be_empty=*/true, without_password}},
      {"database.connections", "connections to it, each with a thread",
       count(MEMBER(database.connections), 1, 64)},
      {"database.query_timeout", "time for an answer from it, with the wait for a connection",
       duration(MEMBER(database.query_ms), 50, kMinuteMs)},
      {"database.pending_queries", "questions to it that wait; more are refused as overloaded",
       count(MEMBER(database.pending_queries), 1, 1'000'000)},
      {"database.cache", "how long its answers hold",
       duration(MEMBER(database.cache_ms), 1, kMinuteMs)},
      {"database.cache_down", "how long they hold while it does not answer",
       duration(MEMBER(database.cache_down_ms), 0, 24 * kHourMs)},
      {"database.cache_entries", "answers kept; that not asked for longest goes first",
       count(MEMBER(database.cache_entries), 1, 10'000'000)},
      {"database.account_query",
       "SQL of an account, its id as $1: columns `counts` (boolean: active and not locked), `role`",
       TextSetting{MEMBER(database.account_query)}},
      {"database.permissions_query",
       "SQL of the permissions that an account's role holds, its id as $1: column `key`",
       TextSetting{MEMBER(database.permissions_query)}},
      {"database.venues_query",
       "SQL of the venues that an account owns or works for, its id as $1: column `venueId`",
       TextSetting{MEMBER(database.venues_query)}},
      {"database.booking_query", "SQL of a booking, its id as $1: columns `accountId`, `venueId`",
       TextSetting{MEMBER(database.booking_query)}},

      {"outbox.name", "what the source is called in metrics, messages and the log; keep it",
       TextSetting{MEMBER(outbox.name)}},
      {"outbox.url", "libpq connection string of the database whose outbox is read; empty: none",
       TextSetting{MEMBER(outbox.url), /*may_be_empty=*/true, without_password}},
      {"outbox.kind", "table: rows of a table; messages: of a logical replication slot",
       ChoiceSetting{{"table", "messages"}, CHOICE(outbox.kind)}},
      {"outbox.event_source", "`source` of its events: an event is identified by `source` and `id`",
       TextSetting{MEMBER(outbox.event_source)}},
      {"outbox.table", "the table, or schema.table", TextSetting{MEMBER(outbox.table)}},
      {"outbox.rejected_table", "table for what cannot be an event, with the reason",
       TextSetting{MEMBER(outbox.rejected_table)}},
      {"outbox.slot", "logical replication slot of kind messages",
       TextSetting{MEMBER(outbox.slot)}},
      {"outbox.publication", "publication, without tables, that its plugin asks for",
       TextSetting{MEMBER(outbox.publication)}},
      {"outbox.message_prefix", "first argument of pg_logical_emit_message",
       TextSetting{MEMBER(outbox.message_prefix)}},
      {"outbox.wake_channel",
       "channel to LISTEN to, so as not to wait for the next read; empty: none",
       optional_text(MEMBER(outbox.wake_channel))},
      {"outbox.poll_min", "time from one read to the next while there is something to read",
       duration(MEMBER(outbox.poll_min_ms), 1, kMinuteMs)},
      {"outbox.poll_max", "the same while there is nothing",
       duration(MEMBER(outbox.poll_max_ms), 1, kMinuteMs)},
      {"outbox.page_rows", "rows of one read, appended with one sync",
       count(MEMBER(outbox.page_rows), 1, 10'000)},
      {"outbox.page_bytes", "payload of one read; a larger row goes alone",
       bytes(MEMBER(outbox.page_bytes), 64 * kKiB, 256 * kMiB)},
      {"outbox.query_timeout", "time for one statement, and for connecting",
       duration(MEMBER(outbox.query_ms), 100, kHourMs)},
      {"outbox.hold_rows", "events that wait for an earlier version; more let the first one go",
       count(MEMBER(outbox.hold_rows), 1, 100'000)},
      {"outbox.hold", "how long an event waits for an earlier version of its aggregate",
       duration(MEMBER(outbox.hold_ms), 0, kHourMs)},
      {"outbox.keep", "age at which rows that were read are deleted",
       NumberSetting{MEMBER(outbox.keep_s), Unit::kSeconds, 1, 100 * kYearS, "at once"}},
      {"outbox.watch", "time between two looks at lag, open transactions and what can be deleted",
       duration(MEMBER(outbox.watch_ms), 50, kHourMs)},
      {"outbox.warn", "a transaction that is open for so long is told in the server's log",
       duration(MEMBER(outbox.warn_ms), 100, 24 * kHourMs)},
      {"outbox.accept_database",
       "the answer to a refused database: copy it from the message that refuses it",
       optional_text(MEMBER(outbox.accept_database))},

      {"log.level", "least level of what the process says on stderr",
       ChoiceSetting{{"debug", "info", "warning", "error"}, CHOICE(log.level)}},
      {"log.format", "form of it; auto: text on a terminal, JSON lines otherwise",
       ChoiceSetting{{"auto", "text", "json"}, CHOICE(log.format)}},

      {"limits.connections", "open connections; more are refused",
       count(MEMBER(limits.connections), 1, 1'000'000)},
      {"limits.connections_per_address", "open connections from one address; more are refused",
       count(MEMBER(limits.connections_per_address), 1, 1'000'000, "unlimited")},
      {"limits.connections_per_account",
       "open sessions and streams of one account; more are refused",
       count(MEMBER(limits.connections_per_account), 1, 1'000'000, "unlimited")},
      {"limits.subscribes_per_second",
       "subscribes of one account; services are not limited; callers without a token count by "
       "address",
       count(MEMBER(limits.subscribes_per_second), 1, 1'000'000, "unlimited")},
      {"limits.publishes_per_second", "events that one account publishes; services are not limited",
       count(MEMBER(limits.publishes_per_second), 1, 1'000'000, "unlimited")},
      {"limits.failed_logins_per_minute",
       "bad credentials from one address; more are told to come later, good ones are taken",
       count(MEMBER(limits.failed_logins_per_minute), 1, 1'000'000, "unlimited")},
      {"limits.tickets", "unused tickets of POST /v1/tickets, of all callers",
       count(MEMBER(limits.tickets), 1, 1'000'000)},
      {"limits.handshake", "time for a whole request after connecting, and for `hello` after that",
       duration(MEMBER(limits.handshake_ms), 10, kHourMs)},
      {"limits.idle", "time between two requests of a connection that is kept alive",
       duration(MEMBER(limits.idle_ms), 10, kHourMs)},
      {"limits.header_bytes", "request line and headers; more is answered 431",
       bytes(MEMBER(limits.header_bytes), kKiB, kMiB)},
      {"limits.headers", "headers of a request; more are answered 431",
       count(MEMBER(limits.headers), 16, 1000)},
      {"limits.body_bytes", "body of a request; more is answered 413",
       bytes(MEMBER(limits.body_bytes), kKiB, 1024 * kMiB)},
      {"limits.message_bytes", "message of a WebSocket client; more closes with 1009",
       bytes(MEMBER(limits.message_bytes), kKiB, 16 * kMiB)},
      {"limits.fragments", "fragments of such a message; more close with 1008",
       count(MEMBER(limits.fragments), 1, 100'000)},
      {"limits.subscriptions", "subscriptions of a session; more are refused",
       count(MEMBER(limits.subscriptions), 1, 10'000)},
      {"limits.channels", "channels of a session, over all its subscriptions; more are refused",
       count(MEMBER(limits.channels), 1, 1'000'000)},
      {"limits.publishes_in_flight", "publishes of a session without an answer; more are refused",
       count(MEMBER(limits.publishes_in_flight), 1, 1'000'000)},
      {"limits.queue_bytes",
       "what waits to be sent to a client before it is fed from the log instead",
       bytes(MEMBER(limits.queue_bytes), 4 * kKiB, 1024 * kMiB)},
      {"limits.pending_append_bytes",
       "appends that wait to be written; more are refused as overloaded",
       bytes(MEMBER(limits.pending_append_bytes), kMiB, kTiB)},
      {"limits.batch_events", "events written with one sync",
       count(MEMBER(limits.batch_events), 1, 1'000'000)},
      {"limits.batch_bytes", "bytes written with one sync",
       bytes(MEMBER(limits.batch_bytes), 4 * kKiB, 1024 * kMiB)},
      {"limits.page_events", "events of one read for those who catch up",
       count(MEMBER(limits.page_events), 1, 100'000)},
      {"limits.page_bytes", "bytes of one read for those who catch up",
       bytes(MEMBER(limits.page_bytes), kKiB, 64 * kMiB)},
      {"limits.page_scanned", "records that one read looks at before it ends early",
       count(MEMBER(limits.page_scanned), 1, 10'000'000)},
      {"limits.reads_in_flight",
       "reads of a shard at a time, of those who catch up, who subscribe, and of history each; "
       "subscribes beyond it are refused as overloaded, the others wait",
       count(MEMBER(limits.reads_in_flight), 1, 100'000)},
      {"limits.history_events", "events of a page of GET /v1/events; more is answered 400",
       count(MEMBER(limits.history_events), 1, 100'000)},
      {"limits.history_streams",
       "files (NDJSON, CSV) that GET /v1/events sends at a time, a quarter of them to callers "
       "without a token; more are refused as overloaded",
       count(MEMBER(limits.history_streams), 1, 10'000)},
      {"limits.history_streams_per_account",
       "files that one account reads at a time; callers without a token count by address; "
       "services are not limited",
       count(MEMBER(limits.history_streams_per_account), 1, 10'000, "unlimited")},
      {"limits.history_reads_per_account",
       "pages, states and single events of one account that a shard reads at a time; more wait; "
       "callers without a token count by address; services are not limited",
       count(MEMBER(limits.history_reads_per_account), 1, 100'000, "unlimited")},
      {"limits.history_stall",
       "how long the reader of a file may be slower than history_bytes_per_second; then the "
       "file is cut",
       duration(MEMBER(limits.history_stall_ms), 100, kHourMs)},
      {"limits.history_bytes_per_second", "least rate at which the reader of a file must take it",
       bytes(MEMBER(limits.history_bytes_per_second), 1, 1024 * kMiB, "any")},
  };
}
// clang-format on
#undef MEMBER
#undef CHOICE

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> table = make_table();
  return table;
}

}  // namespace courtside
