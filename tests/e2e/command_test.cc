// Goal: the program reports its result: by exit status (sysexits.h) and a message that names the
// cause, with data on stdout and everything else on stderr.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

struct Ran {
  int status = 0;
  std::string output;
};

Ran run(const std::vector<std::string>& arguments,
        const std::vector<std::string>& environment = {}) {
  std::vector<std::string> command = {courtside_binary()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  TempFolder folder;
  Process process(command, environment, folder.path());
  const int status = process.wait();
  return {status, process.whole_output()};
}

bool says(const Ran& ran, const std::string& text) {
  return ran.output.find(text) != std::string::npos;
}

TEST(Command, VersionAndHelpExit0) {
  EXPECT_EQ(run({"version"}).status, 0);
  const Ran help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* command :
       {"serve", "publish", "tail", "bench", "verify", "backup", "restore", "config", "version"}) {
    EXPECT_TRUE(says(help, command)) << help.output;
  }
}

TEST(Command, WrongUsageExits64) {
  EXPECT_EQ(run({}).status, 64);
  EXPECT_EQ(run({"levitate"}).status, 64);
  EXPECT_EQ(run({"serve", "--lisen", "127.0.0.1:0"}).status, 64);
}

TEST(Command, WrongConfigurationExits78AndNamesThePlace) {
  const Ran open = run({"serve", "--listen", "0.0.0.0:0"});
  EXPECT_EQ(open.status, 78) << open.output;  // exposed without access control

  const Ran variable = run({"serve"}, {"COURTSIDE_RETENTOIN_BYTES=1"});
  EXPECT_EQ(variable.status, 78);
  EXPECT_TRUE(says(variable, "COURTSIDE_RETENTION_BYTES")) << variable.output;

  TempFolder folder;
  const std::string file = folder.path() / "courtside.toml";
  std::ofstream(file) << "listen = \"127.0.0.1:0\"\n\n[limits]\nheader_byte = 4096\n";
  const Ran key = run({"serve", "--config", file});
  EXPECT_EQ(key.status, 78);
  EXPECT_TRUE(says(key, "courtside.toml:4")) << key.output;
  EXPECT_TRUE(says(key, "header_bytes")) << key.output;
}

using CommandWithServer = ServerTest;

TEST_F(CommandWithServer, ASecondServerOnTheFolderExits75AndSaysWhy) {
  append_one(http, {.id = "1"});
  const Ran second = run({"serve", "--listen", "127.0.0.1:0", "--data", server.data().string()});
  EXPECT_EQ(second.status, 75) << second.output;
  EXPECT_TRUE(says(second, server.data().string())) << second.output;
  append_one(http, {.id = "2"});  // the first server is not affected
  EXPECT_EQ(read_log(http).size(), 2u);
}

TEST_F(CommandWithServer, ATakenPortExits69) {
  TempFolder folder;
  const Ran second = run({"serve", "--listen", "127.0.0.1:" + std::to_string(port()), "--data",
                          folder.path().string()});
  EXPECT_EQ(second.status, 69) << second.output;
}

TEST_F(CommandWithServer, PublishAndTailSpeakJsonLines) {
  const std::string url = "http://127.0.0.1:" + std::to_string(port());
  const Ran published = run({"publish", "--url", url, "--type", "test.told", "--subject",
                             "thing:t_1", "--data", R"({"a": 1})"});
  EXPECT_EQ(published.status, 0) << published.output;
  EXPECT_EQ(read_log(http).at(0).event["data"].raw(), R"({"a": 1})");

  TempFolder folder;
  const std::string file = folder.path() / "events.jsonl";
  std::ofstream lines(file);
  for (int i = 0; i < 500; ++i) lines << Draft{.id = "file-" + std::to_string(i)}.json() << "\n";
  lines.close();
  EXPECT_EQ(run({"publish", "--url", url, "--file", file}).status, 0);
  EXPECT_EQ(read_log(http).size(), 501u);
  EXPECT_EQ(run({"publish", "--url", url, "--file", file}).status,
            0);  // once more: all duplicates
  EXPECT_EQ(read_log(http).size(), 501u);

  const Ran tailed = run({"tail", "--url", url, "--earliest", "--no-follow", "thing:t_1"});
  EXPECT_EQ(tailed.status, 0) << tailed.output;
  EXPECT_TRUE(says(tailed, "test.told"));
  EXPECT_TRUE(says(tailed, "file-499"));
}

