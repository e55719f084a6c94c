// Goal: the advice of the outbox's messages, of `courtside outbox status` and of docs/postgres.md,
// followed literally from the reader's situation, leads to every row being read.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/e2e/outbox/support/outbox_command.h"
#include "tests/e2e/outbox/support/test_outbox.h"

namespace courtside::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

bool is_refused(const Json& status) { return status["state"].text() == "refused"; }
bool is_reading(const Json& status) { return status["state"].text() == "reading"; }

class Remedy : public OutboxTest {
 protected:
  // Inserts a copied row, with an old or future number.
  void copy_row(const std::string& id, const std::string& txid) const {
    sql("INSERT INTO \"EventOutbox\"(\"eventId\",type,\"aggregateType\",\"aggregateId\",txid) "
        "VALUES ('" +
        id + "','note.added','note','" + id + "'," + txid + ")");
  }
  void note(const std::string& id) {
    commit({.id = id, .booking = id, .type = "note.added", .payload = "{}"});
  }
  // The output of `courtside outbox status`.
  std::string printed() const {
    return outbox_command(
        {"status", "--url", "http://127.0.0.1:" + std::to_string(server_->port()), "-o", "table"});
  }
  // The statement after `run `, up to the end of the line.
  static std::string statement(const std::string& text, const std::string& verb) {
    const std::size_t begin = text.find("run " + verb);
    if (begin == std::string::npos) give_up("there is no " + verb + " in " + text);
    return text.substr(begin + 4, text.find('\n', begin) - begin - 4);
  }
  // The SQL block in docs/postgres.md that contains `word`.
  static std::string block(const std::string& word) {
    std::ifstream file(std::string(COURTSIDE_SOURCE_DIR) + "/docs/postgres.md");
    std::ostringstream page;
    page << file.rdbuf();
    const std::string text = page.str();
    const std::size_t at = text.find(word);
    if (at == std::string::npos) give_up("docs/postgres.md has no " + word);
    const std::size_t begin = text.rfind("```sql\n", at) + 7;
    return text.substr(begin, text.find("```", begin) - begin);
  }
  // The source's object when it counts `rows` rows of `kind`.
  Json status_with(const std::string& kind, int rows) {
    return status_when([&](const Json& each) { return each["lag"][kind].number() == rows; });
  }
  void wait_for_events(int count) {
    status_when([&](const Json& each) { return each["events"].number() == count; });
  }
  // Waits until retention has removed all events.
  void wait_until_dropped() {
    status_when([this](const Json&) { return logged().empty(); });
  }
  // Two rows that were read and whose events are gone, and one that was never read. The table was
  // rewritten, so nothing distinguishes them.
  void make_uncertain_rows() {
    serve({"--retention-age", "1s", "--outbox-watch", "100ms"});
    note("n0");
    note("n1");
    wait_for_events(2);
    wait_until_dropped();
    sql("ALTER TABLE \"EventOutbox\" ALTER COLUMN \"schemaVersion\" TYPE bigint");
    copy_row("copied", "7");
    status_with("uncertain", 3);
  }
  // The text between backticks that contains `word`.
  static std::string setting(const std::string& text, const std::string& word) {
    const std::size_t at = text.find(word);
    if (at == std::string::npos) give_up("there is no " + word + " in " + text);
    const std::size_t begin = text.rfind('`', at) + 1;
    return text.substr(begin, text.find('`', at) - begin);
  }
};

TEST_F(Remedy, RowsWithNumbersThatAreYetToComeAreReadAfterTheUpdate) {
  serve();
  note("n0");
  logged_when(1);
  copy_row("copied1", "900000000");
  // The refusal comes while connected, and again after a reconnect.
  const std::string detail = status_when(is_refused)["detail"].text();
  serve();
  EXPECT_EQ(status_when(is_refused)["detail"].text(), detail);
  for (const char* id : {"n1", "n2", "n3"}) note(id);
  sql(statement(printed(), "UPDATE"));
  serve();
  EXPECT_EQ(logged_when(5), "booking:n0 booking:n1 booking:n2 booking:n3 note:copied1");
  EXPECT_EQ(status_when(is_reading)["lag"]["rows"].number(), 0);
}

// A dump of one cluster, restored in another.
TEST_F(Remedy, ARestartWaitsForTheUpdateAndBothTogetherReadARestoredDatabase) {
  serve();
  note("n0");
  logged_when(1);
  url_ = make_outbox();
  copy_row("n0", "800000000");
  copy_row("n1", "800000001");
  serve();
  const std::string place = status_when(is_refused)["place"].text();
  const std::string accepted = setting(printed(), ":restart@");
  serve({"--outbox-accept-database", accepted});
  const Json refused = status_when([](const Json& status) {
    return is_refused(status) && status["detail"].text().find("UPDATE") != std::string::npos;
  });
  EXPECT_EQ(refused["place"].text(), place);
  sql(statement(printed(), "UPDATE"));
  note("n2");
  serve({"--outbox-accept-database", accepted});
  EXPECT_EQ(logged_when(3), "booking:n0 note:n1 booking:n2");
}

