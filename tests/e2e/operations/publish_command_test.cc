// Goal: `courtside publish` says of every event what became of it: those that are stored are
// printed, and an error names the line or the flag, and what was not sent.
#include <fstream>

#include "tests/e2e/operations/support/ran.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";

struct Publishing : ServerTest {
  explicit Publishing(std::vector<std::string> flags = {}) : ServerTest(std::move(flags)) {}

  Ran publish(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "publish");
    return run(std::move(arguments));
  }
  Ran run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), courtside_binary());
    Process process(arguments, {"COURTSIDE_URL=http://127.0.0.1:" + std::to_string(port())},
                    folder.path());
    const int status = process.wait();
    return {status, process.whole_output()};
  }
  Ran publish_lines(const std::vector<std::string>& lines,
                    const std::vector<std::string>& more = {}) const {
    std::ofstream file(folder.path() / "events.jsonl");
    for (const std::string& line : lines) file << line << "\n";
    file.close();
    std::vector<std::string> arguments = {"--file", "events.jsonl"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return publish(arguments);
  }
  TempFolder folder;
};

struct PublishingWithTokens : Publishing {
  PublishingWithTokens() : Publishing({"--access-jwt-secret", kSecret}) {}
};

std::string good(const std::string& id) {
  return Draft{.id = id, .type = "a.b", .subject = "a:1"}.json();
}

// Story: the answers in flight were dropped, so that stored events were told nobody.
TEST_F(Publishing, AMistakeInAFileTellsWhatIsStored) {
  const Ran ran = publish_lines(
      {good("1"), R"({"specversion":"1.0","id":"2","source":"/e2e","type":"a.b"})", good("3")});
  EXPECT_EQ(ran.status, 65);
  EXPECT_TRUE(ran.says(R"({"id":"1","position":")")) << ran.output;
  EXPECT_TRUE(
      ran.says("courtside: line 2: /subject is missing; 1 event was acknowledged, lines "
               "from 2 on were not sent\n"))
      << ran.output;
  EXPECT_EQ(read_log(http).size(), 1u);
}

// Story: the status asked a script to try again, and the message did not say which line.
TEST_F(Publishing, ARefusalOfTheServerNamesTheLineAndIsFinal) {
  const Ran ran = publish_lines(
      {good("1"), "",
       Draft{.id = "2", .type = "a.b", .subject = "a:1", .more = R"(,"expectedversion":9)"}.json(),
       good("3")});
  EXPECT_EQ(ran.status, 65);
  EXPECT_TRUE(
      ran.says("courtside: line 3: a:1 is at version 1, expected 9; 2 events were "
               "acknowledged\n"))
      << ran.output;
  EXPECT_TRUE(ran.says(R"({"id":"3",)")) << ran.output;
  EXPECT_EQ(read_log(http).size(), 2u);

  const Ran one_by_one = publish_lines(
      {good("4"),
       Draft{.id = "5", .type = "a.b", .subject = "a:1", .more = R"(,"expectedversion":9)"}.json(),
       good("6")},
      {"--in-flight", "1"});
  EXPECT_TRUE(
      one_by_one.says("line 2: a:1 is at version 3, expected 9; 1 event was acknowledged, "
                      "lines from 3 on were not sent\n"))
      << one_by_one.output;
  EXPECT_EQ(read_log(http).size(), 3u);
}

TEST_F(Publishing, AnErrorOfOneEventNamesTheFlag) {
  const Ran data = publish({"--type", "booking.created", "--subject", "booking:b", "--data", "{}"});
  EXPECT_EQ(data.status, 65);
  EXPECT_EQ(data.output, "courtside: --data: bookingId is missing\n");
  const Ran type = publish({"--type", "booking.creatd", "--subject", "booking:b"});
  EXPECT_EQ(type.status, 65);
  EXPECT_EQ(type.output,
            "courtside: --type is not in the catalogue: did you mean `booking.created`?\n");
  const Ran version = publish({"--type", "a.b", "--subject", "a:1", "--expectedversion", "4"});
  EXPECT_EQ(version.status, 65);
  EXPECT_EQ(version.output, "courtside: a:1 is at version 0, expected 4\n");
}

TEST_F(Publishing, CsvIsAsHistoryWritesIt) {
  const Ran ran = publish_lines({good("a,\"b")}, {"-o", "csv"});
  EXPECT_EQ(ran.status, 0) << ran.output;
  const std::string begin = "id,position,subjectversion,duplicate\r\n\"a,\"\"b\",";
  EXPECT_EQ(ran.output.substr(0, begin.size()), begin);
  EXPECT_TRUE(ran.says(":1,1,false\r\n")) << ran.output;
}

// Story: after a mistake the program stayed until whoever wrote to it had no more to say.
TEST_F(Publishing, AMistakeEndsItAlsoWhereInputGoesOn) {
  // Who writes into the pipe has it open to the end.
  Process process({"/bin/sh", "-c",
                   "mkfifo pipe; exec 3<>pipe; echo nonsense >&3; \"$0\" publish < pipe; "
                   "echo status $?",
                   courtside_binary()},
                  {"COURTSIDE_URL=http://127.0.0.1:" + std::to_string(port())}, folder.path());
  EXPECT_EQ(process.wait(), 0);
  const Ran ran{0, process.whole_output()};
  EXPECT_TRUE(ran.says("courtside: line 1: the line is not a JSON object; ")) << ran.output;
  EXPECT_TRUE(ran.says("lines from 1 on were not sent\nstatus 65\n")) << ran.output;
}

TEST_F(Publishing, AFolderIsNoFile) {
  const Ran ran = publish({"--file", "."});
  EXPECT_EQ(ran.status, 66);
  EXPECT_TRUE(ran.says("courtside: . cannot be read: Is a directory")) << ran.output;
}

TEST_F(PublishingWithTokens, ATokenThatIsRefusedIsAllThereIsToSay) {
  const Ran refused = publish_lines({good("1")}, {"--token", "a.b.c"});
  EXPECT_EQ(refused.status, 77) << refused.output;
  EXPECT_FALSE(refused.says("acknowledged")) << refused.output;
}

TEST_F(PublishingWithTokens, ATokenThatIsMissingIsNamedByItsOption) {
  const Ran none = publish_lines({good("1")});
  EXPECT_EQ(none.status, 77);
  EXPECT_TRUE(none.says("publishing takes a token (`--token`, COURTSIDE_TOKEN)")) << none.output;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"history"}, {"tail", "--no-follow"}}) {
    const Ran ran = run(command);
    EXPECT_EQ(ran.status, 77) << ran.output;
    EXPECT_TRUE(ran.says(" (`--token`, COURTSIDE_TOKEN)\n")) << command.front() << ran.output;
  }
}

}  // namespace
}  // namespace courtside::e2e