// Runs in a shell; `courtside` is $0.
Ran run_in_shell(const std::string& line) {
  Process process({"/bin/sh", "-c", line, courtside_binary()});
  const int status = process.wait();
  return {status, process.whole_output()};
}

// Story: `courtside history > file` on a full disk exited with 0, so the file seemed complete.
TEST_F(CommandWithServer, WhatStdoutDoesNotTakeExits74) {
  append_one(http, {.id = "1"});
  const std::string flags = " --url http://127.0.0.1:" + std::to_string(port()) + " ";
  for (const std::string& command :
       {"history" + flags + "-o table", "history" + flags + "-o jsonl",
        "history" + flags + "-o csv", "log thing:t_1" + flags + "-o table",
        "log thing:t_1" + flags + "-o json", "state thing:t_1" + flags, "tail --no-follow" + flags,
        "export -" + flags, std::string("version"), std::string("config print"),
        std::string("--help")}) {
    const Ran ran = run_in_shell("exec \"$0\" " + command + " > /dev/full");
    EXPECT_EQ(ran.status, 74) << command;
    EXPECT_EQ(ran.output, "courtside: stdout takes no more\n") << command;
  }
  // An earlier error is still reported.
  EXPECT_EQ(run_in_shell("exec \"$0\" history --after zzzz:1" + flags + "> /dev/full").status, 66);
}

TEST_F(CommandWithServer, AReaderThatHasGoneIsNoFailureToTellOf) {
  std::vector<Draft> drafts;
  for (int i = 0; i < 900; ++i) {
    drafts.push_back({.id = std::to_string(i), .data = json_string(std::string(1000, 'x'))});
  }
  append(http, drafts);
  const std::string url = "http://127.0.0.1:" + std::to_string(port());
  // As a shell starts it, and as one that ignores the signal does.
  for (const std::string start : {"", "trap '' PIPE; "}) {
    const Ran ran = run_in_shell(start + "\"$0\" history -o jsonl --url " + url + " | head -n 1");
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.output.find('\n') + 1, ran.output.size()) << ran.output.substr(0, 4000);
  }
}

