// Goal: the files that are made from the code say what the code says.
#include "tests/house/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "engine/config/settings.h"
#include "schema/catalogue.h"
#include "schema/data_schema.h"
#include "tests/house/tree.h"

namespace courtside::house {
namespace {

using testing::HasSubstr;

TEST(Pages, AreWhatScriptGenerateWrites) {
  for (const Page& page : pages(COURTSIDE_SOURCE_DIR)) {
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
    for (const auto& [event, meaning] : family.events) {
      EXPECT_THAT(module, HasSubstr("\n      \"" + std::string(event) + "\",\n")) << family.name;
    }
  }
  EXPECT_THAT(module, HasSubstr("\n      [\"payment\", \"paymentId\"],\n"));
  EXPECT_THAT(module, HasSubstr("\n      amount: \"money\",\n"));
  EXPECT_THAT(module, HasSubstr("\n      staff_removed: [\"accountId\"],\n"));
  EXPECT_THAT(module, HasSubstr("\n  \"assigneeId\",\n"));
  EXPECT_THAT(module, HasSubstr("\n  \"WHATSAPP\",\n"));
}

TEST(Pages, HaveATypeForTheDataOfEveryEvent) {
  const std::string types = client_catalogue();
  for (const EventFamily& family : catalogue()) {
    for (const auto& [event, meaning] : family.events) {
      EXPECT_THAT(types, HasSubstr(sentence(meaning) + " */\n  \"" + std::string(family.name) +
                                   "." + std::string(event) + "\": "));
    }
  }
  EXPECT_THAT(types, HasSubstr("  \"booking.created\": BookingData;\n"));
  EXPECT_THAT(types, HasSubstr("  \"chat.participant_added\": ChatRightsData;\n"));
  EXPECT_THAT(types, HasSubstr("interface SessionData extends CatalogueIds {\n"
                               "  accountId: string;\n"));
  EXPECT_THAT(types, HasSubstr("must be there: `refundId` or `paymentId` or `bookingId`.\n"));
}

TEST(Pages, HaveTheTextsOfTheFilesThatTheirBlocksName) {
  const std::string folder = std::string(COURTSIDE_SOURCE_DIR) + "/deploy/proxies";
  const std::string page =
      with_files("a\n```nginx nginx-short.conf\nold\n```\nb\n```sh\nls\n```\n", folder);
  EXPECT_EQ(page, "a\n```nginx nginx-short.conf\n" + read_file(folder + "/nginx-short.conf") +
                      "```\nb\n```sh\nls\n```\n");
  EXPECT_THAT(page, HasSubstr("proxy_pass"));
  const std::string whole = read_file(std::string(COURTSIDE_SOURCE_DIR) + "/docs/proxies.md");
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    EXPECT_THAT(whole, HasSubstr(" " + file.path().filename().string() + "\n"));
  }
}

// What is not made stays as it is.
TEST(Pages, KeepTheHandWrittenPartOfADocument) {
  const std::string before = "{\n    \"schemas\": {\n      \"A\": {},\n";
  const std::string after = "\n    },\n    \"responses\": {}\n";
  const std::string made =
      with_event_schemas(before + "      \"EventAttributes\": {\"old\": 1}" + after);
  EXPECT_TRUE(made.starts_with(before + "      \"EventAttributes\": {\n")) << made.substr(0, 200);
  EXPECT_TRUE(made.ends_with("      }" + after));
  EXPECT_EQ(with_event_schemas(made), made);
}

}  // namespace
}  // namespace courtside::house
