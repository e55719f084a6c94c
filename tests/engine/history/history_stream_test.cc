// Goal: a history stream reads on only when its connection has room, ends cleanly only when
// complete, is cut in all other cases, and appends audit events that tell how much was read.
#include "engine/history/history_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

using fixtures::SmallLog;

// Records the stream's calls as text; the test decides when parts are read.
class Host final : public HistoryHost {
 public:
  void read_part(std::shared_ptr<HistorySource> asked) override {
    source = std::move(asked);
    say("read");
  }
  std::optional<Result<ReadGrant>> check_history(const Identity&, const std::vector<std::string>&,
                                                 std::uint64_t number) override {
    attempt = number;
    say("check");
    return std::nullopt;
  }
  Result<std::string> trace_history(const HistoryTrace& trace) override {
    std::string text = trace.export_name.empty() ? "queried" : "exported";
    if (trace.rows) text += " " + std::to_string(*trace.rows);
    if (trace.complete) text += " whole";
    if (!trace.causationid.empty()) text += " of " + std::string(trace.causationid);
    say(text);
    if (log_is_full) return fail(Code::overloaded, "full");
    return "t" + std::to_string(++traces);
  }
  bool awaits_traces() const override { return is_trace_awaited; }
  void refuse_history(const Error& error) override {
    say("refuse " + std::string(info(error.code).name));
  }
  void start_history(const std::string&, const std::string&) override { say("start"); }
  void send_history(std::string bytes) override {
    sent += bytes;
    say("send");
  }
  void end_history() override { say("end"); }
  void cut_history(std::string_view) override { say("cut"); }
  bool congested() const override { return is_congested; }
  std::uint64_t history_bytes_taken() const override { return bytes_taken; }

  std::string said() { return std::exchange(words_, ""); }

  std::shared_ptr<HistorySource> source;
  std::string sent;
  std::uint64_t attempt = 0;
  std::uint64_t bytes_taken = 0;
  int traces = 0;
  bool is_congested = false;
  bool is_trace_awaited = false;
  bool log_is_full = false;

 private:
  void say(const std::string& word) { words_ += (words_.empty() ? "" : ", ") + word; }
  std::string words_;
};

constexpr std::size_t kStreamed = 800;  // three parts of up to 64 KiB

class HistoryStreamTest : public ::testing::Test {
 protected:
  void SetUp() override { log.commit(kStreamed, "user:1"); }

  HistoryStream& open(bool audited = false, const std::string& export_name = "",
                      const std::function<void(HistoryStream::Terms&)>& more = {}) {
    HistoryStream::Terms terms;
    terms.reader.actor = "who";
    terms.audited = audited;
    terms.export_name = export_name;
    terms.recheck_ms = 60'000;
    terms.stall_ms = 1000;
    if (more) more(terms);
    HistorySource::Request request;
    request.query = query;
    request.held = log.held();
    auto source = std::make_shared<HistorySource>(log.log, log.pages, projections, request);
    stream.emplace(host, std::move(terms), std::move(source), 0);
    stream->begin();
    return *stream;
  }
  std::string part() {
    stream->on_part(host.source->read());
    return host.said();
  }
  std::uint64_t lines() const {
    return static_cast<std::uint64_t>(std::count(host.sent.begin(), host.sent.end(), '\n'));
  }

  SmallLog log;
  HistoryQuery query;
  Projections projections = *Projections::make({});
  Host host;
  std::optional<HistoryStream> stream;
};

TEST_F(HistoryStreamTest, ReadsPartByPartToTheEnd) {
  open();
  EXPECT_EQ(host.said(), "read");
  EXPECT_EQ(part(), "start, send, read");
  log.commit(10, "user:1");  // appended later: not in the window
  EXPECT_EQ(part(), "send, read");
  EXPECT_EQ(part(), "send, end");
  EXPECT_TRUE(stream->over());
  EXPECT_EQ(lines(), kStreamed);
}

TEST_F(HistoryStreamTest, AReaderWithoutRoomIsWaitedFor) {
  open();
  host.is_congested = true;
  host.said();
  EXPECT_EQ(part(), "start, send");
  stream->on_drained();
  EXPECT_EQ(host.said(), "");  // still congested
  host.is_congested = false;
  stream->on_drained();
  EXPECT_EQ(host.said(), "read");
  stream->on_drained();
  EXPECT_EQ(host.said(), "") << "one read at a time";
}

TEST_F(HistoryStreamTest, AReaderThatTakesNothingIsCut) {
  open();
  part();
  stream->on_tick(5000, 0);
  EXPECT_FALSE(stream->over()) << "it waits for us, not we for it";
  host.is_congested = true;
  part();
  stream->on_tick(5500, 0);
  EXPECT_FALSE(stream->over());
  host.bytes_taken = 1;
  stream->on_tick(6499, 0);
  stream->on_tick(7498, 0);
  EXPECT_FALSE(stream->over());
  host.said();
  stream->on_tick(7499, 0);
  EXPECT_EQ(host.said(), "cut");
}

