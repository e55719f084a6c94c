// Goal: every command line becomes the struct that it means, or one clear line and the right
// status.
#include "cli/arguments/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/arguments/parsed_line.h"

namespace courtside {
namespace {

using testing::HasSubstr;
using From = protocol::From;

// Such as a shell makes of "$ACTOR" where it is not set: it must not find everything.
TEST(CommandLine, AFilterThatIsGivenIsNotEmpty) {
  for (const std::string option :
       {"--channel", "--type", "--subject", "--actor", "--correlationid", "--since", "--until",
        "--after", "--before", "--order", "--limit"}) {
    EXPECT_EQ(refused({"history", option, ""}), "64 courtside: " + option + ": must not be empty");
    EXPECT_EQ(refused({"export", "all.ndjson", option, ""}),
              "64 courtside: " + option + ": must not be empty");
  }
}

TEST(CommandLine, ServeTakesEverySettingAsAFlag) {
  const auto serve = parsed<ServeCommand>({"serve", "--listen", "127.0.0.1:9000", "--data=/tmp/x",
                                           "--retention-bytes", "1GiB", "--retention-age", "30d",
                                           "--limits-fragments", "7", "--log-level", "debug"});
  EXPECT_EQ(serve.loaded.config.listen, "127.0.0.1:9000");
  EXPECT_EQ(serve.loaded.config.data, "/tmp/x");
  EXPECT_EQ(serve.loaded.config.retention.bytes, 1ULL << 30);
  EXPECT_EQ(serve.loaded.config.retention.age_s, 2'592'000u);
  EXPECT_EQ(serve.loaded.config.limits.fragments, 7u);
  EXPECT_EQ(serve.loaded.config.log.level, LogLevel::kDebug);
  EXPECT_EQ(serve.loaded.origins.at("data").place, "--data");
}

TEST(CommandLine, ServeTakesTheLastOfAFlagGivenTwiceAndAllOfAList) {
  const auto serve =
      parsed<ServeCommand>({"serve", "--shards", "1", "--shards", "2", "--allowed-origins",
                            "http://a,http://b", "--allowed-origins", "http://c"});
  EXPECT_EQ(serve.loaded.config.shards, 2u);
  EXPECT_EQ(serve.loaded.config.allowed_origins,
            (std::vector<std::string>{"http://a", "http://b", "http://c"}));
}

TEST(CommandLine, ServeTakesAnEmptyTextForWhatItIs) {
  EXPECT_EQ(parsed<ServeCommand>({"serve", "--allowed-origins", ""}).loaded.config.allowed_origins,
            std::vector<std::string>{});
  EXPECT_EQ(refused({"serve", "--data", ""}), "78 courtside: --data: it is empty");
}

TEST(CommandLine, AValueThatIsMissingIsDescribed) {
  EXPECT_EQ(refused({"serve", "--proxy-protocol"}),
            "64 courtside: --proxy-protocol: its value is missing: false|true");
  EXPECT_EQ(refused({"serve", "--data"}), "64 courtside: --data: its value is missing: TEXT");
}

TEST(CommandLine, TheVersionIsShownByAFlagToo) {
  EXPECT_EQ(parsed<VersionCommand>({"--version"}).output, OutputFormat::kTable);
}

TEST(CommandLine, ServeReadsTheEnvironment) {
  Surroundings around = terminal();
  around.environment["COURTSIDE_SHARDS"] = "5";
  EXPECT_EQ(parsed<ServeCommand>({"serve"}, around).loaded.config.shards, 5u);
  around.environment["COURTSIDE_SHARD"] = "5";
  EXPECT_EQ(refused({"serve"}, around),
            "78 courtside: COURTSIDE_SHARD: there is no such setting; did you mean "
            "`COURTSIDE_SHARDS`?");
}

TEST(CommandLine, ServeRefusesWhatItCannotRunWith) {
  EXPECT_EQ(refused({"serve", "--shards", "1000"}),
            "78 courtside: --shards: `1000` is not within 1 ... 256; 0: one less than the "
            "cores, at least one");
  EXPECT_EQ(refused({"serve", "--config", "/nowhere/c.toml"}),
            "66 courtside: /nowhere/c.toml: the configuration file cannot be read");
  EXPECT_THAT(refused({"serve", "--listen", "0.0.0.0:80"}),
              HasSubstr("78 courtside: listen: `0.0.0.0:80` is open to other machines"));
}

TEST(CommandLine, PublishTakesOneEventFromFlags) {
  const auto publish = parsed<PublishCommand>({"publish",
                                               "--type",
                                               "booking.confirmed",
                                               "--subject",
                                               "booking:b_1",
                                               "--id",
                                               "1",
                                               "--source",
                                               "/desk",
                                               "--data",
                                               "{\"a\":1}",
                                               "--time",
                                               "2026-11-01T10:00:00Z",
                                               "--correlationid",
                                               "k",
                                               "--expectedversion",
                                               "0",
                                               "--channel",
                                               "user:1",
                                               "--channel",
                                               "user:2",
                                               "--url",
                                               "http://127.0.0.1:9000"});
  EXPECT_EQ(publish.input, PublishCommand::Input::kFlags);
  EXPECT_EQ(publish.type, "booking.confirmed");
  EXPECT_EQ(publish.subject, "booking:b_1");
  EXPECT_EQ(publish.id, "1");
  EXPECT_EQ(publish.source, "/desk");
  EXPECT_EQ(publish.data, "{\"a\":1}");
  EXPECT_EQ(publish.time, "2026-11-01T10:00:00Z");
  EXPECT_EQ(publish.correlationid, "k");
  EXPECT_EQ(publish.expectedversion, 0u);  // given, and not the same as not given
  EXPECT_EQ(publish.channels, (std::vector<std::string>{"user:1", "user:2"}));
  EXPECT_EQ(publish.url, "http://127.0.0.1:9000");
  EXPECT_EQ(publish.output, OutputFormat::kTable);
  EXPECT_EQ(parsed<PublishCommand>({"publish", "--type", "t", "--subject", "s"}).expectedversion,
            std::nullopt);
}

TEST(CommandLine, PublishTakesJsonLinesFromAFileOrStdin) {
  using Input = PublishCommand::Input;
  const auto file = parsed<PublishCommand>({"publish", "--file", "e.jsonl", "--in-flight", "64"});
  EXPECT_EQ(file.input, Input::kFile);
  EXPECT_EQ(file.file, "e.jsonl");
  EXPECT_EQ(file.in_flight, 64u);
  EXPECT_EQ(parsed<PublishCommand>({"publish", "--file", "-"}).input, Input::kStdin);
  EXPECT_EQ(parsed<PublishCommand>({"publish"}, pipe()).input, Input::kStdin);
}

TEST(CommandLine, PublishRefusesWhatIsHalfAnEventOrTwoThings) {
  EXPECT_EQ(refused({"publish", "--subject", "a:b"}), "64 courtside: publish: --type is missing");
  EXPECT_EQ(refused({"publish", "--type", "a"}), "64 courtside: publish: --subject is missing");
  EXPECT_EQ(refused({"publish"}),
            "64 courtside: publish: say what: --type and --subject, or --file with JSON lines");
  EXPECT_THAT(refused({"publish", "--type", "a", "--file", "b"}), HasSubstr("64 courtside: --"));
  EXPECT_EQ(refused({"publish", "--in-flight", "0", "--file", "b"}),
            "64 courtside: --in-flight: `0` is not within 1 ... 1000000");
  EXPECT_EQ(parsed<PublishCommand>({"publish", "--in-flight", "010", "--file", "b"}).in_flight,
            10u);
  EXPECT_EQ(refused({"publish", "--expectedversion", "-1", "--type", "a", "--subject", "b:c"}),
            "64 courtside: --expectedversion: `-1` is not a whole number");
}

TEST(CommandLine, TailFollowsEverythingFromNow) {
  const auto tail = parsed<TailCommand>({"tail"});
  EXPECT_EQ(tail.channels, (std::vector<std::string>{"*"}));
  EXPECT_EQ(tail.from.kind, From::Kind::kNow);
  EXPECT_TRUE(tail.follow);
  EXPECT_TRUE(tail.types.empty());
  EXPECT_EQ(tail.url, "http://127.0.0.1:8080");
  // Without following, "from now" would show nothing.
  EXPECT_EQ(parsed<TailCommand>({"tail", "--no-follow"}).from.kind, From::Kind::kEarliest);
  EXPECT_FALSE(parsed<TailCommand>({"tail", "--no-follow"}).follow);
}

TEST(CommandLine, TailBeginsWhereItIsTold) {
  const auto after = parsed<TailCommand>({"tail", "user:42", "booking:b_1", "--after", "k3f9:17",
                                          "--type", "booking.*", "--type", "chat.x"});
  EXPECT_EQ(after.channels, (std::vector<std::string>{"user:42", "booking:b_1"}));
  EXPECT_EQ(after.types, (std::vector<std::string>{"booking.*", "chat.x"}));
  EXPECT_EQ(after.from.kind, From::Kind::kAfter);
  EXPECT_EQ(after.from.after, "k3f9:17");
  const auto last = parsed<TailCommand>({"tail", "--last", "20"});
  EXPECT_EQ(last.from.kind, From::Kind::kLast);
  EXPECT_EQ(last.from.last, 20u);
  EXPECT_EQ(parsed<TailCommand>({"tail", "--earliest"}).from.kind, From::Kind::kEarliest);

  const auto since = [](const char* text) {
    const auto tail = parsed<TailCommand>({"tail", "--since", text});
    EXPECT_EQ(tail.from.kind, From::Kind::kSince);
    return format_rfc3339(tail.from.since);
  };
  EXPECT_EQ(since("2026-10-31T00:00:00Z"), "2026-10-31T00:00:00.000000Z");
  EXPECT_EQ(since("2h"), "2026-11-01T08:00:00.000000Z");
  EXPECT_EQ(since("-2h"), "2026-11-01T08:00:00.000000Z");
  EXPECT_EQ(since("1d"), "2026-10-31T10:00:00.000000Z");
}

TEST(CommandLine, TailRefusesTwoPlacesAndWhatIsNone) {
  EXPECT_THAT(refused({"tail", "--earliest", "--after", "k:1"}), HasSubstr("64 courtside: --"));
  EXPECT_THAT(refused({"tail", "--last", "5", "--since", "1h"}), HasSubstr("64 courtside: --"));
  EXPECT_THAT(refused({"tail", "--last", "0"}), HasSubstr("64 courtside: --last"));
  EXPECT_THAT(refused({"tail", "--last", "1001"}), HasSubstr("64 courtside: --last"));
  EXPECT_EQ(refused({"tail", "--since", "yesterday"}),
            "64 courtside: tail: --since: `yesterday` is neither an RFC 3339 time, such as "
            "2026-11-30T00:00:00Z, nor one like 2h");
  EXPECT_THAT(refused({"tail", "--since", "99999999d"}), HasSubstr("64 courtside: tail: --since"));
}

TEST(CommandLine, WhatIsNoTimeOrPositionIsNamedWithItsOption) {
  EXPECT_EQ(refused({"history", "--since", "2026-11-23"}),
            "64 courtside: --since: `2026-11-23` is neither an RFC 3339 time, such as "
            "2026-11-23T00:00:00Z, nor one like 2h");
  EXPECT_THAT(refused({"history", "--until", "x"}), HasSubstr("64 courtside: --until: `x` is"));
  for (const char* option : {"--after", "--before"}) {
    EXPECT_EQ(refused({"history", option, "5"}), std::string("64 courtside: ") + option +
                                                     ": `5` is not a position, such as "
                                                     "k3f9:104217");
  }
  EXPECT_EQ(refused({"tail", "--after", "5"}),
            "64 courtside: tail: --after: `5` is not a position, such as k3f9:104217");
  EXPECT_EQ(refused({"state", "a:b", "--at", "5"}),
            "64 courtside: state: --at: `5` is neither a position, such as k3f9:104217, nor an "
            "RFC 3339 time, such as 2026-11-30T00:00:00Z, nor one like 2h");
  EXPECT_EQ(refused({"history", "--limit", "abc"}),
            "64 courtside: --limit: `abc` is not a whole number");
  EXPECT_THAT(refused({"history", "--limit", "0"}), HasSubstr("`0` is not within 1 ... "));
}

TEST(CommandLine, AnArgumentThatIsMissingHasItsNameInHelp) {
  EXPECT_EQ(refused({"notifications"}), "64 courtside: notifications: ACCOUNT is missing");
  EXPECT_EQ(refused({"log"}), "64 courtside: log: SUBJECT is missing");
  EXPECT_EQ(refused({"export"}), "64 courtside: export: FILE is missing");
}

TEST(CommandLine, AChannelWithoutItsOptionIsUnderstood) {
  EXPECT_EQ(refused({"history", "user:42"}),
            "64 courtside: `user:42` is not taken here; did you mean `--channel user:42`?");
  EXPECT_EQ(refused({"help", "foo"}), "64 courtside: help: there is no command `foo`");
}

TEST(CommandLine, BenchNamesItsWorkload) {
  const auto bench = parsed<BenchCommand>({"bench", "fanout", "--connections", "1000", "--seconds",
                                           "5", "--rate", "100", "--in-flight", "64", "--size",
                                           "200", "--events", "9", "--channels", "3"});
  EXPECT_EQ(bench.workload, "fanout");
  EXPECT_EQ(bench.connections, 1000u);
  EXPECT_EQ(bench.seconds, 5u);
  EXPECT_EQ(bench.rate_per_s, 100u);
  EXPECT_EQ(bench.in_flight, 64u);
  EXPECT_EQ(bench.size_bytes, 200u);
  EXPECT_EQ(bench.events, 9u);
  EXPECT_EQ(bench.channels, 3u);
  EXPECT_EQ(parsed<BenchCommand>({"bench", "idle"}).connections, 0u);  // the workload's default
  EXPECT_EQ(parsed<BenchCommand>({"bench", "idle"}, pipe()).output, OutputFormat::kJson);
  EXPECT_EQ(refused({"bench", "quick"}),
            "64 courtside: bench: `quick` is not one of fanout, latency, append, replay, "
            "reconnect, idle, slow, sparse, query, export");
  EXPECT_THAT(refused({"bench"}), HasSubstr("64 courtside: bench: WORKLOAD is missing"));
}

TEST(CommandLine, ConfigPrintLoadsAsServeWould) {
  const auto print = parsed<ConfigPrintCommand>({"config", "print", "--shards", "3", "-o", "csv"});
  EXPECT_EQ(print.loaded.config.shards, 3u);
  EXPECT_EQ(print.output, OutputFormat::kCsv);
  EXPECT_FALSE(print.toml);
  EXPECT_TRUE(parsed<ConfigPrintCommand>({"config", "print", "-o", "toml"}).toml);
  // What `serve` would refuse can still be looked at.
  EXPECT_EQ(
      parsed<ConfigPrintCommand>({"config", "print", "--listen", "0.0.0.0:1"}).loaded.config.listen,
      "0.0.0.0:1");
  EXPECT_EQ(parsed<ConfigCheckCommand>({"config", "check", "--shards", "3"}).loaded.config.shards,
            3u);
  EXPECT_EQ(refused({"config"}), "64 courtside: config: say what to do: print or check");
}

TEST(CommandLine, OutputIsATableForPeopleAndLinesForPrograms) {
  EXPECT_EQ(parsed<TailCommand>({"tail"}).output, OutputFormat::kTable);
  EXPECT_EQ(parsed<TailCommand>({"tail"}, pipe()).output, OutputFormat::kJsonl);
  EXPECT_EQ(parsed<TailCommand>({"tail", "-o", "json"}, pipe()).output, OutputFormat::kJson);
  EXPECT_EQ(parsed<TailCommand>({"tail", "--output", "table"}, pipe()).output,
            OutputFormat::kTable);
  EXPECT_EQ(parsed<VersionCommand>({"version"}, pipe()).output, OutputFormat::kJson);
  EXPECT_EQ(
      refused({"tail", "-o", "jsonn"}),
      "64 courtside: -o: `jsonn` is not one of table, json, jsonl, csv; did you mean `json`?");
  EXPECT_EQ(refused({"version", "-o", "csv"}), "64 courtside: -o: `csv` is not one of table, json");
}

TEST(CommandLine, TheServersAddressMayComeFromTheEnvironment) {
  Surroundings around = terminal();
  around.environment["COURTSIDE_URL"] = "http://h:1";
  EXPECT_EQ(parsed<TailCommand>({"tail"}, around).url, "http://h:1");
  EXPECT_EQ(parsed<TailCommand>({"tail", "--url", "http://h:2"}, around).url, "http://h:2");
}

// Story: `courtside help serve` was taken for two commands, and the second one was run.
TEST(CommandLine, AWordBehindACommandIsNoSecondOne) {
  const auto line = parse_command_line({"man", "serve"}, terminal());
  ASSERT_FALSE(line);
  EXPECT_THAT(line.error().out, HasSubstr("COURTSIDE-SERVE"));
  EXPECT_EQ(parsed<TailCommand>({"tail", "version"}).channels, std::vector<std::string>{"version"});
  EXPECT_THAT(refused({"version", "serve"}), HasSubstr("64 courtside: `serve` is not"));
}

TEST(CommandLine, HelpIsNoError) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> helps = {
      {{"--help"}, "publish"},
      {{"serve", "--help"}, "--limits-fragments"},
      {{"publish", "-h"}, "--expectedversion"},
      {{"tail", "--help"}, "--no-follow"},
      {{"bench", "--help"}, "reconnect"},
      {{"config", "print", "--help"}, "--listen"}};
  for (const auto& [arguments, mentions] : helps) {
    const auto line = parse_command_line(arguments, terminal());
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().status, 0);
    EXPECT_THAT(line.error().out, HasSubstr(mentions));
    EXPECT_EQ(line.error().err, "");
  }
}

TEST(CommandLine, MistakesAreNamedWithWhatWasMeant) {
  EXPECT_EQ(refused({}), "64 courtside: say what to do: serve, publish, tail ...; see --help");
  EXPECT_EQ(refused({"serv"}), "64 courtside: `serv` is not a command; did you mean `serve`?");
  EXPECT_EQ(refused({"serve", "--listn", "x"}),
            "64 courtside: `--listn` is not taken here; did you mean `--listen`?");
  EXPECT_EQ(refused({"serve", "--listn=x"}),
            "64 courtside: `--listn=x` is not taken here; did you mean `--listen`?");
  EXPECT_EQ(refused({"tail", "--zebra"}), "64 courtside: `--zebra` is not taken here");
  EXPECT_THAT(refused({"serve", "--listen"}), HasSubstr("64 courtside: --listen"));
}

}  // namespace
}  // namespace courtside
