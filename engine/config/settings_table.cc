// The rows of the table that settings.h describes. A default stands in config.h, a bound here.
#include "engine/config/setting_rows.h"

namespace courtside {
namespace {

// One function for each table of the file, in the order in which they are printed.
// clang-format off: one setting a paragraph, name and meaning first.
std::vector<Setting> top_settings() {
  return {
      {"listen", "address and port to listen on", TextSetting{MEMBER(listen)}},
      {"admin",
       "address and port of a second listener, for metrics, health and the list of connections; "
       "empty: none",
       optional_text(MEMBER(admin))},
      {"data", "folder of the log; the server creates it if it does not exist",
       TextSetting{MEMBER(data)}},
      {"shards", "threads that own connections",
       count(MEMBER(shards), 1, 256, "one less than the cores, at least one")},
      {"read_threads", "threads that read the log for subscribers that catch up and for history",
       count(MEMBER(read_threads), 1, 64)},
      {"tail_bytes", "memory for the most recent commits, from which most clients resume",
       bytes(MEMBER(tail_bytes), kMiB, kTiB)},
      {"heartbeat",
       "interval at which a connection gets a ping and its position; for a stream of server-sent "
       "events at most 15 s",
       duration(MEMBER(heartbeat_ms), 100, kHourMs)},
      {"drain", "time that clients have to disconnect after SIGTERM",
       duration(MEMBER(drain_ms), 0, kHourMs)},
      {"flush_interval", "time between two flushes of a connection while its shard is busy",
       duration(MEMBER(flush_interval_ms), 1, kSecondMs, "at every turn of the loop")},
      {"allowed_origins", "values of `Origin` from which browsers may connect; `*`: any",
       ListSetting{MEMBER(allowed_origins)}},
      {"trusted_proxies",
       "addresses and networks (10.0.0.0/8) of proxies whose X-Forwarded-For and "
       "X-Forwarded-Proto are trusted",
       ListSetting{MEMBER(trusted_proxies)}},
      {"proxy_protocol",
       "whether trusted proxies begin each connection with a PROXY header, version 1 or 2",
       ChoiceSetting{{"false", "true"}, CHOICE(proxy_protocol)}},
      {"allow_similar_types",
       "whether to accept event types that look like a misspelling of a catalogue type, such as "
       "`booking.canceled`",
       ChoiceSetting{{"false", "true"}, CHOICE(allow_similar_types)}},
      {"deflate",
       "whether to compress WebSocket messages of 1 KiB or more for clients that offer "
       "permessage-deflate, and to accept compressed messages from them",
       ChoiceSetting{{"false", "true"}, CHOICE(deflate)}},
      {"conformance_echo",
       "whether GET /v1/echo is a WebSocket that returns every message, for conformance tests "
       "only: it needs no credential",
       ChoiceSetting{{"false", "true"}, CHOICE(conformance_echo)}},
  };
}

std::vector<Setting> retention_settings() {
  return {
      {"retention.bytes", "bytes of records to keep; the oldest events beyond this are dropped",
       bytes(MEMBER(retention.bytes), kMiB, 1024 * kTiB, "all")},
      {"retention.age", "age up to which events are kept; older events are dropped",
       NumberSetting{MEMBER(retention.age_s), Unit::kSeconds, 1, 100 * kYearS, "any"}},
  };
}

std::vector<Setting> tls_settings() {
  return {
      {"tls.certificate_file",
       "PEM file with the certificate of `listen` and the intermediate certificates; empty: plain "
       "HTTP; read again when it changes",
       optional_text(MEMBER(tls.certificate_file))},
      {"tls.key_file",
       "PEM file with the certificate's private key, without a password; read again when it "
       "changes",
       optional_text(MEMBER(tls.key_file))},
      {"tls.client_ca_file",
       "PEM file with the authorities whose client certificates identify services (the word "
       "`certificate` in service_keys_file); empty: no client is asked for one; read again when it "
       "changes",
       optional_text(MEMBER(tls.client_ca_file))},
  };
}

std::vector<Setting> access_settings() {
  return {
      {.name = "access.jwt_secret",
       .doc = "secret of tokens signed with HS256, 32 bytes or more; also as `JWT_SECRET`",
       .kind = optional_text(MEMBER(access.jwt_secret)),
       .secret = true,
       .platform_variable = "JWT_SECRET"},
      {"access.jwks_file",
       "JWKS file with the public keys of RS256, PS256 and ES256 tokens; read again when it "
       "changes",
       optional_text(MEMBER(access.jwks_file))},
      {"access.service_keys_file",
       "file of service keys, one line `name:key:permission,...` for each; read again when it "
       "changes",
       optional_text(MEMBER(access.service_keys_file))},
      {"access.jwks_access_type",
       "whether tokens signed with JWKS keys must also have the claim `type` with the value "
       "ACCESS",
       ChoiceSetting{{"false", "true"}, CHOICE(access.jwks_access_type)}},
      {"access.jwt_issuer", "required value of a token's `iss`; empty: any",
       optional_text(MEMBER(access.jwt_issuer))},
      {"access.jwt_audience", "value that a token's `aud` must contain; empty: any",
       optional_text(MEMBER(access.jwt_audience))},
      {"access.jwt_leeway",
       "difference that is tolerated between the clock of a token's issuer and the server's "
       "clock",
       NumberSetting{MEMBER(access.jwt_leeway_s), Unit::kSeconds, 0, 60}},
      {"access.jwt_age_max", "maximum age of a token by its `iat`, whatever its `exp` is",
       NumberSetting{MEMBER(access.jwt_age_max_s), Unit::kSeconds, 60, kYearS}},
      {"access.ticket_lifetime", "time within which a ticket of POST /v1/tickets must be used",
       duration(MEMBER(access.ticket_lifetime_ms), kSecondMs, 5 * kMinuteMs)},
      {"access.recheck", "interval at which the rights of live subscriptions are checked again",
       duration(MEMBER(access.recheck_ms), 100, kHourMs)},
      {"access.account_time_past",
       "maximum age of the `time` of an account's event; an older `time` is replaced by the "
       "server's time",
       duration(MEMBER(access.account_time_past_ms), 0, 366 * 24 * kHourMs)},
      {"access.account_time_future",
       "maximum distance into the future of the `time` of an account's event; a later `time` is "
       "replaced by the server's time",
       duration(MEMBER(access.account_time_future_ms), 0, 24 * kHourMs)},
      {"access.room_fanout",
       "number of participants up to which a chat message also reaches each participant's "
       "`user:<id>`; in larger rooms it reaches `chat:<room>` only",
       count(MEMBER(access.room_fanout), 0, 900)},
  };
}

std::vector<Setting> log_settings() {
  return {
      {"log.level", "lowest level of messages that the server writes to stderr",
       ChoiceSetting{{"debug", "info", "warning", "error"}, CHOICE(log.level)}},
      {"log.format", "format of these messages; auto: text on a terminal, JSON lines otherwise",
       ChoiceSetting{{"auto", "text", "json"}, CHOICE(log.format)}},
  };
}

std::vector<Setting> limits_settings() {
  return {
      {"limits.memory_bytes",
       "resident memory of the process from which new connections, catch-ups, request bodies and "
       "history reads are refused with `overloaded`",
       bytes(MEMBER(limits.memory_bytes), 16 * kMiB, 1024 * kTiB,
             "three quarters of the machine's memory, or of the control group's limit")},
      {"limits.connections", "open connections; further ones are refused",
       count(MEMBER(limits.connections), 1, 1'000'000)},
      {"limits.connections_per_address",
       "open connections from one address (an IPv6 /64); behind an HTTP proxy, sessions and "
       "streams "
       "of one client; further ones are refused",
       count(MEMBER(limits.connections_per_address), 1, 1'000'000, "unlimited")},
      {"limits.connections_per_account",
       "open sessions and streams of one account; further ones are refused",
       count(MEMBER(limits.connections_per_account), 1, 1'000'000, "unlimited")},
      {"limits.anonymous_sessions",
       "open sessions and streams without a token from one address; further ones are refused",
       count(MEMBER(limits.anonymous_sessions), 1, 1'000'000, "unlimited")},
      {"limits.anonymous_subscriptions",
       "subscriptions and streams without a token from one address, over all its sessions; further "
       "ones are refused",
       count(MEMBER(limits.anonymous_subscriptions), 1, 1'000'000, "unlimited")},
      {"limits.anonymous_channels",
       "channels of the subscriptions and streams without a token from one address; further ones "
       "are refused",
       count(MEMBER(limits.anonymous_channels), 1, 100'000'000, "unlimited")},
      {"limits.subscribes_per_second",
       "subscribes of one account (of one address for callers without a token); services have no "
       "such limit",
       count(MEMBER(limits.subscribes_per_second), 1, 1'000'000, "unlimited")},
      {"limits.publishes_per_second",
       "events that one account publishes; services have no such limit",
       count(MEMBER(limits.publishes_per_second), 1, 1'000'000, "unlimited")},
      {"limits.failed_logins_per_minute",
       "bad credentials from one address; further ones are answered with `rate_limited`, while "
       "good credentials are still accepted",
       count(MEMBER(limits.failed_logins_per_minute), 1, 1'000'000, "unlimited")},
      {"limits.tickets", "unused tickets of POST /v1/tickets, over all callers",
       count(MEMBER(limits.tickets), 1, 1'000'000)},
      {"limits.handshake",
       "time limit for a request's headers after connecting, and for `hello` after the upgrade",
       duration(MEMBER(limits.handshake_ms), 10, kHourMs)},
      {"limits.idle", "time for which an idle connection is kept open for its next request",
       duration(MEMBER(limits.idle_ms), 10, kHourMs)},
      {"limits.header_bytes",
       "bytes of the request line and headers; a larger request is answered with 431",
       bytes(MEMBER(limits.header_bytes), kKiB, kMiB)},
      {"limits.headers", "headers of a request; more headers are answered with 431",
       count(MEMBER(limits.headers), 16, 1000)},
      {"limits.body_bytes", "bytes of a request body; a larger body is answered with 413",
       bytes(MEMBER(limits.body_bytes), kKiB, 1024 * kMiB)},
      {"limits.pending_body_bytes",
       "bytes of request bodies that are received or checked at the same time, an eighth of them "
       "of one account; further ones are refused with `overloaded`",
       bytes(MEMBER(limits.pending_body_bytes), kMiB, kTiB)},
      {"limits.receive",
       "time limit for a request's body after its headers, and for a WebSocket message or frame "
       "after its first byte (close 4408)",
       duration(MEMBER(limits.receive_ms), 10, kHourMs)},
      {"limits.message_bytes",
       "bytes of a message from a WebSocket client; a larger message closes the connection with "
       "1009",
       bytes(MEMBER(limits.message_bytes), kKiB, 16 * kMiB)},
      {"limits.fragments",
       "fragments of a message from a WebSocket client; more fragments close the connection with "
       "1009, and each fragment after the first counts as 128 bytes more of message_bytes",
       count(MEMBER(limits.fragments), 1, 100'000)},
      {"limits.pongs_per_second",
       "answers to the pings of a WebSocket client; if it sends more, only the newest is answered",
       count(MEMBER(limits.pongs_per_second), 1, 1000)},
      {"limits.subscriptions", "subscriptions of a session; further ones are refused",
       count(MEMBER(limits.subscriptions), 1, 10'000)},
      {"limits.channels",
       "channels of a session over all its subscriptions; further ones are refused",
       count(MEMBER(limits.channels), 1, 1'000'000)},
      {"limits.publishes_in_flight",
       "publishes of a session that have no answer yet; further ones are refused",
       count(MEMBER(limits.publishes_in_flight), 1, 1'000'000)},
      {"limits.queue_bytes", "unsent bytes of a client; beyond this it is fed from the log",
       bytes(MEMBER(limits.queue_bytes), 4 * kKiB, 1024 * kMiB)},
      {"limits.pending_append_bytes",
       "bytes of appends that wait to be written; further ones are refused with `overloaded`",
       bytes(MEMBER(limits.pending_append_bytes), kMiB, kTiB)},
      {"limits.batch_events", "maximum number of events that are written with one sync",
       count(MEMBER(limits.batch_events), 1, 1'000'000)},
      {"limits.batch_bytes", "maximum number of bytes that are written with one sync",
       bytes(MEMBER(limits.batch_bytes), 4 * kKiB, 1024 * kMiB)},
      {"limits.page_events",
       "maximum number of events of one read for a subscriber that catches up",
       count(MEMBER(limits.page_events), 1, 100'000)},
      {"limits.page_bytes", "maximum number of bytes of one read for a subscriber that catches up",
       bytes(MEMBER(limits.page_bytes), kKiB, 64 * kMiB)},
      {"limits.page_scanned", "records that one read examines before it ends early",
       count(MEMBER(limits.page_scanned), 1, 10'000'000)},
      {"limits.reads_in_flight",
       "simultaneous reads of a shard, separately for catching up, for subscribing and for "
       "history; further subscribes are refused with `overloaded`, other reads wait",
       count(MEMBER(limits.reads_in_flight), 1, 100'000)},
      {"limits.catch_ups_per_account",
       "subscriptions and streams of one account (one address for callers without a token) for "
       "which a shard reads the past at the same time; further ones wait for their turn and are "
       "not refused; services have no such limit",
       count(MEMBER(limits.catch_ups_per_account), 1, 100'000, "unlimited")},
      {"limits.history_events",
       "maximum `limit` of a page of GET /v1/events; a larger one is answered with 400",
       count(MEMBER(limits.history_events), 1, 100'000)},
      {"limits.history_streams",
       "files (NDJSON, CSV) that GET /v1/events sends at the same time, a quarter of them to "
       "callers without a token; further ones are refused with `overloaded`",
       count(MEMBER(limits.history_streams), 1, 10'000)},
      {"limits.history_streams_per_account",
       "files that one account (one address for callers without a token) reads at the same time; "
       "services have no such limit",
       count(MEMBER(limits.history_streams_per_account), 1, 10'000, "unlimited")},
      {"limits.history_reads_per_account",
       "pages, states and single events of one account (one address for callers without a token) "
       "that a shard reads at the same time; further ones wait; services have no such limit",
       count(MEMBER(limits.history_reads_per_account), 1, 100'000, "unlimited")},
      {"limits.history_stall",
       "time for which the reader of a file may be slower than history_bytes_per_second; after "
       "it the file is cut off",
       duration(MEMBER(limits.history_stall_ms), 100, kHourMs)},
      {"limits.history_bytes_per_second", "minimum rate at which the reader of a file must read",
       bytes(MEMBER(limits.history_bytes_per_second), 1, 1024 * kMiB, "any")},
      {"limits.long_poll",
       "time after which GET /v1/streams/{channel} with `live=long-poll` answers without events",
       duration(MEMBER(limits.long_poll_ms), 100, kHourMs)},
      {"limits.stream_answer",
       "longest answer of GET /v1/streams/{channel} with `live=sse`; the reader then asks again",
       duration(MEMBER(limits.stream_answer_ms), 2000, kHourMs)},
  };
}
// clang-format on

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> table = [] {
    std::vector<Setting> all;
    for (const auto& settings_of_table :
         {top_settings, retention_settings, tls_settings, access_settings, database_settings,
          outbox_settings, log_settings, limits_settings}) {
      const std::vector<Setting> some = settings_of_table();
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  return table;
}

}  // namespace courtside
