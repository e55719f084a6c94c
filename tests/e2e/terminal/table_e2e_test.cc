// Goal: on a terminal of 80 or 120 columns every command prints heads and rows that fit, with whole
// positions and ids, in colours that can be switched off, and times in the reader's zone.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/e2e/support/server_test.h"
#include "tests/e2e/terminal/support/terminal.h"

namespace courtside::e2e {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

const std::string kLongId = "0b7e5e6c-1d2f-4a3b-9c4d-5e6f7a8b9c0d";

class OnATerminal : public ServerTest {
 protected:
  OnATerminal() {
    append(http,
           {{.id = "1",
             .type = "booking.created",
             .subject = "booking:" + kLongId,
             .data = R"({"bookingId":")" + kLongId + R"(","accountId":"u_1","venueId":"v_1"})",
             .more = R"(,"actorid":"u_1","correlationid":"k")"},
            {.id = "2",
             .type = "payment.captured",
             .subject = "payment:p_1",
             .data = R"({"paymentId":"p_1","bookingId":"b_1","accountId":"u_1",)"
                     R"("amount":{"minor":45000,"currency":"INR"}})",
             .more = R"(,"correlationid":"k","causationid":"1")"},
            {.id = "3",
             .type = "slot.held",
             .subject = "slot:s_1",
             .data = R"({"slotId":"s_1","venueId":"v_1","accountId":"u_1",)"
                     R"("start":"2026-12-01T18:00:00Z","end":"2026-12-01T19:00:00Z",)"
                     R"("price":{"minor":45000,"currency":"INR"}})"},
            {.id = "4",
             .type = "notification.created",
             .subject = "notification:n_1",
             .data = R"({"notificationId":"n_1","accountId":"u_1","bookingId":")" + kLongId +
                     R"(","kind":"booking_confirmed_by_venue","body":"日本語のとても長い本文 🎾"})"},
            {.id = "5",
             .type = "notification.failed",
             .subject = "notification:n_1",
             .data = R"({"notificationId":"n_1","accountId":"u_1","channel":"EMAIL","attempt":1})"},
            {.id = "6",
             .type = "chat.message_posted",
             .subject = "chat:r_1",
             .data = R"({"roomId":"r_1","messageId":"m_1","senderId":"u_1","body":")" +
                     std::string(300, 'x') + R"("})"}});
    epoch = read_head_place(http).epoch;
  }

  // `courtside ARGUMENTS --url ...`
  Shown show(std::size_t columns, std::vector<std::string> arguments,
             const std::vector<std::string>& environment = {}) {
    arguments.insert(arguments.begin(), courtside_binary());
    std::vector<std::string> variables = {"COURTSIDE_URL=http://127.0.0.1:" +
                                          std::to_string(port())};
    variables.insert(variables.end(), environment.begin(), environment.end());
    return run_on_terminal(columns, arguments, variables);
  }

  std::string epoch;
};

struct Asked {
  std::vector<std::string> arguments;
  std::string head;  // its first line begins with it
};

const std::vector<Asked>& all_tables() {
  static const std::vector<Asked> kAll = {
      {{"history"}, "POSITION "},
      {{"tail", "--earliest", "--no-follow"}, "POSITION "},
      {{"log", "booking:" + kLongId}, "POSITION "},
      {{"log", "notification:n_1"}, "POSITION "},
      {{"state", "slot:s_1"}, "FIELD "},
      {{"state", "booking:" + kLongId}, "FIELD "},
      {{"calendar", "v_1"}, "TIME ("},
      {{"notifications", "u_1"}, "TIME ("},
      {{"config", "print"}, "SETTING "},
      {{"publish", "--type", "a.b", "--subject", "a:b", "--id", "a-" + kLongId}, "POSITION "}};
  return kAll;
}

