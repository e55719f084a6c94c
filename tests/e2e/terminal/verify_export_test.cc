// Goal: `verify FILE` holds an export against its manifest, and says what is wrong with a file that
// is not what was exported.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

class VerifyExport : public ServerTest {
 protected:
  VerifyExport() {
    append(http, {{.id = "1"}, {.id = "2"}, {.id = "3"}});
    epoch = read_head_place(http).epoch;
  }

  std::string at(const std::string& name) const { return folder.path() / name; }

  // "65 courtside: ..."
  static std::string run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), courtside_binary());
    Process process(arguments);
    const int status = process.wait();
    return std::to_string(status) + " " + process.whole_output();
  }
  std::string do_export(const std::string& name) {
    const std::string file = at(name);
    EXPECT_THAT(run({"export", file, "--type", "test.*", "--url",
                     "http://127.0.0.1:" + std::to_string(port())}),
                StartsWith("0 "));
    return file;
  }
  static std::string verify(const std::string& file) {
    return run({"verify", file, "-o", "table"});
  }

  static std::string read(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
  }
  static void write(const std::string& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
  }

  TempFolder folder;
  std::string epoch;
};

TEST_F(VerifyExport, ASoundFileIsToldInALine) {
  for (const std::string name : {"a.ndjson", "a.csv", "a.ndjson.gz", "a.csv.zst"}) {
    const std::string file = do_export(name);
    const std::string sound = "0 sound: " + file + ": 3 events, " + epoch + ":1.." + epoch +
                              ":3, [0-9]+ bytes, SHA-256 [0-9a-f]{64}\n";
    EXPECT_THAT(verify(file), ContainsRegex(sound));
    EXPECT_THAT(verify(file + ".manifest.json"), ContainsRegex(sound));
    const std::string json = run({"verify", file, "-o", "json"});
    EXPECT_THAT(json, StartsWith("0 {\"sound\":true,\"file\":"));
    EXPECT_EQ(Json::parse(json.substr(2))["last"].text(), epoch + ":3");
  }
}

TEST_F(VerifyExport, WhatIsNotTheExportIsNamed) {
  for (const std::string name : {"a.ndjson", "a.csv.zst"}) {
    const std::string file = do_export(name);
    const std::string whole = read(file);
    write(file, whole.substr(0, whole.size() - 10));
    EXPECT_EQ(verify(file), "65 courtside: " + file + " is truncated: it has " +
                                std::to_string(whole.size() - 10) + " of " +
                                std::to_string(whole.size()) + " bytes\n");
    std::string altered = whole;
    altered[whole.size() / 2] ^= 1;
    write(file, altered);
    EXPECT_THAT(verify(file), StartsWith("65 courtside: " + file + " is altered: its SHA-256 is "));
    write(file, whole + "more");
    EXPECT_THAT(verify(file),
                HasSubstr(file + " is longer than what was exported, by 4 bytes; what "
                                 "stands before is sound\n"));
    write(file, altered + "m");
    EXPECT_THAT(verify(file), HasSubstr("by 1 byte, and what stands before is altered\n"));
    write(file, whole);
    EXPECT_THAT(verify(file), StartsWith("0 sound: "));
  }
}

TEST_F(VerifyExport, AnAlteredManifestIsNamed) {
  const std::string file = do_export("a.ndjson");
  std::string manifest = read(file + ".manifest.json");
  manifest.replace(manifest.find("\"count\":3"), 9, "\"count\":4");
  write(file + ".manifest.json", manifest);
  EXPECT_THAT(verify(file), HasSubstr("a.ndjson.manifest.json is altered: it says 4 events, and "));
  write(file + ".manifest.json", "{}\n");
  EXPECT_EQ(verify(file),
            "65 courtside: " + file + ".manifest.json is not the manifest of an export\n");
}

TEST_F(VerifyExport, WhatIsMissingIsNamed) {
  EXPECT_EQ(verify(at("b.ndjson")), "66 courtside: " + at("b.ndjson") + " is not there\n");
  write(at("b.ndjson"), "{}\n");
  EXPECT_THAT(verify(at("b.ndjson")),
              StartsWith("66 courtside: " + at("b.ndjson.manifest.json") + " is not there, which"));
  std::filesystem::rename(at("b.ndjson"), at("c.ndjson.partial"));
  write(at("c.ndjson.partial.state"), "{}\n");
  EXPECT_THAT(verify(at("c.ndjson")), HasSubstr(" is not complete: go on with `courtside export "));
  EXPECT_THAT(run({"verify", at("c.ndjson"), "--data", at("")}), StartsWith("64 "));
}

}  // namespace
}  // namespace courtside::e2e