// Story: what a producer put into an event's data went to the terminal as it was, and could clear
// it, name its window, or type into it.
TEST_F(CommandWithServer, ATableSteersNoTerminal) {
  append(http, {{.id = "1",
                 .data = "{\"\\u001b]0;x\\u0007\":\"\\u001b[2J\",\"c1\":\"\xc2\x9b"
                         "2J\",\"del\":\"\x7f\"}"},
                {.id = "2", .subject = "slot:s_1", .data = "{\"\\u001b[1m\":\"\xc2\x85\"}"}});
  const std::string url = "http://127.0.0.1:" + std::to_string(port());
  for (const std::vector<std::string>& command : {std::vector<std::string>{"history"},
                                                  {"log", "thing:t_1"},
                                                  {"tail", "--no-follow"},
                                                  {"state", "thing:t_1"},
                                                  {"state", "slot:s_1"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--url", url, "-o", "table"});
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.status, 0) << ran.output;
    for (const char* steering : {"\x1b", "\x07", "\x7f", "\xc2\x9b", "\xc2\x85"}) {
      EXPECT_FALSE(says(ran, steering)) << command.front() << ": " << ran.output;
    }
  }
  const Ran story = run({"log", "thing:t_1", "--url", url, "-o", "table"});
  EXPECT_TRUE(says(story, R"(\u001b]0;x\u0007: "\u001b[2J")")) << story.output;
  EXPECT_TRUE(says(story, R"(c1: "\u009b2J")")) << story.output;
  EXPECT_TRUE(says(story, R"(del: "\u007f")")) << story.output;
}

// Story: an export that was over was begun again by a --resume too much, and the finished file
// replaced by another.
TEST_F(CommandWithServer, AFinishedExportIsLeftAlone) {
  const TempFolder folder;
  const std::string file = folder.path() / "all.ndjson";
  const std::string url = "http://127.0.0.1:" + std::to_string(port());
  const auto lines = [&file] {
    std::ifstream stream(file);
    return std::count(std::istreambuf_iterator<char>(stream), {}, '\n');
  };
  const auto do_export = [&](const std::string& how) {
    std::vector<std::string> arguments = {"export", file, "--url", url};
    if (!how.empty()) arguments.push_back(how);
    return run(arguments);
  };
  append_one(http, {.id = "1"});
  const Ran nothing = do_export("--resume");
  EXPECT_EQ(nothing.status, 66);
  EXPECT_TRUE(says(nothing, "without --resume")) << nothing.output;
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));

  EXPECT_EQ(do_export("").status, 0);
  append_one(http, {.id = "2"});
  const auto held = lines();  // with what the log says of the export itself, from here on
  EXPECT_EQ(held, 1);
  const Ran whole = do_export("--resume");
  EXPECT_EQ(whole.status, 0);
  EXPECT_TRUE(says(whole, file + " is complete")) << whole.output;
  EXPECT_EQ(lines(), held);
  // Of what was asked for now there is nothing in it.
  const Ran other = run({"export", file, "--url", url, "--resume", "--channel", "user:7"});
  EXPECT_EQ(other.status, 64);
  EXPECT_TRUE(says(other, "was asked for with")) << other.output;
  const Ran again = do_export("");
  EXPECT_EQ(again.status, 64);
  EXPECT_TRUE(says(again, "--force")) << again.output;
  EXPECT_EQ(lines(), held);
  EXPECT_EQ(do_export("--force").status, 0);
  EXPECT_GE(lines(), 2);
  const Ran both = run({"export", file, "--url", url, "--force", "--resume"});
  EXPECT_EQ(both.status, 64) << both.output;
}

// Story: of two events with one id, from two sources, `log` knew one, and led to it.
TEST_F(CommandWithServer, ALogKnowsEventsOfOneIdApart) {
  append(http, {{.id = "1",
                 .type = "a.began",
                 .subject = "thing:a",
                 .source = "/a",
                 .more = R"(,"correlationid":"k")"},
                {.id = "1",
                 .type = "b.began",
                 .subject = "thing:b",
                 .source = "/b",
                 .more = R"(,"correlationid":"k")"},
                {.id = "2",
                 .type = "b.went_on",
                 .subject = "thing:c",
                 .source = "/b",
                 .more = R"(,"correlationid":"k","causationid":"1")"}});
  const std::string url = "http://127.0.0.1:" + std::to_string(port());
  const auto story = [&url](const std::string& subject) {
    const Ran ran = run({"log", subject, "--url", url, "-o", "json"});
    EXPECT_EQ(ran.status, 0) << ran.output;
    return Json::parse(ran.output).at(0);
  };
  EXPECT_EQ(story("thing:a")["effects"].size(), 0u);
  EXPECT_EQ(story("thing:b")["effects"].at(0)["type"].text(), "b.went_on");
  EXPECT_EQ(story("thing:c")["causes"].at(0)["type"].text(), "b.began");
}