TEST_F(OnATerminal, NoRowIsWiderThanIt) {
  for (const std::size_t columns : {std::size_t{80}, std::size_t{120}}) {
    for (const Asked& asked : all_tables()) {
      const Shown shown = show(columns, asked.arguments);
      EXPECT_EQ(shown.status, 0) << shown.text();
      ASSERT_GE(shown.lines.size(), 2u) << asked.arguments.front() << shown.text();
      EXPECT_EQ(shown.lines.front().substr(0, asked.head.size()), asked.head) << shown.text();
      for (const std::string& line : shown.lines) {
        EXPECT_LE(columns_of(line), columns) << asked.arguments.front() << ":\n" << line;
      }
    }
  }
}

TEST_F(OnATerminal, SettingsLineUpAndShowTheirValues) {
  EXPECT_THAT(show(40, {"config", "print"}).text(), ContainsRegex("\nheartbeat +25s\n"));
  for (const std::size_t columns : {std::size_t{80}, std::size_t{120}}) {
    const Shown shown = show(columns, {"config", "print"});
    const std::size_t from = shown.lines.at(0).find("FROM");
    for (const std::string& line : shown.lines) EXPECT_EQ(line.substr(from - 2, 2), "  ") << line;
  }
}

// Story: the time of a delivery was cut, and it stood before that of the dispatch.
TEST_F(OnATerminal, ADeliveryHasALineForEachStep) {
  append(http,
         {{.id = "7",
           .type = "notification.dispatched",
           .subject = "notification:n_1",
           .data = R"({"notificationId":"n_1","accountId":"u_1","channel":"SMS","attempt":2})"},
          {.id = "8",
           .type = "notification.delivered",
           .subject = "notification:n_1",
           .data = R"({"notificationId":"n_1","accountId":"u_1","channel":"SMS","attempt":2})"}});
  const std::string time = "20[0-9-]{8} [0-9:]{8}\n";
  EXPECT_THAT(show(60, {"notifications", "u_1"}).text(),
              ContainsRegex("\n  SMS, attempt 2: dispatched " + time +
                            "  SMS, attempt 2: delivered " + time));
}

// Story: an empty line was left behind the table.
TEST_F(OnATerminal, APublishedFileLeavesItsRowsAlone) {
  TempFolder folder;
  const std::string file = folder.path() / "events.jsonl";
  std::ofstream lines(file);
  for (const char* id : {"p1", "p2", "p3"}) {
    lines << Draft{.id = id, .type = "a.b", .subject = "a:1"}.json() << "\n";
  }
  lines.close();
  const Shown shown = show(80, {"publish", "--file", file});
  EXPECT_EQ(shown.status, 0) << shown.text();
  EXPECT_EQ(shown.lines.size(), 4u) << shown.text();
}

TEST_F(OnATerminal, PositionsAndIdsAreWhole) {
  for (const std::size_t columns : {std::size_t{80}, std::size_t{120}}) {
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"history"}, {"tail", "--earliest", "--no-follow"}}) {
      const std::string text = show(columns, command).text();
      for (int offset = 1; offset <= 6; ++offset) {
        EXPECT_THAT(text, HasSubstr(epoch + ":" + std::to_string(offset) + " ")) << text;
      }
      EXPECT_THAT(text, HasSubstr("booking:" + kLongId)) << text;
      EXPECT_THAT(text, HasSubstr("notification:n_1")) << text;
    }
    EXPECT_TRUE(show(columns, {"history", "--after", epoch + ":5"}).says("chat:r_1"));
    EXPECT_TRUE(show(columns, {"notifications", "u_1"}).says(kLongId));
  }
  EXPECT_TRUE(show(120, {"history"}).says("{\"room")) << "there is room for data";
}

TEST_F(OnATerminal, ColoursAreForTheTerminalThatWantsThem) {
  for (const Asked& asked : all_tables()) {
    EXPECT_TRUE(show(80, asked.arguments).has_color()) << asked.arguments.front();
    std::vector<std::string> never = asked.arguments;
    never.insert(never.end(), {"--color", "never"});
    for (const Shown& plain : {show(80, asked.arguments, {"NO_COLOR=1"}),
                               show(80, asked.arguments, {"TERM=dumb"}), show(80, never)}) {
      EXPECT_EQ(plain.status, 0);
      EXPECT_THAT(plain.raw, Not(HasSubstr("\x1b"))) << asked.arguments.front();
    }
  }
}

