// Goal: NDJSON and CSV readers can read the events back: one event per line, every cell unchanged,
// and no cell that a spreadsheet would run as a formula.
#include "schema/event_lines.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "schema/json_reader.h"
#include "tests/schema/event_fixture.h"

namespace courtside {
namespace {

// A CSV reader by the grammar of RFC 4180, section 2. It shares no code with the writer.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::size_t i = 0;
  while (i < text.size()) {
    std::vector<std::string> row;
    for (bool more = true; more;) {
      std::string cell;
      if (i < text.size() && text[i] == '"') {
        for (++i; text.at(i) != '"' || (i + 1 < text.size() && text[i + 1] == '"'); ++i) {
          if (text[i] == '"') ++i;
          cell += text[i];
        }
        ++i;
      } else {
        while (text.at(i) != ',' && text[i] != '\r') {
          EXPECT_TRUE(text[i] != '"' && text[i] != '\n') << "a bare cell holds " << text[i];
          cell += text[i++];
        }
      }
      row.push_back(cell);
      more = text.at(i) == ',';
      if (more) ++i;
    }
    EXPECT_EQ(text.substr(i, 2), "\r\n");
    i += 2;
    rows.push_back(row);
  }
  return rows;
}

std::string line_of(const EventFields& fields, const Projection* projection = nullptr) {
  const std::string record = make_record(build_event(fields));
  std::string out = "\n";
  append_event_line(out, RecordView(record), projection);
  EXPECT_EQ(out.front(), '\n') << "what stood before stays";
  return out.substr(1);
}

constexpr std::size_t kData = 14;

std::vector<std::string> row_of(const EventFields& fields, const Projection* projection = nullptr) {
  const std::string record = make_record(build_event(fields));
  std::string out;
  append_event_row(out, RecordView(record), "k3f9", projection);
  const auto rows = parse_csv(out);
  EXPECT_EQ(rows.size(), 1u) << out;
  return rows.empty() ? std::vector<std::string>(kData + 1) : rows.front();
}

TEST(EventLines, ALineIsTheCloudEvent) {
  const std::string record = make_record(build_event(full_fields()));
  std::string event;
  append_cloudevent(event, RecordView(record), {});
  EXPECT_EQ(line_of(full_fields()), event + "\n");
}

TEST(EventLines, LineBreaksOfTheDataAreSpaces) {
  const EventFields fields = {
      .id = "1", .data_kind = DataKind::kJson, .data = "{\r\n \"a\":\n\"x\\ny\"\r}"};
  const std::string line = line_of(fields);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line.find('\r'), std::string::npos);
  EXPECT_NE(line.find(R"("data":{   "a": "x\ny" })"), std::string::npos) << line;
  EXPECT_EQ(row_of(fields)[kData], R"({   "a": "x\ny" })");
}

TEST(EventLines, ARowHasTheColumnsOfItsHead) {
  const auto head = parse_csv(std::string(kEventRowHead)).front();
  EXPECT_EQ(head, (std::vector<std::string>{"sequence", "recordedtime", "id", "source", "type",
                                            "subject", "subjectversion", "time", "actorid",
                                            "correlationid", "causationid", "actortype",
                                            "actorrole", "position", "data"}));
  EXPECT_EQ(row_of(full_fields()),
            (std::vector<std::string>{
                "00000000000000104218", "2026-11-01T10:00:00.123456Z", "0192-a", "/web",
                "demo.happened", "booking:b_1", "18", "2026-11-01T10:00:00Z", "42", "corr-1",
                "cause-1", "USER", "VENUE_OWNER", "k3f9:104218",
                R"({ "accountId":"a_1","price": {"minor":45000,"currency":"INR"} })"}));
  EXPECT_EQ(row_of({.id = "1"})[kData], "");
  EXPECT_EQ(row_of({.id = "1", .data_kind = DataKind::kBinary, .data = "\1\2"})[kData], "AQI=");
}

TEST(EventLines, AProjectionHidesInBoth) {
  const Projection projection = {
      .name = "p", .data_fields = {"price.*"}, .listed_are_hidden = false, .hide_actor = true};
  const std::string line = line_of(full_fields(), &projection);
  EXPECT_EQ(line.find("a_1"), std::string::npos) << line;
  EXPECT_EQ(line.find("corr-1"), std::string::npos) << line;
  const auto row = row_of(full_fields(), &projection);
  for (std::size_t of_actor = 8; of_actor <= 12; ++of_actor) EXPECT_EQ(row[of_actor], "");
  EXPECT_EQ(row[kData], R"({"price":{"minor":45000,"currency":"INR"}})");
}

std::string cell(const std::string& text) {
  std::string out;
  append_csv_cell(out, text);
  return out;
}

TEST(EventLines, CellsAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(cell(""), "");
  EXPECT_EQ(cell("plain text"), "plain text");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(cell("two\r\nlines"), "\"two\r\nlines\"");
}

TEST(EventLines, AFormulaIsMadeHarmless) {
  EXPECT_EQ(cell("=1+1"), "'=1+1");
  EXPECT_EQ(cell("+1"), "'+1");
  EXPECT_EQ(cell("-1"), "'-1");
  EXPECT_EQ(cell("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(cell("\tx"), "'\tx");
  EXPECT_EQ(cell("\rx"), "\"'\rx\"");
  EXPECT_EQ(cell("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
  EXPECT_EQ(cell("a=1"), "a=1");
  EXPECT_EQ(row_of({.id = "=cmd", .source = "@x", .actorid = "-2"})[2], "'=cmd");
}

// Random texts of the critical characters come back, except for the apostrophe before a formula.
TEST(EventLines, RowsOfAnythingComeBack) {
  std::mt19937 random(20261123);
  constexpr std::string_view kLetters = "ab,\"\r\n '=+-@\t;";
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> texts(1 + random() % 5);
    std::string out;
    for (std::string& text : texts) {
      for (std::size_t n = random() % 8; n > 0; --n) text += kLetters[random() % kLetters.size()];
      if (&text != texts.data()) out += ',';
      append_csv_cell(out, text);
      if (!text.empty() && std::string("=+-@\t\r").find(text[0]) != std::string::npos) {
        text.insert(0, "'");
      }
    }
    const auto rows = parse_csv(out + "\r\n");
    ASSERT_EQ(rows.size(), 1u) << out;
    EXPECT_EQ(rows[0], texts) << out;
  }
}

}  // namespace
}  // namespace courtside