TEST_F(CommandWithServer, ALogSaysWhenItDidNotLookAtAllThatBelongsTogether) {
  std::vector<Draft> drafts;
  for (int i = 0; i < 1000; ++i) {
    drafts.push_back({.id = std::to_string(i), .more = R"(,"correlationid":"k")"});
  }
  append(http, drafts);
  const std::string url = "http://127.0.0.1:" + std::to_string(port());
  EXPECT_FALSE(says(run({"log", "thing:t_1", "--url", url}), "are followed"));
  append_one(http, {.id = "more", .more = R"(,"correlationid":"k")"});
  EXPECT_TRUE(says(run({"log", "thing:t_1", "--url", url}),
                   "of the events of correlation id k the first 1000 are followed"));
}

// There is more than a page of each.
TEST_F(CommandWithServer, ListsGoOnToTheirEnd) {
  std::vector<Draft> drafts;
  for (int i = 0; i < 120; ++i) {
    const std::string number = std::to_string(i);
    drafts.push_back(
        {.id = "slot " + number,
         .type = "slot.held",
         .subject = "slot:s_" + number,
         .data =
             R"({"slotId":"s_)" + number + R"(","venueId":"v_1",)" + "\n" +
             R"("accountId":"u_1","start":"2026-12-01T18:00:00Z","end":"2026-12-01T19:00:00Z"})"});
    drafts.push_back({.id = "note " + number,
                      .type = "notification.created",
                      .subject = "notification:n_" + number,
                      .data = R"({"notificationId":"n_)" + number +
                              R"(","accountId":"u_1","bookingId":"b_1","kind":"told"})"});
  }
  append(http, drafts);
  append_one(http, {.id = "sent",
                    .type = "notification.dispatched",
                    .subject = "notification:n_7",
                    .data = R"({"notificationId":"n_7","accountId":"u_1","channel":"EMAIL",)"
                            R"("attempt":1})"});
  const std::string url = "http://127.0.0.1:" + std::to_string(port());
  const Ran slots = run({"calendar", "v_1", "--url", url, "-o", "json"});
  ASSERT_EQ(slots.status, 0) << slots.output;
  EXPECT_EQ(Json::parse(slots.output).size(), 120u);
  const Ran lines = run({"calendar", "v_1", "--url", url});
  EXPECT_EQ(std::count(lines.output.begin(), lines.output.end(), '\n'), 120);
  const Ran notes = run({"notifications", "u_1", "--url", url, "-o", "json", "--kind", "told"});
  ASSERT_EQ(notes.status, 0) << notes.output;
  EXPECT_EQ(Json::parse(notes.output).size(), 120u);
  const Ran table = run({"notifications", "u_1", "--url", url, "-o", "table", "--unread"});
  EXPECT_TRUE(says(table, "  n_5     told  b_1      -\n")) << table.output;
  EXPECT_TRUE(says(table, "\n  EMAIL, attempt 1: dispatched 20")) << table.output;
  EXPECT_TRUE(
      says(run({"calendar", "v_1", "--url", url, "-o", "table", "--from", "2026-12-01T00:00:00Z"}),
           "2026-12-01 18:00:00  s_119  held    u_1"));

  const Ran none = run({"calendar", "v_9", "--url", url, "-o", "json"});
  EXPECT_EQ(none.status, 1);
  EXPECT_EQ(none.output, "[]\n");
  EXPECT_EQ(run({"calendar", "v_1", "--url", url, "--at", "zzzz:1"}).status, 66);
  EXPECT_EQ(run({"notifications", "u_1", "--url", url, "--kind", ""}).status, 64);
}

TEST_F(CommandWithServer, NobodyThereExits69) {
  const std::string url = "http://127.0.0.1:" + std::to_string(port());
  EXPECT_EQ(stop_server(), 0);
  EXPECT_EQ(run({"publish", "--url", url, "--type", "a.b", "--subject", "a:b"}).status, 69);
  EXPECT_EQ(run({"tail", "--url", url, "--no-follow"}).status, 69);
}

}  // namespace
}  // namespace courtside::e2e
