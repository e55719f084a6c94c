// Goal: each value comes from the source with the highest precedence, and each error names its
// place.
#include "engine/config/load.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "engine/config/service_variables.h"
#include "engine/config/settings.h"

namespace courtside {
namespace {

// The result of loading the text: "ok", or the message.
std::string message_for(std::string_view file_text,
                        std::map<std::string, std::string> environment = {}) {
  const auto loaded = load_config(
      {.flags = {}, .environment = std::move(environment), .file = "courtside.toml"}, file_text);
  if (loaded) return "ok";
  EXPECT_EQ(loaded.error().code, Code::bad_configuration);
  return loaded.error().message;
}

TEST(LoadConfig, WithoutAnySourceIsTheDefaults) {
  const auto loaded = load_config({});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->config.listen, "127.0.0.1:8080");
  EXPECT_EQ(loaded->config.data, "./courtside-data");
  EXPECT_TRUE(loaded->origins.empty());
}

TEST(LoadConfig, TakesFlagsOverEnvironmentOverFileOverDefaults) {
  ConfigSources sources{.flags = {}, .environment = {}, .file = "courtside.toml"};
  const std::string_view file = "heartbeat = '10s'\n[limits]\nfragments = 10\nheaders = 20\n";
  const auto fragments = [&] {
    const auto loaded = load_config(sources, file);
    EXPECT_TRUE(loaded);
    const Origin origin = loaded->origins.at("limits.fragments");
    EXPECT_EQ(loaded->config.limits.headers, 20u);  // not overridden: the file's value
    return std::to_string(loaded->config.limits.fragments) + " " + origin.place;
  };
  EXPECT_EQ(fragments(), "10 courtside.toml:3");
  sources.environment = {{"COURTSIDE_LIMITS_FRAGMENTS", "11"}, {"HOME", "/root"}};
  EXPECT_EQ(fragments(), "11 COURTSIDE_LIMITS_FRAGMENTS");
  sources.flags = {{"limits.fragments", "12"}};
  EXPECT_EQ(fragments(), "12 --limits-fragments");
}

TEST(LoadConfig, ReadsEveryKindOfValue) {
  const auto loaded = load_config({}, R"(
listen = "127.0.0.1:9000"
shards = 4
heartbeat = "90s"
allowed_origins = ["https://a.example", "https://b.example"]
log.level = "debug"
[retention]
age = "30d"
bytes = 1048576
)");
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Config& config = loaded->config;
  EXPECT_EQ(config.listen, "127.0.0.1:9000");
  EXPECT_EQ(config.shards, 4u);
  EXPECT_EQ(config.heartbeat_ms, 90'000u);
  EXPECT_EQ(config.allowed_origins.size(), 2u);
  EXPECT_EQ(config.log.level, LogLevel::kDebug);
  EXPECT_EQ(config.retention.age_s, 2'592'000u);
  EXPECT_EQ(config.retention.bytes, 1'048'576u);
}

TEST(LoadConfig, NamesThePlaceOfAnUnknownKeyAndTheNearestName) {
  EXPECT_EQ(message_for("\nlisten = 'x'\nheartbeet = '1s'\n"),
            "courtside.toml:3: there is no setting `heartbeet`; did you mean `heartbeat`?");
  EXPECT_EQ(message_for("[limits]\n\nfragment = 1\n"),
            "courtside.toml:3: there is no setting `limits.fragment`; did you mean "
            "`limits.fragments`?");
  EXPECT_EQ(message_for("[[routes]]\ntype = 'a.b'\n"),
            "courtside.toml:1: there is no setting `routes`; did you mean `route`?");
  EXPECT_EQ(message_for("colour = 'red'\n"), "courtside.toml:1: there is no setting `colour`");
}

TEST(LoadConfig, NamesThePlaceOfABadValue) {
  EXPECT_EQ(message_for("\n[limits]\nheaders = 5\n"),
            "courtside.toml:3: limits.headers: `5` is not within 16 ... 1000");
  EXPECT_EQ(message_for("heartbeat = 25\n"),
            "courtside.toml:1: heartbeat: `25` is not a duration (ms, s, m, h, d)");
  EXPECT_EQ(message_for("shards = -1\n"), "courtside.toml:1: shards: `-1` is not a whole number");
  EXPECT_EQ(message_for("shards = 1.5\n"),
            "courtside.toml:1: shards: neither a text nor a whole number");
  EXPECT_EQ(message_for("allowed_origins = ['a,b']\n"),
            "courtside.toml:1: allowed_origins: `a,b` has a comma in it");
  EXPECT_EQ(message_for("", {{"COURTSIDE_SHARDS", "many"}}),
            "COURTSIDE_SHARDS: `many` is not a whole number");
}

TEST(LoadConfig, NamesTheLineThatIsNoToml) {
  EXPECT_EQ(message_for("listen = 'x'\nshards = \n").substr(0, 17), "courtside.toml:2:");
  EXPECT_EQ(message_for("shards = 1\nshards = 2\n").substr(0, 17), "courtside.toml:2:");
}

TEST(LoadConfig, RefusesAnUnknownVariableOfOurs) {
  EXPECT_EQ(message_for("", {{"COURTSIDE_LISTN", "x"}}),
            "COURTSIDE_LISTN: there is no such setting; did you mean `COURTSIDE_LISTEN`?");
  EXPECT_EQ(message_for("", {{"LISTN", "x"}}), "ok");
  // Variables of the client commands and of the project's tests.
  EXPECT_EQ(message_for("", {{"COURTSIDE_CONFIG", ""},
                             {"COURTSIDE_URL", "http://x"},
                             {"COURTSIDE_SIMULATION_SCHEDULES", "7"},
                             {"COURTSIDE_E2E", "short"},
                             {"COURTSIDE_BINARY", "x"},
                             {"COURTSIDE_TEST_FUZZ_SECONDS", "1"}}),
            "ok");
}

// A service `courtside` or `courtside-outbox` in the namespace must not make every pod fail at
// start.
TEST(LoadConfig, PassesOverWhatKubernetesSaysOfAServiceCalledCourtside) {
  const std::map<std::string, std::string> of_pod = {
      {"COURTSIDE_SERVICE_HOST", "10.96.14.7"},
      {"COURTSIDE_SERVICE_PORT", "8080"},
      {"COURTSIDE_SERVICE_PORT_HTTP_METRICS", "9090"},
      {"COURTSIDE_PORT", "tcp://10.96.14.7:8080"},
      {"COURTSIDE_PORT_8080_TCP", "tcp://10.96.14.7:8080"},
      {"COURTSIDE_PORT_8080_TCP_ADDR", "10.96.14.7"},
      {"COURTSIDE_PORT_8080_TCP_PORT", "8080"},
      {"COURTSIDE_PORT_8080_TCP_PROTO", "tcp"},
      {"COURTSIDE_PORT_53_UDP", "udp://10.96.14.7:53"},
      {"COURTSIDE_PORT_53_UDP_PROTO", "udp"},
      {"COURTSIDE_PORT_36412_SCTP_ADDR", "10.96.14.7"},
      // Services `courtside-outbox` and `courtside-listen` over IPv6, and a service with a port in
      // its name.
      {"COURTSIDE_OUTBOX_SERVICE_HOST", "fd00:10:96::1f"},
      {"COURTSIDE_LISTEN_SERVICE_PORT", "80"},
      {"COURTSIDE_LISTEN_PORT", "tcp://[fd00:10:96::1f]:80"},
      {"COURTSIDE_PORT_2_PORT_80_TCP_PORT", "80"},
      {"COURTSIDE_2_PORT_80_TCP", "tcp://10.96.14.7:80"}};
  EXPECT_EQ(message_for("", of_pod), "ok");
  for (const auto& [name, value] : of_pod) EXPECT_EQ(message_for("", {{name, value}}), "ok");
}

TEST(LoadConfig, PassesOverWhatADockerLinkSays) {
  EXPECT_EQ(message_for("", {{"COURTSIDE_NAME", "/web/courtside"},
                             {"COURTSIDE_PORT_8080_TCP_START", "tcp://172.17.0.5:8080"},
                             {"COURTSIDE_PORT_8080_TCP_PORT_END", "8081"},
                             {"COURTSIDE_ENV_LISTEN", "0.0.0.0:8080"}}),
            "ok");
}

TEST(LoadConfig, RefusesWhatOnlyLooksLikeAServicesVariable) {
  const auto refused = [](const std::string& name, const std::string& value) {
    return message_for("", {{name, value}});
  };
  // A person who takes it for a setting must get an error.
  EXPECT_EQ(refused("COURTSIDE_PORT", "9000"), "COURTSIDE_PORT: there is no such setting");
  EXPECT_EQ(refused("COURTSIDE_NAME", "main"), "COURTSIDE_NAME: there is no such setting");
  EXPECT_EQ(refused("COURTSIDE_SERVICE_HOST", "yes"),
            "COURTSIDE_SERVICE_HOST: there is no such setting");
  EXPECT_EQ(refused("COURTSIDE_PORT_8080", "tcp://10.0.0.7:8080"),
            "COURTSIDE_PORT_8080: there is no such setting");
  EXPECT_EQ(refused("COURTSIDE_ACCESS_SERVICE_KEY_FILE", "/keys"),
            "COURTSIDE_ACCESS_SERVICE_KEY_FILE: there is no such setting; did you mean "
            "`COURTSIDE_ACCESS_SERVICE_KEYS_FILE`?");
}

// Such a setting would be ignored when misspelt, or set by an orchestrator.
TEST(LoadConfig, NoSettingIsNamedAsAServicesVariable) {
  for (const Setting& setting : settings()) {
    for (const char* value : {"10.0.0.7", "8080", "tcp://10.0.0.7:8080", "tcp", "/web/courtside"}) {
      if (setting.name == "outbox.name") continue;  // such a source name is refused anyway
      EXPECT_FALSE(is_service_variable(setting.environment(), value)) << setting.name;
    }
  }
}

TEST(LoadConfig, TakesThePlatformsSecretUnlessOursIsThere) {
  const auto secret = [](std::map<std::string, std::string> environment,
                         std::string_view file = "") {
    const auto loaded =
        load_config({.flags = {}, .environment = std::move(environment), .file = "f.toml"}, file);
    EXPECT_TRUE(loaded);
    const std::string& value = loaded->config.access.jwt_secret;
    return value.empty() ? "none" : value + " " + loaded->origins.at("access.jwt_secret").place;
  };
  const std::string_view file = "access.jwt_secret = 'file'\n";
  EXPECT_EQ(secret({}), "none");
  EXPECT_EQ(secret({{"JWT_SECRET", "theirs"}}), "theirs JWT_SECRET");
  EXPECT_EQ(secret({{"JWT_SECRET", "theirs"}}, file), "theirs JWT_SECRET");
  EXPECT_EQ(secret({{"JWT_SECRET", "theirs"}, {"COURTSIDE_ACCESS_JWT_SECRET", "ours"}}),
            "ours COURTSIDE_ACCESS_JWT_SECRET");
}

// Otherwise a template that was not filled in would make every caller an administrator.
TEST(LoadConfig, RefusesAnEmptySecretOrFileOfKeys) {
  for (const char* name : {"JWT_SECRET", "COURTSIDE_ACCESS_JWT_SECRET",
                           "COURTSIDE_ACCESS_JWKS_FILE", "COURTSIDE_ACCESS_SERVICE_KEYS_FILE"}) {
    const auto loaded = load_config({.flags = {}, .environment = {{name, ""}}, .file = {}});
    ASSERT_FALSE(loaded) << name;
    EXPECT_EQ(loaded.error().code, Code::bad_configuration);
    EXPECT_EQ(loaded.error().message,
              std::string(name) + ": it is empty: leave it out, or give it a value");
  }
  const auto flag =
      load_config({.flags = {{"access.jwt_secret", ""}}, .environment = {}, .file = {}});
  ASSERT_FALSE(flag);
  EXPECT_EQ(flag.error().code, Code::bad_configuration);
  for (const char* name : {"jwt_secret", "jwks_file", "service_keys_file"}) {
    const auto file = load_config({.flags = {}, .environment = {}, .file = "f.toml"},
                                  "[access]\n" + std::string(name) + " = ''\n");
    ASSERT_FALSE(file) << name;
    EXPECT_EQ(file.error().code, Code::bad_configuration);
    EXPECT_EQ(file.error().message, "f.toml:2: access." + std::string(name) +
                                        ": it is empty: leave it out, or give it a value");
  }
}

TEST(LoadConfig, SaysWhichAddressOrOriginIsNone) {
  const auto refused = [](std::string_view file, const std::string& flag = "") {
    ConfigSources sources{.flags = {}, .environment = {}, .file = "f.toml"};
    if (!flag.empty()) sources.flags = {{"listen", flag}};
    const auto loaded = load_config(sources, file);
    return loaded ? "taken" : loaded.error().message;
  };
  const std::string why =
      "an IP address and a port from 0 to 65535 are needed, such as 127.0.0.1:8081";
  for (const char* wrong : {"8081", "localhost:8081", "127.0.0.1:99999"}) {
    EXPECT_EQ(refused("", wrong), "--listen: `" + std::string(wrong) + "`: " + why);
  }
  EXPECT_EQ(refused("\nlisten = '8081'\n"), "f.toml:2: listen: `8081`: " + why);
  for (const char* wrong : {"play.example.com", "https://", "https://play.example.com/",
                            "https://Play.example.com", "https://a b"}) {
    EXPECT_EQ(refused("allowed_origins = ['" + std::string(wrong) + "']\n"),
              "f.toml:1: allowed_origins: `" + std::string(wrong) +
                  "` is not an origin such as https://play.example.com");
  }
  for (const char* good : {"*", "null", "https://play.example.com", "http://localhost:3000",
                           "capacitor://localhost"}) {
    EXPECT_EQ(refused("allowed_origins = ['" + std::string(good) + "']\n"), "taken");
  }
}

TEST(LoadConfig, TakesTheShortFormOfALevel) {
  const auto loaded =
      load_config({.flags = {{"log.level", "warn"}}, .environment = {}, .file = {}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config.log.level, LogLevel::kWarning);
}

TEST(LoadConfig, TakesTrueAndFalseAsTomlHasThem) {
  const auto loaded = load_config({}, "[access]\njwks_access_type = true\n");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(loaded->config.access.jwks_access_type);
  EXPECT_EQ(message_for("shards = true\n"),
            "courtside.toml:1: shards: `true` is not a whole number");
  EXPECT_EQ(message_for("access.jwks_access_type = 'yes'\n"),
            "courtside.toml:1: access.jwks_access_type: `yes` is not false or true");
}

TEST(LoadConfig, ReadsRoutesAndProjectionsWhichReplaceTheBuiltInOnes) {
  const auto loaded = load_config({.flags = {}, .environment = {}, .file = "f.toml"}, R"(
[[route]]
type = "booking.*"
channels = ["booking:{data.bookingId}", "ops:bookings"]
[[route]]
type = "audit.queried"

[[projection]]
channel = "availability:*"
data = ["slotId"]
hide_actor = true
[[projection]]
channel = "venue:*"
hide_data = ["amount"]
[[projection]]
channel = "ops:care"
who = "caller"
)");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config.routes,
            (std::vector<RouteRule>{{"booking.*", {"booking:{data.bookingId}", "ops:bookings"}},
                                    {"audit.queried", {}}}));
  EXPECT_EQ(loaded->config.projections,
            (std::vector<ProjectionRule>{{"availability:*", {"slotId"}, false, true},
                                         {"venue:*", {"amount"}, true, false},
                                         {"ops:care", {}, true, false, "", "caller"}}));
  EXPECT_EQ(loaded->origins.at("route").place, "f.toml:2");
}

TEST(LoadConfig, KeepsTheBuiltInRoutesUnlessTheFileHasSome) {
  const auto untouched = load_config({}, "shards = 1\n");
  ASSERT_TRUE(untouched);
  EXPECT_EQ(untouched->config.routes, default_routes());
  const auto none = load_config({}, "route = []\nprojection = []\n");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->config.routes.empty());
  EXPECT_TRUE(none->config.projections.empty());
}

TEST(LoadConfig, RefusesHalfARule) {
  EXPECT_EQ(message_for("[[route]]\nchannels = ['a:b']\n"), "courtside.toml:1: `type` is missing");
  EXPECT_EQ(message_for("[[route]]\ntype = 7\n"),
            "courtside.toml:2: `type` is not a text, or empty");
  EXPECT_EQ(message_for("[[route]]\ntype = 'a'\nchannels = 'a:b'\n"),
            "courtside.toml:3: `channels` is not a list of texts");
  EXPECT_EQ(message_for("[[route]]\ntype = 'a'\nchannels = [1]\n"),
            "courtside.toml:3: `channels` is not a list of texts");
  EXPECT_EQ(message_for("[[route]]\ntype = 'a'\nchanels = []\n"),
            "courtside.toml:3: there is no key `chanels` here; did you mean `channels`?");
  EXPECT_EQ(message_for("[route]\ntype = 'a'\n"),
            "courtside.toml:1: route: not an array of tables; write [[route]]");
  EXPECT_EQ(message_for("route = [1]\n"),
            "courtside.toml:1: route: not an array of tables; write [[route]]");
  EXPECT_EQ(message_for("[[projection]]\nchannel = 'a:*'\ndata = []\nhide_data = []\n"),
            "courtside.toml:1: `data` (what is shown) and `hide_data` (what is not) exclude each "
            "other");
  EXPECT_EQ(message_for("[[projection]]\nchannel = 'a:*'\nhide_actor = 'yes'\n"),
            "courtside.toml:3: `hide_actor` is neither true nor false");
}

TEST(LoadConfig, ASourceTakesWhatItDoesNotSayFromTheOutbox) {
  const auto loaded = load_config({.flags = {{"outbox.poll_max", "300ms"}},
                                   .environment = {{"COURTSIDE_OUTBOX_TABLE", "events.Outbox"}},
                                   .file = {}},
                                  "[outbox]\nurl = 'host=a'\nkeep = '1d'\naccept_database = 'x'\n"
                                  "[[source]]\nname = 'payments'\nurl = 'host=b'\nkeep = '2d'\n"
                                  "[[source]]\nname = 'chat'\nurl = 'host=c'\nkind = 'messages'\n");
  ASSERT_TRUE(loaded) << loaded.error().message;
  const std::vector<OutboxSettings> sources = outbox_sources(loaded->config);
  ASSERT_EQ(sources.size(), 3u);
  EXPECT_EQ(sources[0].name, "platform");
  EXPECT_EQ(sources[0].url, "host=a");
  EXPECT_EQ(sources[1].name, "payments");
  EXPECT_EQ(sources[1].url, "host=b");
  EXPECT_EQ(sources[1].keep_s, 2 * 86'400u);
  EXPECT_EQ(sources[1].accept_database, "");  // accept_database is not inherited
  EXPECT_EQ(sources[2].kind, OutboxKind::kMessages);
  EXPECT_EQ(sources[2].keep_s, 86'400u);
  for (const OutboxSettings& each : sources) {
    EXPECT_EQ(each.table, "events.Outbox");
    EXPECT_EQ(each.poll_max_ms, 300u);
  }
}

TEST(LoadConfig, RefusesSourcesThatCannotBeToldApart) {
  EXPECT_EQ(message_for("[[source]]\nname = 'a'\n"), "courtside.toml:1: a source needs a `url`");
  EXPECT_EQ(message_for("[[source]]\nurl = 'host=a'\n"),
            "outbox.name: `` is not a name: 1 to 32 of a-z, 0-9, _ and -, a letter first");
  EXPECT_EQ(message_for("[outbox]\nname = 'a'\nurl = 'host=a'\n"
                        "[[source]]\nname = 'a'\nurl = 'host=b'\n"),
            "outbox.name: two sources are called `a`");
  EXPECT_EQ(message_for("[[source]]\nnam = 'a'\n"),
            "courtside.toml:2: there is no setting `outbox.nam`; did you mean `outbox.name`?");
  EXPECT_EQ(message_for("[[source]]\nname = 'a'\nurl = 'host=a'\nkind = 'rows'\n"),
            "courtside.toml:4: outbox.kind: `rows` is not table or messages");
  EXPECT_EQ(message_for("source = 'a'\n"),
            "courtside.toml:1: source: not an array of tables; write [[source]]");
  EXPECT_EQ(message_for("[outbox]\nurl = 'host=a'\npoll_min = '1s'\n"),
            "outbox.poll_min: it is longer than outbox.poll_max");
}

TEST(LoadConfig, ReadsTheFileThatTheFlagOrTheVariableNames) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("courtside_load_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "a.toml").string();
  const std::string empty = (folder / "empty.toml").string();
  std::ofstream(path) << "shards = 9\n";
  std::ofstream(empty) << "";

  const auto by_flag = load_config({.flags = {}, .environment = {}, .file = path});
  ASSERT_TRUE(by_flag);
  EXPECT_EQ(by_flag->config.shards, 9u);
  const auto by_variable =
      load_config({.flags = {}, .environment = {{"COURTSIDE_CONFIG", path}}, .file = {}});
  ASSERT_TRUE(by_variable);
  EXPECT_EQ(by_variable->config.shards, 9u);
  EXPECT_TRUE(load_config({.flags = {}, .environment = {}, .file = empty}));

  for (const std::string& unreadable : {path + ".not", folder.string()}) {
    const auto missing = load_config({.flags = {}, .environment = {}, .file = unreadable});
    ASSERT_FALSE(missing) << unreadable;
    EXPECT_EQ(missing.error().code, Code::no_input);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace courtside
