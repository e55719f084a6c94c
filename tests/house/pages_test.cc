// Goal: the files that are made from the code say what the code says.
#include "tests/house/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "engine/config/settings.h"
#include "schema/catalogue.h"
#include "tests/house/tree.h"

namespace courtside::house {
namespace {

using testing::HasSubstr;

TEST(Pages, AreWhatScriptGenerateWrites) {
  for (const Page& page : pages()) {
    EXPECT_EQ(read_file(std::string(COURTSIDE_SOURCE_DIR) + "/" + page.path), page.text)
        << page.path << " is out of date: run script/generate";
  }
}

TEST(Pages, NameEveryCode) {
  const std::string page = codes_page();
  for (std::size_t i = 0; i < code_count(); ++i) {
    EXPECT_THAT(page, HasSubstr("\n| `" + std::string(code_at(i).name) + "` | ")) << i;
  }
  EXPECT_THAT(page, HasSubstr("| `payload_too_large` | 413 | 1009 | 65 | no | "));
  EXPECT_THAT(page, HasSubstr("| `data_in_use` | – | – | 75 | yes, "));
}

TEST(Pages, NameEverySetting) {
  const std::string page = configuration_page();
  for (const Setting& setting : settings()) {
    EXPECT_THAT(page, HasSubstr("| `" + setting.flag() + "` | `" + setting.environment() + "` |"));
  }
  EXPECT_THAT(page, HasSubstr("\n## `[limits]`\n"));
  EXPECT_THAT(page, HasSubstr("\n| `header_bytes` | `8KiB` | 1KiB ... 1MiB | "));
  EXPECT_THAT(page, HasSubstr("| `booking.*` | `booking:{data.bookingId}`, "));
  EXPECT_THAT(page, HasSubstr("channel = \"availability:*\"\n"));
}

TEST(Pages, NameEveryEventOfTheCatalogue) {
  const std::string module = catalogue_module();
  for (const EventFamily& family : catalogue()) {
    EXPECT_THAT(module, HasSubstr("\n  " + std::string(family.name) + ": {\n")) << family.name;
    for (const std::string_view event : family.events) {
      EXPECT_THAT(module, HasSubstr("\n      \"" + std::string(event) + "\",\n")) << family.name;
    }
  }
  EXPECT_THAT(module, HasSubstr("\n      [\"payment\", \"paymentId\"],\n"));
  EXPECT_THAT(module, HasSubstr("\n      amount: \"money\",\n"));
  EXPECT_THAT(module, HasSubstr("\n      staff_removed: [\"accountId\"],\n"));
  EXPECT_THAT(module, HasSubstr("\n  \"assigneeId\",\n"));
  EXPECT_THAT(module, HasSubstr("\n  \"WHATSAPP\",\n"));
}

}  // namespace
}  // namespace courtside::house
