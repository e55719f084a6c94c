// Goal: a table has heads, fits its terminal whatever is in it, and never cuts what people copy.
#include "cli/terminal/table.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "cli/terminal/text_width.h"

namespace courtside {
namespace {

const std::vector<Column> kColumns = {{.head = "POSITION", .fit = Fit::kWhole},
                                      {.head = "TYPE", .min_width = 5},
                                      {.head = "ID", .fit = Fit::kWhole},
                                      {.head = "DATA", .fit = Fit::kRest, .min_width = 10}};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> shown(std::size_t columns, const std::vector<Row>& rows) {
  Table table(kColumns, {.columns = columns});
  std::string text;
  for (const Row& row : rows) text += table.add(row);
  return lines_of(text + table.finish());
}

using Lines = std::vector<std::string>;

TEST(Table, HasHeadsAndAsMuchRoomAsItsCellsNeed) {
  EXPECT_EQ(
      shown(0, {{"k:1", "a.b", "u_1", "{}"}, {"k:22", "a.longer", "", "text without an end"}}),
      (Lines{"POSITION  TYPE      ID   DATA", "k:1       a.b       u_1  {}",
             "k:22      a.longer       text without an end"}));
}

TEST(Table, TheTextIsCutFirstThenTypesAndThenTheTextGoes) {
  const std::vector<Row> rows = {{"k:1", "booking.confirmed", "u_1", "free text of some length"}};
  EXPECT_EQ(shown(60, rows).at(1), "k:1       booking.confirmed  u_1  free text of some length");
  EXPECT_EQ(shown(50, rows).at(1), "k:1       booking.confirmed  u_1  free text of so…");
  EXPECT_EQ(shown(40, rows).at(1), "k:1       booking.conf…  u_1  free text…");
  EXPECT_EQ(shown(32, rows).at(1), "k:1       book…  u_1  free text…");
  EXPECT_EQ(shown(31, rows),
            (Lines{"POSITION  TYPE              ID", "k:1       booking.confirm…  u_1"}));
  EXPECT_EQ(shown(24, rows), (Lines{"POSITION  TYPE       ID", "k:1       booking.…  u_1"}));
}

TEST(Table, AnIdIsWholeOrNotThere) {
  const std::vector<Row> rows = {{"k:1", "a.b", "0123456789012345678901234567890123456789", "{}"}};
  EXPECT_EQ(shown(57, rows).at(1), "k:1       a.b   0123456789012345678901234567890123456789");
  EXPECT_EQ(shown(40, rows), (Lines{"POSITION  TYPE  ID", "k:1       a.b   …"}));
  EXPECT_EQ(shown(30, {{"0123456789012345678901234", "a.b", "u", "{}"}}).at(1),
            "0123456789012345678901234  a.b");
}

// A row that came after the widths were fixed takes what it needs, and only it.
TEST(Table, AStreamGivesALongIdItsRoomInItsRowAlone) {
  Table table({{.head = "POSITION", .fit = Fit::kWhole, .width = 10},
               {.head = "TYPE", .width = 12, .min_width = 5},
               {.head = "ID", .fit = Fit::kWhole, .width = 4},
               {.head = "DATA", .fit = Fit::kRest}},
              {.columns = 50}, {.rows_kept = 0});
  EXPECT_EQ(table.finish(), "POSITION    TYPE          ID    DATA\n");
  EXPECT_EQ(table.add({"k:1", "booking.told", "u_1", "0123456789012345678901234567890"}),
            "k:1         booking.told  u_1   01234567890123456…\n");
  EXPECT_EQ(table.add({"k:2", "booking.told", "0123456789012345", "0123456789012345"}),
            "k:2         booking.told  0123456789012345  01234…\n");
  EXPECT_EQ(table.add({"k:3", "booking.told", "012345678901234567890123456", "0123"}),
            "k:3      booking.told  012345678901234567890123456\n");
  EXPECT_EQ(table.add({"k:4", "booking.told", std::string(60, 'i'), "01"}),
            "k:4         booking.told  …     01\n");
  EXPECT_EQ(table.add({"k:5", "a.b", "u_1", "{}"}), "k:5         a.b           u_1   {}\n");
}

TEST(Table, OneLongIdDoesNotMakeAllRowsNarrow) {
  std::vector<Row> rows(20, Row{"k:1", "booking.confirmed", "u_1", "{}"});
  rows.push_back({"k:2", "booking.confirmed", std::string(40, 'i'), "{}"});
  const Lines lines = shown(60, rows);
  EXPECT_EQ(lines.at(1), "k:1       booking.confirmed  u_1  {}");
  EXPECT_EQ(lines.at(21), "k:2  booking.conf…  " + std::string(40, 'i'));
}

// Story: with up to ten rows the longest cell was the measure, and the columns behind it were gone
// from all rows.
TEST(Table, OneLongIdOfAFewRowsRemovesNoColumn) {
  for (std::size_t others = 1; others < 10; ++others) {
    std::vector<Row> rows(others, Row{"k:1", "a.b", "u_1", "{}"});
    rows.push_back({"k:2", "a.b", std::string(70, 'i'), "{}"});
    const Lines lines = shown(60, rows);
    EXPECT_EQ(lines.at(0), "POSITION  TYPE  ID   DATA") << others;
    EXPECT_EQ(lines.at(1), "k:1       a.b   u_1  {}") << others;
    EXPECT_EQ(lines.back(), "k:2       a.b   …    {}") << others;
  }
}

TEST(Table, ALongIdLeavesRoomForTheIdsBehindIt) {
  Table table({{.head = "POSITION", .fit = Fit::kWhole},
               {.head = "SUBJECT", .fit = Fit::kWhole},
               {.head = "ACTOR", .fit = Fit::kWhole}},
              {.columns = 60});
  static_cast<void>(table.add({"k:1", std::string(44, 's'), "u_1"}));
  static_cast<void>(table.add({"k:2", std::string(44, 's'), "u_2"}));
  const std::string subject(44, 's');
  EXPECT_EQ(table.finish(), "POSITION  SUBJECT" + std::string(25, ' ') + "ACTOR\n" + "k:1       " +
                                subject + "  u_1\n" + "k:2       " + subject + "  u_2\n");
}

// Story: what a column that was left out had taken was nobody's.
TEST(Table, ATypeGetsTheRoomOfAnIdThatIsLeftOut) {
  Table table({{.head = "POSITION", .fit = Fit::kWhole},
               {.head = "TYPE", .min_width = 5},
               {.head = "ID", .fit = Fit::kWhole, .width = 20},
               {.head = "ACTOR", .fit = Fit::kWhole, .width = 12}},
              {.columns = 30});
  static_cast<void>(table.add({"k:1", "booking.confirmed", "i", "u_1"}));
  EXPECT_EQ(table.finish(), "POSITION  TYPE\nk:1       booking.confirmed\n");
}

TEST(Table, KeepsRowsToLearnTheirWidthsAndThenStreams) {
  Table table({{.head = "A"}, {.head = "N", .is_number = true}}, {}, {.rows_kept = 2});
  EXPECT_EQ(table.add({"long", "7"}), "");
  EXPECT_EQ(table.add_note("  a note"), "");
  EXPECT_EQ(table.add({"x", "1234"}), "A        N\nlong     7\n  a note\nx     1234\n");
  EXPECT_EQ(table.add({"y", "5"}), "y        5\n");
  EXPECT_EQ(table.finish(), "");
}

TEST(Table, ColoursAreForWhoWantsThem) {
  const std::vector<Column> columns = {{.head = "A", .paint = Paint::kCyan}, {.head = "B"}};
  Table colored(columns, {.color = true});
  static_cast<void>(colored.add({"x", Cell("y", Paint::kRed)}));
  EXPECT_EQ(colored.finish(),
            "\x1b[1mA\x1b[0m  \x1b[1mB\x1b[0m\n\x1b[36mx\x1b[0m  \x1b[31my\x1b[0m\n");
  Table plain(columns, {.color = false});
  static_cast<void>(plain.add({"x", Cell("y", Paint::kRed)}));
  EXPECT_EQ(plain.finish(), "A  B\nx  y\n");
}

TEST(Table, NoRowIsEverWiderThanTheTerminal) {
  std::mt19937 random(20261130);
  const auto text = [&random](std::size_t max) {
    std::string out;
    for (std::size_t n = random() % max; n > 0; --n) out += random() % 8 == 0 ? "本" : "x";
    return out;
  };
  for (int round = 0; round < 2000; ++round) {
    const std::size_t columns = 20 + random() % 120;
    Table table(kColumns, {.columns = columns}, {.rows_kept = random() % 4});
    std::string out;
    for (int n = 0; n < 6; ++n) {
      const std::string position = "k3f9:" + std::to_string(random());
      out += table.add({position, text(30), text(random() % 5 == 0 ? 200 : 40), text(300)});
      if (random() % 3 == 0) out += table.add_note(text(200));
      out += n == 5 ? table.finish() : "";
      if (n == 5) {
        EXPECT_NE(out.find(position), std::string::npos) << out;
      }
    }
    for (const std::string& line : lines_of(out)) ASSERT_LE(text_width(line), columns) << line;
  }
}

}  // namespace
}  // namespace courtside
