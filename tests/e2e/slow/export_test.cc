// Goal: `courtside export` writes exactly the log's events, also when a killed server interrupts it
// and it is resumed, and its manifest is correct; `history` and `log` show the same events to
// people and programs.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "tests/e2e/support/server_test.h"
#include "tests/support/decompress.h"

namespace courtside::e2e {
namespace {

constexpr int kEvents = 50'000;

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// The hash that coreutils computes.
std::string sha256_of(const std::filesystem::path& file) {
  Process process({"/usr/bin/sha256sum", file.string()});
  process.wait();
  return process.whole_output().substr(0, 64);
}

struct Commands : ServerTest {
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }

  std::unique_ptr<Process> start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), courtside_binary());
    arguments.insert(arguments.end(), {"--url", url()});
    return std::make_unique<Process>(arguments, std::vector<std::string>{}, folder.path());
  }
  int run(const std::vector<std::string>& arguments) {
    const auto process = start(arguments);
    const int status = process->wait();
    output = process->whole_output();
    return status;
  }
  std::filesystem::path at(const std::string& name) const { return folder.path() / name; }

  TempFolder folder;
  std::string output;
};

struct Export : Commands {
  Export() {
    for (int i = 0; i < kEvents; i += 1000) {
      std::vector<Draft> drafts;
      for (int j = i; j < i + 1000; ++j) {
        drafts.push_back({.id = std::to_string(j + 1),
                          .subject = "court:c_" + std::to_string(j % 100),
                          .data = "{\"n\":" + std::to_string(j) + ",\"text\":\"" +
                                  std::string(300, static_cast<char>('a' + j % 26)) + "\"}"});
      }
      append(http, drafts);
    }
  }
};

TEST_F(Export, TheFileAndItsManifestAgreeWithTheLog) {
  ASSERT_EQ(run({"export", "all.ndjson"}), 0) << output;
  const std::string file = read_file(at("all.ndjson"));
  const Json manifest = Json::parse(read_file(at("all.ndjson.manifest.json")));
  EXPECT_EQ(manifest["count"].number(), kEvents);
  EXPECT_EQ(manifest["bytes"].number(), static_cast<double>(file.size()));
  EXPECT_EQ(manifest["sha256"].text(), sha256_of(at("all.ndjson")));
  EXPECT_EQ(manifest["range"]["first"].text(), manifest["epoch"].text() + ":1");
  EXPECT_EQ(manifest["range"]["last"].text(), manifest["epoch"].text() + ":50000");
  EXPECT_FALSE(std::filesystem::exists(at("all.ndjson.partial")));
  EXPECT_FALSE(std::filesystem::exists(at("all.ndjson.partial.state")));
  std::istringstream lines(file);
  std::string line;
  for (const Logged& event : read_log(http, "before=" + manifest["epoch"].text() + ":50001")) {
    ASSERT_TRUE(std::getline(lines, line));
    ASSERT_EQ(line, event.event.raw());
  }
  EXPECT_FALSE(std::getline(lines, line));

  append_one(http, {.id = "fence"});
  const std::vector<Logged> traces = read_log(http, "type=audit.exported");
  ASSERT_EQ(traces.size(), 2u);  // the beginning and the end
  EXPECT_EQ(traces[1].event["data"]["export"].text(), manifest["export"].text());
  EXPECT_EQ(traces[1].event["data"]["rows"].number(), kEvents);
}