TEST_F(Remedy, RowsWithNumbersThatHaveGoneByAreToldKeptAndReadAfterTheStatement) {
  serve({"--outbox-keep", "0s"});
  note("n0");
  logged_when(1);
  copy_row("copied0", "0");
  copy_row("copied7", "7");
  const Json status =
      status_when([](const Json& each) { return each["lag"]["skipped"].number() == 2; });
  EXPECT_EQ(status["state"].text(), "reading");
  note("n1");
  logged_when(2);
  EXPECT_EQ(*metric(*http_, "courtside_outbox_skipped_rows"), 2);
  EXPECT_THAT(printed(), HasSubstr("\n  2 rows were never read\n"));
  EXPECT_THAT(server_->process().output(), HasSubstr("were never read"));
  EXPECT_EQ(sql("SELECT string_agg(\"eventId\", ' ' ORDER BY \"eventId\") FROM "
                "\"EventOutboxRejected\""),
            "copied0 copied7");
  sql(statement(printed(), "WITH"));
  EXPECT_EQ(logged_when(4), "booking:n0 booking:n1 note:copied0 note:copied7");
  status_when([](const Json& each) { return each["lag"]["skipped"].number() == 0; });
  status_when([](const Json& each) { return each["detail"].text().empty(); });
}

TEST_F(Remedy, RowsWhoseEventsMayHaveBeenDroppedAreToldAndKeptAndNothingIsPrintedToRun) {
  make_uncertain_rows();
  const Json status = status_with("uncertain", 3);
  EXPECT_EQ(status["state"].text(), "reading");
  EXPECT_EQ(status["lag"]["skipped"].number(), 0);
  EXPECT_EQ(status["lag"]["rejected"].number(), 0);
  EXPECT_EQ(*metric(*http_, "courtside_outbox_uncertain_rows"), 3);
  EXPECT_EQ(*metric(*http_, "courtside_outbox_skipped_rows"), 0);
  EXPECT_THAT(
      printed(),
      AllOf(HasSubstr("\n  3 rows are uncertain: they may or may not have been read\n"),
            HasSubstr("see \"Uncertain rows\" in docs/postgres.md"), Not(HasSubstr("run "))));
  EXPECT_THAT(server_->process().output(), HasSubstr("it is uncertain whether they were read"));
  EXPECT_EQ(sql("SELECT count(*) FROM \"EventOutbox\""), "3");
}

// Rows reported before retention removed events were certainly never read.
TEST_F(Remedy, ThePrintedStatementLeavesUncertainRowsAsTheyAre) {
  serve();
  note("n0");
  logged_when(1);
  copy_row("copied7", "7");
  status_with("skipped", 1);
  serve({"--retention-age", "1s", "--outbox-watch", "100ms"});
  wait_until_dropped();
  copy_row("copied8", "8");
  status_with("uncertain", 1);
  sql(statement(printed(), "WITH"));
  status_with("skipped", 0);
  wait_for_events(1);
  EXPECT_EQ(sql("SELECT \"eventId\" FROM \"EventOutboxRejected\""), "copied8");
  status_with("uncertain", 1);
}

// As in docs/postgres.md, including its warning.
TEST_F(Remedy, UncertainRowsArePublishedOnceMoreOnlyWhenSomebodySaysSo) {
  make_uncertain_rows();
  EXPECT_EQ(sql(block("uncertain:%' ORDER BY")), "copied");  // the first of three
  sql(block("UPDATE \"EventOutbox\" o"));
  wait_for_events(5);
  status_with("uncertain", 0);
}

TEST_F(Remedy, UncertainRowsAreLetGoWhenSomebodySaysSo) {
  make_uncertain_rows();
  sql(block("DELETE FROM \"EventOutbox\" o"));
  EXPECT_EQ(status_with("uncertain", 0)["events"].number(), 2);
  EXPECT_EQ(sql("SELECT count(*) FROM \"EventOutbox\""), "0");
  serve();
  note("n2");
  wait_for_events(1);
  EXPECT_EQ(logged(), "booking:n2");
  EXPECT_EQ(status_when(is_reading)["lag"]["uncertain"].number(), 0);
}

