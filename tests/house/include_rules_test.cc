// Goal: includes run downhill, each third-party header is named in one place only, and the check
// that says so finds what is planted.
#include "tests/house/include_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

namespace courtside::house {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> check(std::vector<SourceFile> tree) { return check_includes(tree); }

TEST(IncludeRules, HoldInTheTree) {
  const std::vector<SourceFile> tree = read_tree(COURTSIDE_SOURCE_DIR);
  ASSERT_GT(tree.size(), 40u) << "the tree was not found";
  std::size_t named = 0;
  for (const SourceFile& file : tree) named += includes(file).size();
  ASSERT_GT(named, 200u) << "the includes were not found";
  EXPECT_THAT(check_includes(tree), IsEmpty());
}

TEST(IncludeRules, HeadersBeginWithWhatTheyAreForAndGuardThemselves) {
  EXPECT_THAT(check_headers(read_tree(COURTSIDE_SOURCE_DIR)), IsEmpty());
}

TEST(IncludeRules, FindAnIncludeThatRunsUphill) {
  EXPECT_THAT(check({{"base/a.h", "#pragma once\n#include \"schema/event.h\"\n"}}),
              ElementsAre("base/a.h:2: base may not include schema/event.h"));
  EXPECT_THAT(check({{"eventlog/a.cc", "#include \"replay/tail.h\"\n"}}),
              ElementsAre("eventlog/a.cc:1: eventlog may not include replay/tail.h"));
  EXPECT_THAT(check({{"replay/a.cc", "#include \"transport/loop.h\"\n"}}),
              ElementsAre("replay/a.cc:1: replay may not include transport/loop.h"));
  EXPECT_THAT(
      check({{"engine/config/a.cc", "#include \"engine/delivery/hub.h\"\n"}}),
      ElementsAre("engine/config/a.cc:1: engine/config may not include engine/delivery/hub.h"));
}

// A folder may not come back to itself by way of those that it may include.
TEST(IncludeRules, HaveNoCircle) {
  std::map<std::string, std::vector<std::string>> below;
  for (const Area& area : areas()) below[area.path] = area.may_include;
  below.erase("tests");
  const std::function<bool(const std::string&, const std::string&, std::size_t)> reaches =
      [&](const std::string& from, const std::string& to, std::size_t steps_left) {
        if (steps_left == 0) return false;
        return std::any_of(below[from].begin(), below[from].end(), [&](const std::string& next) {
          return next == to || reaches(next, to, steps_left - 1);
        });
      };
  for (const Area& area : areas()) {
    if (area.path == "tests") continue;
    EXPECT_FALSE(reaches(area.path, area.path, 12)) << area.path;
  }
}

// The one session, stream and file of history of a connection know neither paths nor sockets.
TEST(IncludeRules, FindAPartOfTheEngineThatKnowsWhatIsAboveIt) {
  const auto refused = [](const std::string& file, const std::string& header) {
    return check({{file, "#include \"" + header + "\"\n"}}).size() == 1;
  };
  EXPECT_TRUE(refused("engine/http/a.cc", "engine/connection/peer.h"));
  EXPECT_TRUE(refused("engine/http/a.cc", "engine/server/shard.h"));
  EXPECT_TRUE(refused("engine/connection/a.cc", "engine/server/shard.h"));
  EXPECT_TRUE(refused("engine/session/a.cc", "transport/connection.h"));
  EXPECT_TRUE(refused("engine/session/a.cc", "engine/http/problem.h"));
  EXPECT_TRUE(refused("engine/delivery/a.cc", "transport/connection.h"));
  EXPECT_TRUE(refused("engine/history/a.cc", "engine/http/exchange.h"));
  EXPECT_TRUE(refused("cli/remote/a.cc", "engine/server/server.h"));
  EXPECT_TRUE(refused("cli/commands/a.cc", "engine/server/shard.h"));
  EXPECT_TRUE(refused("bench/a.cc", "engine/config/config.h"));
  EXPECT_TRUE(refused("eventlog/a.cc", "eventlog/index/index.h"));
}

// transport knows no events.
TEST(IncludeRules, FindTransportThatKnowsEvents) {
  for (const char* folder : {"schema", "eventlog", "replay", "engine/config"}) {
    const std::string header = std::string(folder) + "/x.h";
    EXPECT_THAT(check({{"transport/a.cc", "#include \"" + header + "\"\n"}}),
                ElementsAre("transport/a.cc:1: transport may not include " + header));
  }
}

TEST(IncludeRules, AllowWhatRunsDownhill) {
  EXPECT_THAT(
      check(
          {{"schema/a.cc", "#include \"base/result.h\"\n#include \"schema/b.h\"\n"},
           {"eventlog/a.cc", "#include \"schema/event.h\"\n"},
           {"replay/a.cc", "#include \"eventlog/log_reader.h\"\n"},
           {"transport/a.cc", "#include \"base/bytes.h\"\n"},
           {"engine/server/a.cc", "#include \"transport/loop.h\"\n#include \"replay/tail.h\"\n"},
           {"engine/config/a.cc", "#include \"engine/config/b.h\"\n"},
           {"tests/engine/a.cc", "#include \"engine/delivery/hub.h\"\n#include \"tests/x.h\"\n"}}),
      IsEmpty());
}

TEST(IncludeRules, FindThatTheProgramLeansOnItsTests) {
  EXPECT_THAT(check({{"cli/a.cc", "#include \"tests/support/x.h\"\n"}}),
              ElementsAre("cli/a.cc:1: cli may not include tests/support/x.h"));
}

TEST(IncludeRules, FindAThirdPartyHeaderOutsideItsPlace) {
  EXPECT_THAT(check({{"engine/a.cc", "#include <rocksdb/db.h>\n"}}),
              ElementsAre("engine/a.cc:1: <rocksdb/db.h> may not be named here"));
  EXPECT_THAT(check({{"base/a.cc", "\n#  include  <spdlog/spdlog.h>\n"}}),
              ElementsAre("base/a.cc:2: <spdlog/spdlog.h> may not be named here"));
  EXPECT_THAT(
      check({{"engine/delivery/hub.cc", "#include <prometheus/counter.h>\n"}}),
      ElementsAre("engine/delivery/hub.cc:1: <prometheus/counter.h> may not be named here"));
  EXPECT_THAT(check({{"engine/a.cc", "#include <pqxx/pqxx>\n"}}),
              ElementsAre("engine/a.cc:1: <pqxx/pqxx> may not be named here"));
  EXPECT_THAT(check({{"engine/a.cc", "#include <sys/socket.h>\n"}}),
              ElementsAre("engine/a.cc:1: <sys/socket.h> may not be named here"));
  EXPECT_THAT(check({{"transport/a.cc", "#include <openssl/evp.h>\n"}}),
              ElementsAre("transport/a.cc:1: <openssl/evp.h> may not be named here"));
  EXPECT_THAT(check({{"base/a.cc", "#include <openssl/ssl.h>\n"}}),
              ElementsAre("base/a.cc:1: <openssl/ssl.h> may not be named here"));
}

TEST(IncludeRules, FindAThirdPartyThatNobodyAgreedOn) {
  EXPECT_THAT(
      check({{"base/a.cc", "#include <boost/asio.hpp>\n"}}),
      ElementsAre("base/a.cc:1: <boost/asio.hpp> is in no rule; say where it may be named"));
  EXPECT_THAT(
      check({{"tests/a.cc", "#include <boost/asio.hpp>\n"}}),
      ElementsAre("tests/a.cc:1: <boost/asio.hpp> is in no rule; say where it may be named"));
}

TEST(IncludeRules, FindAThirdPartyThatLeavesItsFolderThroughAHeader) {
  const std::vector<std::string> found =
      check({{"transport/inner.h", "#include <uv.h>\n"},
             {"transport/loop.h", "#include \"transport/inner.h\"\n"},
             {"transport/loop.cc", "#include \"transport/inner.h\"\n"},  // its own folder may
             {"engine/server/shard.cc", "#include <vector>\n#include \"transport/loop.h\"\n"}});
  EXPECT_THAT(
      found,
      ElementsAre("engine/server/shard.cc:2: transport/loop.h brings <uv.h> out of its folder"));
}

TEST(IncludeRules, FollowHeadersThatIncludeEachOther) {
  EXPECT_THAT(check({{"base/a.h", "#include \"base/b.h\"\n"},
                     {"base/b.h", "#include \"base/a.h\"\n#include <zlib.h>\n"},
                     {"schema/c.cc", "#include \"base/a.h\"\n"}}),
              ElementsAre("schema/c.cc:1: base/a.h brings <zlib.h> out of its folder"));
}

TEST(IncludeRules, AllowTheFormatThatEveryFolderUses) {
  EXPECT_THAT(check({{"base/format.h", "#include <fmt/core.h>\n"},
                     {"engine/config/a.cc", "#include \"base/format.h\"\n"}}),
              IsEmpty());
  EXPECT_THAT(
      check({{"base/format.h", "#include <fmt/chrono.h>\n"},
             {"engine/config/a.cc", "#include \"base/format.h\"\n"},
             {"schema/a.cc", "#include <fmt/core.h>\n"}}),
      ElementsAre("engine/config/a.cc:1: base/format.h brings <fmt/chrono.h> out of its folder",
                  "schema/a.cc:1: <fmt/core.h> may not be named here"));
}

TEST(IncludeRules, AllowTheResultThatEveryFolderUses) {
  EXPECT_THAT(check({{"base/result.h", "#include <tl/expected.hpp>\n"},
                     {"engine/config/a.cc", "#include \"base/result.h\"\n"}}),
              IsEmpty());
  EXPECT_THAT(check({{"engine/a.h", "#include <tl/expected.hpp>\n"}}),
              ElementsAre("engine/a.h:1: <tl/expected.hpp> may not be named here"));
}

TEST(IncludeRules, FindAPathThatIsNotFromTheRoot) {
  EXPECT_THAT(check({{"engine/a.cc", "#include \"hub.h\"\n#include \"../base/time.h\"\n"}}),
              ElementsAre("engine/a.cc:1: \"hub.h\" is not a path from the root",
                          "engine/a.cc:2: \"../base/time.h\" is not a path from the root"));
}

TEST(IncludeRules, LetATestNameWhatLiesBesideIt) {
  EXPECT_THAT(check({{"tests/eventlog/a_test.cc", "#include \"story.h\"\n"},
                     {"tests/eventlog/story.h", "// A story.\n#pragma once\n"}}),
              IsEmpty());
  EXPECT_THAT(check({{"tests/replay/a_test.cc", "#include \"story.h\"\n"},
                     {"tests/eventlog/story.h", "// A story.\n#pragma once\n"}}),
              ElementsAre("tests/replay/a_test.cc:1: \"story.h\" is not a path from the root"));
}

TEST(IncludeRules, KeepGeneratedCodeInItsFolder) {
  EXPECT_THAT(check({{"engine/a.cc", "#include \"event_generated.h\"\n"},
                     {"schema/a.cc", "#include <event_generated.h>\n"},
                     {"tests/e2e/a.cc", "#include \"protocol_generated.h\"\n"}}),
              ElementsAre("engine/a.cc:1: <event_generated.h> may not be named here"));
}

TEST(IncludeRules, LookAtNoCommentAndNoText) {
  EXPECT_THAT(
      check({{"base/a.cc",
              "// #include \"engine/delivery/hub.h\"\nauto x = \"#include <rocksdb/db.h>\";\n"
              "#include MACRO\n#include \"unfinished\n"}}),
      IsEmpty());
}

TEST(HeaderRules, FindAHeaderWithoutGuardOrPurpose) {
  EXPECT_THAT(check_headers({{"base/a.h", "// What it is.\n\n#pragma once\n"},
                             {"base/b.h", "#pragma once\n// What it is.\n"},
                             {"base/c.h", "// What it is.\n#include <vector>\n#pragma once\n"},
                             {"base/d.h", ""},
                             {"base/e.cc", "int main() {}\n"}}),
              ElementsAre("base/b.h:1: a header begins with what it is for",
                          "base/c.h: #pragma once is missing, or not first",
                          "base/d.h:1: a header begins with what it is for",
                          "base/d.h: #pragma once is missing, or not first"));
}

}  // namespace
}  // namespace courtside::house
