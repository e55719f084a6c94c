// Goal: after an older version without attribute terms has written to a log, attribute terms are
// promised only from the offset where they are complete again.
#include <gtest/gtest.h>

#include "eventlog/index/index.h"
#include "eventlog/term.h"
#include "eventlog/verify/verify_log.h"
#include "slow/patient.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

class OlderVersion : public testing::Test {
 protected:
  EventLogOptions options() const { return {.path = folder_.path(), .segment_events_max = 4}; }

  // Enough events that some are in the index's files, one commit each.
  void append_events() {
    constexpr std::size_t kEnough = 4 * (Index::kOpenSizesMax + 3);
    const auto log = open_log(options());
    for (std::size_t i = 0; i < kEnough; ++i) {
      commit(*log, {append({{std::to_string(++events_)}})});
    }
  }

  // Removes attribute terms from `begin` on, as if a version without them had written the segments.
  void strip_attributes(Offset begin) {
    Patient log(folder_.path());
    for (const auto& [key, chunk] : log.entries(Family::kIndex)) {
      if (key == kLowWaterKey || !is_attribute_term(key)) continue;
      if (Offset(number_at(std::string_view(key).substr(key.size() - 8))) >= begin) {
        log.remove(Family::kIndex, key);
      }
    }
    log.put(Family::kMeta, std::string(kAttributesThroughKey), key_text(begin));
  }

  void forget_notes() {
    Patient log(folder_.path());
    log.remove(Family::kMeta, std::string(kAttributesThroughKey));
    log.remove(Family::kMeta, "attributes from");
  }

  Offset low_water_offset() const { return Patient(folder_.path()).low_water_offset(); }
  Offset attributes_from() const { return open_log(options())->attributes_from(); }
  std::string verified() const {
    const auto log = verify_log({.path = folder_.path()});
    return log ? "sound" : log.error().message;
  }

  TempFolder folder_;
  int events_ = 0;
};

// Story: the offset where attribute terms begin was written once and then trusted for ever. A log
// that had been opened for a day with an older version answered a search by type without that day's
// events, and called the answer complete.
TEST_F(OlderVersion, AttributeTermsArePromisedFromWhereTheyAreWholeAgain) {
  append_events();
  const Offset update_undone = low_water_offset();
  EXPECT_EQ(attributes_from(), Offset(1));
  append_events();
  strip_attributes(update_undone);
  const Offset update_repeated = low_water_offset();
  ASSERT_LT(update_undone, update_repeated);
  EXPECT_EQ(verified(), "sound");  // as the older version left it

  EXPECT_EQ(attributes_from(), update_repeated);
  append_events();
  EXPECT_LT(update_repeated, low_water_offset());
  EXPECT_EQ(attributes_from(), update_repeated);
  EXPECT_EQ(verified(), "sound");

  const auto log = open_log(options());
  const OffsetRange promised{update_repeated, log->held().end};
  EXPECT_EQ(describe(*log->postings(type_term("test.happened"), promised, Direction::kAscending)),
            describe(*log->postings(subject_term("booking:b1"), promised, Direction::kAscending)));
}

TEST_F(OlderVersion, ALogBegunWithoutAttributeTermsHasThemFromItsOpening) {
  append_events();
  strip_attributes(Offset(1));
  forget_notes();
  EXPECT_EQ(verified(), "sound");
  EXPECT_EQ(attributes_from(), low_water_offset());
  EXPECT_LT(Offset(1), attributes_from());
  EXPECT_EQ(verified(), "sound");
}

// Promised terms are verified.
TEST_F(OlderVersion, AMissingAttributeTermIsDamageWhereItIsPromised) {
  append_events();
  strip_attributes(Offset(1));
  {
    Patient log(folder_.path());
    log.put(Family::kMeta, std::string(kAttributesThroughKey), key_text(log.low_water_offset()));
  }
  EXPECT_EQ(verified(), "index: term ttest.* lacks offset 1");
}

}  // namespace
}  // namespace courtside
