// Goal: a reader of Durable Streams gets each block as a JSON array with a control event directly
// behind it, and no control event that says nothing new.
#include "engine/delivery/stream_control.h"

#include <gtest/gtest.h>

#include "engine/delivery/interest.h"
#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

TEST(StreamControl, EndsABlockWithTheNextOffset) {
  StreamControl control("k3f9", 17);
  EXPECT_EQ(
      std::string(StreamControl::kBlockBegin) + "{}" + control.block_end(Offset(12), false),
      "event: data\ndata: [{}]\n\nevent: control\n"
      "data:{\"streamNextOffset\":\"k3f9_00000000000000000012\",\"streamCursor\":\"17\"}\n\n");
}

TEST(StreamControl, SaysOnlyWhatIsNew) {
  StreamControl control("e", 1);
  EXPECT_NE(control.progress(Offset(0), false), "");
  EXPECT_EQ(control.progress(Offset(0), false), "");
  EXPECT_NE(control.progress(Offset(0), true).find("\"upToDate\":true"), std::string::npos);
  EXPECT_EQ(control.progress(Offset(0), true), "");
  control.block_end(Offset(3), true);
  EXPECT_EQ(control.progress(Offset(3), true), "");
  EXPECT_NE(control.progress(Offset(4), true), "");
}

// A page and a commit make their blocks in different places.
TEST(StreamControl, ItemsOfABlockAreSeparatedByCommas) {
  fixtures::SmallLog small;
  small.commit(2, "user:1");
  Interest interest{.wire = &durable_wire(), .filter = {.channels = {"user:1"}}};
  const Result<Page> page = small.pages.read(interest.filter, {.window = small.held()});
  ASSERT_TRUE(page);
  const RenderedPage rendered = render_page("e", interest, Projections(), *page);
  const std::string text(rendered.frames.view());
  EXPECT_EQ(text.front(), '{');
  EXPECT_EQ(text.back(), '}');
  EXPECT_NE(text.find("},{\"specversion\":\"1.0\""), std::string::npos) << text;
  std::string message;
  durable_wire().append_message(message, protocol::Live{1, "e:1"});
  EXPECT_EQ(message, "");
}

}  // namespace
}  // namespace courtside