TEST_F(Export, WhatIsBrokenOffIsTakenUpWithTheSameBytes) {
  const std::string epoch = read_head_place(http).epoch;
  const std::string before = epoch + ":50001";
  for (const std::string name : {"a.ndjson", "a.csv", "a.ndjson.gz", "a.csv.zst"}) {
    const std::string whole = "whole_" + name;
    ASSERT_EQ(run({"export", whole, "--before", before}), 0) << output;
    auto broken = start({"export", name, "--before", before});
    // In the middle: the file has a block, but not all of them.
    for (const Deadline deadline; read_file(at(name + ".partial")).empty();) {
      ASSERT_FALSE(deadline.expired());
      ASSERT_FALSE(std::filesystem::exists(at(name))) << "it was over too soon";
    }
    server.kill();
    EXPECT_EQ(broken->wait(), 69) << broken->whole_output();
    EXPECT_NE(broken->whole_output().find("--resume"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(at(name)));
    const Json state = Json::parse(read_file(at(name + ".partial.state")));
    EXPECT_GT(state["events"].number(), 0);
    EXPECT_LT(state["events"].number(), kEvents);
    // Bytes beyond the saved state are cut off.
    std::ofstream(at(name + ".partial"), std::ios::app | std::ios::binary) << "half a li";

    server.start();
    append_one(http, {.id = "meanwhile " + name});
    EXPECT_EQ(run({"export", name, "--resume", "--after", epoch + ":3"}), 64) << "another question";
    ASSERT_EQ(run({"export", name, "--resume", "--before", before}), 0) << output;
    EXPECT_TRUE(read_file(at(name)) == read_file(at(whole))) << name;
    const Json manifest = Json::parse(read_file(at(name + ".manifest.json")));
    EXPECT_EQ(manifest["count"].number(), kEvents);
    EXPECT_EQ(manifest["sha256"].text(), sha256_of(at(whole)));
  }
  const std::string lines = read_file(at("a.ndjson"));
  EXPECT_EQ(gunzip(read_file(at("a.ndjson.gz")))->text, lines);
  EXPECT_TRUE(gunzip(read_file(at("a.ndjson.gz")))->whole);
  EXPECT_EQ(unzstd(read_file(at("a.csv.zst")))->text, read_file(at("a.csv")));
}

TEST_F(Commands, NothingFoundIs1AndAWholeFileAllTheSame) {
  append_one(http, {.id = "1"});
  EXPECT_EQ(run({"export", "none.ndjson.gz", "--subject", "no:body"}), 1) << output;
  EXPECT_EQ(gunzip(read_file(at("none.ndjson.gz")))->text, "");
  EXPECT_TRUE(gunzip(read_file(at("none.ndjson.gz")))->whole);
  EXPECT_EQ(Json::parse(read_file(at("none.ndjson.gz.manifest.json")))["count"].number(), 0);
  EXPECT_EQ(run({"history", "--subject", "no:body", "-o", "json"}), 1);
  EXPECT_EQ(output, "[]\n");
  EXPECT_EQ(run({"log", "no:body"}), 1);
  EXPECT_EQ(run({"history", "--since", "yesterday"}), 64);
  EXPECT_EQ(run({"history", "--after", "zzzz:1"}), 66);
  EXPECT_EQ(run({"export", "-", "--resume"}), 64);
}

TEST_F(Commands, HistoryHasFourForms) {
  append(http, {{.id = "1", .data = "{\"a\":\n1}"},
                {.id = "2", .type = "other.kind"},
                {.id = "3", .more = R"(,"actorid":"=who")"}});
  EXPECT_EQ(run({"history", "--type", "test.*", "--limit", "1", "-o", "jsonl"}), 0);
  EXPECT_EQ(Json::parse(output)["data"].raw(), "{\"a\": 1}");
  EXPECT_EQ(run({"history", "-o", "json", "--order", "desc"}), 0);
  EXPECT_EQ(Json::parse(output).size(), 3u);
  EXPECT_EQ(Json::parse(output).at(0)["id"].text(), "3");
  EXPECT_EQ(run({"history", "-o", "csv", "--since", "1h"}), 0);
  EXPECT_EQ(output.substr(0, 9), "sequence,");
  EXPECT_NE(output.find(",'=who,"), std::string::npos) << output;
  EXPECT_EQ(run({"history", "-o", "table", "--type", "other.kind"}), 0);
  EXPECT_NE(output.find("  other.kind"), std::string::npos) << output;
}

TEST_F(Commands, ALogTellsWhatChangedAndWhatItCameFrom) {
  const auto event = [](const std::string& id, const std::string& cause) {
    return Draft{.id = id,
                 .more = R"(,"correlationid":"k","actortype":"USER","actorid":"u_1")" +
                         (cause.empty() ? "" : R"(,"causationid":")" + cause + "\"")};
  };
  std::vector<Draft> drafts = {event("held", ""), event("created", "held"),
                               event("paid", "created"), event("told", "paid"),
                               event("confirmed", "paid")};
  drafts[0].subject = "place:s_1";
  drafts[1].subject = drafts[4].subject = "stay:b_1";
  drafts[1].data = R"({"status":"NEW","seats":2})";
  drafts[4].data = R"({"status":"DONE","seats":2})";
  append(http, drafts);
  ASSERT_EQ(run({"log", "stay:b_1", "-o", "json"}), 0) << output;
  const Json story = Json::parse(output);
  ASSERT_EQ(story.size(), 2u);
  EXPECT_EQ(story.at(0)["causes"].at(0)["id"].text(), "held");
  EXPECT_EQ(story.at(0)["effects"].size(), 3u);
  EXPECT_EQ(story.at(0)["changed"]["status"].raw(), R"({"to":"NEW"})");
  EXPECT_EQ(story.at(1)["changed"].raw(), R"({"status":{"from":"NEW","to":"DONE"}})");
  EXPECT_EQ(story.at(1)["causes"].size(), 3u);
  ASSERT_EQ(run({"log", "stay:b_1", "-o", "table"}), 0) << output;
  EXPECT_NE(output.find("status: \"NEW\" -> \"DONE\""), std::string::npos) << output;
  EXPECT_NE(output.find("        -> test.happened  thing:t_1"), std::string::npos) << output;
}

}  // namespace
}  // namespace courtside::e2e