TEST_F(OnATerminal, APipeGetsNoColoursAndNothingIsCut) {
  const std::string flags = " --url http://127.0.0.1:" + std::to_string(port());
  const auto piped = [&](const std::string& more) {
    Process process(
        {"/bin/sh", "-c", "exec \"$0\" history -o table " + more + flags, courtside_binary()},
        {"TZ=Asia/Kolkata", "TERM=xterm"});
    EXPECT_EQ(process.wait(), 0);
    return process.whole_output();
  };
  EXPECT_THAT(piped(""), HasSubstr(std::string(300, 'x')));
  EXPECT_THAT(piped(""), HasSubstr("TIME (UTC)"));
  EXPECT_THAT(piped(""), Not(HasSubstr("\x1b")));
  EXPECT_THAT(piped("--color always"), HasSubstr("\x1b["));
}

TEST_F(OnATerminal, TimesAreInTheZoneOfWhoReads) {
  const std::vector<std::string> calendar = {"calendar", "v_1", "--color", "never"};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> out = calendar;
    out.insert(out.end(), more.begin(), more.end());
    return out;
  };
  const Shown local = show(80, calendar, {"TZ=Asia/Kolkata"});
  EXPECT_THAT(local.text(), HasSubstr("TIME (Asia/Kolkata)"));
  EXPECT_THAT(local.text(), HasSubstr("\n2026-12-01 23:30:00  s_1 "));
  const Shown utc = show(80, with({"--tz", "utc"}), {"TZ=Asia/Kolkata"});
  EXPECT_THAT(utc.text(), HasSubstr("TIME (UTC)"));
  EXPECT_THAT(utc.text(), HasSubstr("\n2026-12-01 18:00:00  s_1 "));
  const Shown named = show(80, calendar, {"COURTSIDE_TZ=America/St_Johns"});
  EXPECT_THAT(named.text(), HasSubstr("TIME (America/St_Johns)"));
  EXPECT_THAT(named.text(), HasSubstr("\n2026-12-01 14:30:00      s_1 "));
  EXPECT_THAT(show(80, {"history"}, {"TZ=Asia/Kolkata"}).lines.at(0), ContainsRegex(" \\+05:30 "));
  // What programs read is UTC wherever it is asked for.
  EXPECT_THAT(show(200, {"history", "-o", "csv", "--tz", "Asia/Kolkata"}).text(),
              ContainsRegex(",[0-9-]{10}T[0-9:.]{15}Z,3,"));
  const Shown none = show(80, with({"--tz", "Asia/Kolkatta"}));
  EXPECT_EQ(none.status, 64);
  EXPECT_THAT(none.text(), HasSubstr("`Asia/Kolkatta` is not local, utc, or a time zone"));
}

TEST_F(OnATerminal, AllCommandsWriteTheSameRowsOfCsv) {
  const auto rows = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), courtside_binary());
    arguments.insert(arguments.end(), {"--url", "http://127.0.0.1:" + std::to_string(port())});
    Process process(arguments);
    EXPECT_EQ(process.wait(), 0) << process.whole_output();
    return process.whole_output();
  };
  const std::string history = rows({"history", "-o", "csv", "--limit", "6"});
  EXPECT_EQ(history.substr(0, history.find('\r')),
            "sequence,recordedtime,id,source,type,subject,subjectversion,time,actorid,"
            "correlationid,causationid,actortype,actorrole,position,data");
  EXPECT_EQ(rows({"tail", "-o", "csv", "--earliest", "--no-follow"}), history);
  EXPECT_EQ(rows({"export", "-", "-o", "csv", "--limit", "6"}), history);
  EXPECT_THAT(history, HasSubstr(",k,1,,," + epoch + ":2,\"{\"\"paymentId"));
  const std::string story = rows({"log", "payment:p_1", "-o", "csv"});
  EXPECT_THAT(story, HasSubstr(",position,data,difference,changed,causes,effects\r\n"));
  EXPECT_THAT(story, HasSubstr("," + epoch + ":2,\"{\"\"paymentId"));
}

}  // namespace
}  // namespace courtside::e2e