// A large table needs several checks; they do not wait for outbox.watch in between.
TEST_F(Remedy, ARowFarBehindThePlaceIsToldSoon) {
  serve();
  note("n0");
  logged_when(1);
  // More rows than one check covers, already reported, before the one that is not.
  sql("INSERT INTO \"EventOutbox\"(\"eventId\",type,\"aggregateType\",\"aggregateId\",txid) "
      "SELECT 'told' || i,'note.added','note','n' || i,7 FROM generate_series(1,6000) i; "
      "INSERT INTO \"EventOutboxRejected\"(\"source\",\"place\",\"reason\") "
      "SELECT 'platform',txid || ':' || position,'told' FROM \"EventOutbox\" WHERE txid = 7");
  copy_row("copied", "8");
  serve({"--outbox-watch", "1h"});
  status_with("skipped", 1);
}

TEST_F(Remedy, AWrongDatabaseIsNamedAndTheRightOneIsReadAsIfNothingHadBeen) {
  serve();
  note("n0");
  logged_when(1);
  const std::string right = status_when(is_reading)["database"].text();
  const std::string url = url_;
  url_ = make_outbox();
  serve();
  const Json refused = status_when(is_refused);
  EXPECT_THAT(refused["detail"].text(),
              AllOf(HasSubstr("this is database " + refused["database"].text() +
                              ", and what was read before is of " + right),
                    HasSubstr("if outbox.url names a wrong database, name the right one"),
                    Not(HasSubstr("continue"))));
  url_ = url;
  serve();
  note("n1");
  EXPECT_EQ(logged_when(2), "booking:n0 booking:n1");
}

// As in docs/postgres.md.
TEST_F(Remedy, ARejectedRowIsSentAgainOnceItIsMended) {
  serve({"--outbox-keep", "0s"});
  commit({.id = "e_1", .version = 1});
  commit({.id = "e_2", .version = 2, .payload = R"({"bookingId":"another"})"});
  status_when([](const Json& each) { return each["lag"]["rejected"].number() == 1; });
  EXPECT_EQ(sql(block("SELECT \"place\"")), sql("SELECT \"txid\" || ':' || \"position\" FROM "
                                                "\"EventOutbox\" WHERE \"eventId\" = 'e_2'"));
  sql(block("UPDATE \"EventOutbox\""));
  EXPECT_EQ(logged_when(2), "booking:b_1/1 booking:b_1/2");
  status_when([](const Json& each) { return each["lag"]["rejected"].number() == 0; });
}

TEST_F(Remedy, ALostSlotIsMadeAnewAndReadFromThere) {
  const MessageOutbox outbox = make_message_outbox();
  url_ = outbox.url;
  const std::vector<std::string> flags(outbox.flags.begin() + 2, outbox.flags.end());
  const std::string slot = flags.back();
  const auto emit = [this](const std::string& id) {
    sql("SELECT pg_logical_emit_message(true, 'courtside', '{\"eventId\":\"" + id +
        "\",\"type\":\"note.added\",\"aggregateType\":\"note\",\"aggregateId\":\"" + id + "\"}')");
  };
  const auto install = [&] {
    install_outbox(url_, {"--kind", "messages"}, {"COURTSIDE_OUTBOX_SLOT=" + slot});
  };
  serve(flags);
  emit("n0");
  logged_when(1);
  ASSERT_EQ(server_->terminate(), 0);
  sql("SELECT pg_drop_replication_slot('" + slot + "')");
  serve(flags);
  EXPECT_THAT(status_when(is_refused)["detail"].text(),
              HasSubstr("`courtside outbox install --kind messages` makes it"));
  install();
  const Json refused = status_when([](const Json& status) {
    return is_refused(status) && status["detail"].text().find("restart@") != std::string::npos;
  });
  std::vector<std::string> more = flags;
  more.insert(more.end(), {"--outbox-accept-database", setting(printed(), ":restart@")});
  emit("n1");
  serve(more);
  EXPECT_EQ(logged_when(2), "note:n0 note:n1");
}

TEST_F(Remedy, AMessageThatIsNotTransactionalIsCountedAndNamed) {
  const MessageOutbox outbox = make_message_outbox();
  url_ = outbox.url;
  serve({outbox.flags.begin() + 2, outbox.flags.end()});
  wait_until_reading();
  sql("SELECT pg_logical_emit_message(false, 'courtside', '{}')");
  status_when([](const Json& each) { return each["ignored"].number() == 1; });
  EXPECT_EQ(*metric(*http_, "courtside_outbox_ignored_total"), 1);
  EXPECT_THAT(printed(), HasSubstr("1 message was not transactional, and is no event"));
  EXPECT_THAT(server_->process().output(),
              HasSubstr("its first argument of pg_logical_emit_message must be true"));
}

}  // namespace
}  // namespace courtside::e2e