// A reader of one byte a minute would occupy a place like a reader of a gigabyte.
TEST_F(HistoryStreamTest, AReaderThatTakesTooLittleIsCut) {
  const auto cut_at = [this](std::uint64_t bytes_a_tick) -> std::uint64_t {
    host.is_congested = false;
    open(false, "", [](HistoryStream::Terms& terms) { terms.bytes_per_second = 1000; });
    host.is_congested = true;
    part();
    for (std::uint64_t now_ms = 100; now_ms <= 5000; now_ms += 100) {
      host.bytes_taken += bytes_a_tick;
      stream->on_tick(now_ms, 0);
      if (stream->over()) return now_ms;
    }
    return 0;
  };
  EXPECT_EQ(cut_at(0), 1000u);
  EXPECT_EQ(cut_at(1), 1000u);
  EXPECT_EQ(cut_at(99), 1000u);
  EXPECT_EQ(cut_at(100), 0u);
  EXPECT_EQ(cut_at(100'000), 0u);
}

TEST_F(HistoryStreamTest, OfAnAuditedOneTheTraceSaysHowMany) {
  open(/*audited=*/true);
  host.said();
  EXPECT_EQ(part(), "queried, start, send, read");
  EXPECT_EQ(part(), "send, read");
  EXPECT_EQ(part(), "send, queried 800 whole of t1, end");
}

TEST_F(HistoryStreamTest, OneTraceIsEnoughForWhatIsReadAtOnce) {
  query.limit = 7;
  query.limited = true;
  open(/*audited=*/true, "e1");
  host.said();
  EXPECT_EQ(part(), "exported 7 whole, start, send, end");
  EXPECT_EQ(lines(), 7u);
}

TEST_F(HistoryStreamTest, NothingIsShownBeforeItsTraceIsOnTheDisk) {
  host.is_trace_awaited = true;
  open(/*audited=*/true);
  host.said();
  EXPECT_EQ(part(), "queried");
  // Neither room nor a renewed grant nor time shows it earlier.
  stream->on_drained();
  stream->on_rights_change();
  EXPECT_EQ(host.said(), "check");
  stream->on_checked(host.attempt, ReadGrant{});
  stream->on_tick(5'000, 0);
  EXPECT_EQ(host.said(), "");
  host.is_trace_awaited = false;
  stream->on_traced();
  EXPECT_EQ(host.said(), "start, send, read");
  EXPECT_EQ(part(), "send, read");
  EXPECT_EQ(part(), "send, queried 800 whole of t1, end");
}

TEST_F(HistoryStreamTest, ARightThatEndsBeforeTheTraceIsOnTheDiskShowsNothing) {
  host.is_trace_awaited = true;
  open(/*audited=*/true);
  part();
  host.said();
  stream->on_rights_change();
  stream->on_traced();
  stream->on_checked(host.attempt, fail(Code::forbidden, "no"));
  EXPECT_EQ(host.said(), "check, refuse forbidden");
  EXPECT_EQ(host.sent, "");
}

TEST_F(HistoryStreamTest, NothingIsShownWithoutATrace) {
  host.log_is_full = true;
  open(/*audited=*/true);
  host.said();
  EXPECT_EQ(part(), "queried, refuse overloaded");
  EXPECT_EQ(host.sent, "");
}

TEST_F(HistoryStreamTest, ACutOneSaysWhatItHadSent) {
  open(/*audited=*/true);
  part();
  stream->on_gone();
  EXPECT_EQ(host.said(), "queried " + std::to_string(lines()) + " of t1");
  EXPECT_GT(lines(), 0u);
  EXPECT_LT(lines(), kStreamed);
  stream->on_part(host.source->read());
  EXPECT_EQ(host.said(), "") << "what was being read is dropped";
}

TEST_F(HistoryStreamTest, RetentionThatOvertakesItCutsIt) {
  open();
  part();
  log.commit(8000, "other:1");  // pages in memory are returned even then
  log.drop_below(600);
  EXPECT_EQ(part(), "cut");
}

TEST_F(HistoryStreamTest, RetentionThatOvertakesADescendingOneWithABeginningCutsIt) {
  query.order = Direction::kDescending;
  query.after = "e:17";
  open();
  part();
  log.drop_below(600);
  EXPECT_EQ(part(), "cut") << "of what is still to come some are gone";
}

// With permanent retention it would otherwise never end.
TEST_F(HistoryStreamTest, ADescendingOneEndsWhereTheLogBeginsByThen) {
  query.order = Direction::kDescending;
  for (const std::uint64_t begin :
       {std::uint64_t{100}, std::uint64_t{799}}) {  // before and after the read position
    log.commit(kStreamed, "user:1");
    host.sent.clear();
    open(/*audited=*/true);
    part();
    const std::uint64_t before = lines();
    log.drop_below(log.held().end.value() - kStreamed + begin);
    std::string last;
    while (!stream->over()) last = part();
    EXPECT_EQ(lines(), std::max(before, kStreamed - begin));
    EXPECT_NE(last.find(" whole of "), std::string::npos) << last;
    EXPECT_EQ(host.source->after(), "e:" + std::to_string(log.held().end.value() - 1 - lines()));
  }
}

TEST_F(HistoryStreamTest, BeforeTheFirstByteItBeginsAtWhatIsHeld) {
  open();
  log.commit(8000, "other:1");
  log.drop_below(501);
  host.said();
  EXPECT_EQ(part(), "start, send, end");
  EXPECT_EQ(lines(), 300u);
  EXPECT_EQ(host.source->after(), "e:500");
}

TEST_F(HistoryStreamTest, APositionThatIsGoneIsAnAnswerOfItsOwn) {
  query.after = "e:17";
  open();
  log.drop_below(501);
  host.said();
  EXPECT_EQ(part(), "refuse position_expired");
}

TEST_F(HistoryStreamTest, ItStandsStillWhileTheRightIsLookedAt) {
  open();
  part();
  stream->on_rights_change();
  EXPECT_EQ(host.said(), "check");
  EXPECT_EQ(part(), "") << "kept";
  stream->on_checked(host.attempt, ReadGrant{});
  EXPECT_EQ(host.said(), "send, read");
  stream->on_rights_change();
  host.said();
  stream->on_checked(host.attempt, fail(Code::forbidden, "no more"));
  EXPECT_EQ(host.said(), "cut");
}

// As for a session's subscription and an event stream: a short database outage ends nothing.
TEST_F(HistoryStreamTest, ARightThatCannotBeLookedUpPausesIt) {
  open();
  host.said();
  EXPECT_EQ(part(), "start, send, read");
  stream->on_rights_change();
  stream->on_checked(host.attempt, fail(Code::overloaded, "the database does not answer"));
  EXPECT_EQ(part(), "check");
  stream->on_tick(250, 0);
  EXPECT_EQ(host.said(), "check");
  stream->on_checked(host.attempt, ReadGrant{});
  EXPECT_EQ(host.said(), "send, read");
  stream->on_rights_change();
  stream->on_checked(host.attempt, fail(Code::overloaded, "the database does not answer"));
  stream->on_tick(ReaderRights::kUnknownMsMax + 250, 0);
  host.said();
  stream->on_checked(host.attempt, fail(Code::overloaded, "the database does not answer"));
  EXPECT_EQ(host.said(), "cut");
}

TEST_F(HistoryStreamTest, OtherFieldsFromNowOnCutIt) {
  open();
  part();
  stream->on_rights_change();
  host.said();
  stream->on_checked(host.attempt,
                     ReadGrant{.channels = {}, .unmasked_permissions = {"more"}, .audited = false});
  EXPECT_EQ(host.said(), "cut");
}

TEST_F(HistoryStreamTest, ARightThatLeavesATraceInThePlaceOfOneThatLeavesNoneCutsIt) {
  open();
  part();
  stream->on_rights_change();
  host.said();
  stream->on_checked(host.attempt,
                     ReadGrant{.channels = {}, .unmasked_permissions = {}, .audited = true});
  EXPECT_EQ(host.said(), "cut");
}

TEST_F(HistoryStreamTest, ATokenThatEndsCutsIt) {
  open(false, "", [](HistoryStream::Terms& terms) {
    terms.reader.expires_s = 100;
    terms.leeway_s = 5;
  });
  part();
  stream->on_tick(1, 104);
  EXPECT_EQ(host.said(), "");
  stream->on_tick(2, 105);
  EXPECT_EQ(host.said(), "cut");
}

TEST_F(HistoryStreamTest, RightsAreLookedAtAgainEveryNowAndThen) {
  open();
  part();
  stream->on_tick(59'999, 0);
  EXPECT_EQ(host.said(), "");
  stream->on_tick(60'000, 0);
  EXPECT_EQ(host.said(), "check");
  EXPECT_EQ(part(), "send, read") << "it does not wait for that";
}

TEST_F(HistoryStreamTest, HeadHasNoBodyAndReadsNoFurther) {
  open(/*audited=*/true, "", [](HistoryStream::Terms& terms) { terms.head_only = true; });
  host.said();
  EXPECT_EQ(part(), "queried, start, queried 0 of t1, end");
}

TEST_F(HistoryStreamTest, DescendingGivesTheSameTheOtherWayRound) {
  const auto read_all = [&](Direction order) {
    query.order = order;
    host.sent.clear();
    open();
    while (!stream->over()) part();
    std::vector<std::string> all;
    for (std::size_t at = 0; at < host.sent.size();) {
      const std::size_t end = host.sent.find('\n', at);
      all.push_back(host.sent.substr(at, end - at));
      at = end + 1;
    }
    return all;
  };
  std::vector<std::string> ascending = read_all(Direction::kAscending);
  std::reverse(ascending.begin(), ascending.end());
  EXPECT_EQ(read_all(Direction::kDescending), ascending);
  EXPECT_EQ(ascending.size(), kStreamed);
}

}  // namespace
}  // namespace courtside
