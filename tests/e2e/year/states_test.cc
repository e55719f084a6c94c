// Goal: a subject's state at any time of the year follows from its events until then, by the rules
// as documented, not as implemented in the server.
#include <map>
#include <random>
#include <set>

#include "tests/e2e/year/support/state_model.h"
#include "tests/e2e/year/support/year_fixture.h"

namespace courtside::e2e {
namespace {

struct StatesOfTheYear : YearTest {};

constexpr std::size_t kTimes = 1'000;

TEST_F(StatesOfTheYear, AtAThousandTimesAreWhatTheirEventsComeTo) {
  const std::vector<std::string> kinds = {"booking", "slot",   "payment", "refund", "notification",
                                          "chat",    "ticket", "venue",   "loyalty"};
  std::map<std::string, std::vector<YearEvent>> stories;
  for (const std::string& kind : kinds) {
    for (const std::string& subject : some(kTimes / kinds.size(), [&](const YearEvent& e) {
           return e.subject.starts_with(kind + ":") ? e.subject : std::string();
         })) {
      stories[subject];
    }
  }
  for (YearEvent& event : told([&](const YearEvent& e) { return stories.contains(e.subject); })) {
    stories[event.subject].push_back(std::move(event));
  }
  ASSERT_GT(stories.size(), kTimes / 4);

  std::mt19937_64 random(1);
  std::size_t compared = 0;
  std::set<std::string> seen;
  for (auto story = stories.begin(); compared < kTimes && !HasFailure();) {
    const auto& [subject, events] = *story;
    // Half of the times are at an event or just before it, where a state begins.
    const YearEvent& near = events[random() % events.size()];
    Micros at = near.recorded - static_cast<Micros>(random() % 2);
    if (random() % 2 == 0) {
      const auto span = static_cast<std::uint64_t>(events.back().recorded - events[0].recorded);
      at = events[0].recorded + static_cast<Micros>(random() % (span + kHour));
    }
    SCOPED_TRACE(subject + " at " + rfc3339(at));
    std::vector<YearEvent> until;
    for (const YearEvent& event : events) {
      if (event.recorded <= at) until.push_back(event);
    }
    // Each answer leaves an audit event, and accounts have a rate limit for them.
    HttpClient& http = caller("aud_" + std::to_string(compared % 20), "BMSP_SUPER_ADMIN");
    const auto answer = http.get("/v1/subjects/" + subject + "?at=" + rfc3339(at));
    if (until.empty()) {
      EXPECT_EQ(answer.status, 404);
    } else {
      EXPECT_EQ(flatten_state(answer.json()["state"]), fold_told(until));
      seen.insert(until.back().type);
    }
    ++compared;
    if (++story == stories.end()) story = stories.begin();
  }
  EXPECT_GT(seen.size(), 35u) << "types of events that a state ended with";
}

}  // namespace
}  // namespace courtside::e2e
