// Goal: files that the program writes are accessible only to its user, whatever the umask and
// earlier permissions.
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/e2e/operations/support/listening.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

namespace fs = std::filesystem;

constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;

// The files and folders in `root` (itself included) that other users can access, and the number of
// the others.
struct Walk {
  std::vector<std::string> open;
  int closed = 0;
};

Walk walk(const fs::path& root) {
  Walk found;
  const auto look = [&](const fs::path& path) {
    std::error_code gone;  // the log removes its own files
    const fs::file_status status = fs::symlink_status(path, gone);
    if (!fs::exists(status)) return;
    if ((status.permissions() & kOthers) != fs::perms::none) {
      found.open.push_back(path);
    } else {
      ++found.closed;
    }
  };
  look(root);
  for (const auto& entry : fs::recursive_directory_iterator(root)) look(entry.path());
  return found;
}

void expect_closed(const fs::path& root) {
  const Walk found = walk(root);
  EXPECT_TRUE(found.open.empty()) << found.open.front();
  EXPECT_GT(found.closed, 0) << root;
}

// Starts the program with a umask that restricts nothing.
std::vector<std::string> with_umask_0(const std::string& arguments) {
  return {"/bin/sh", "-c", "umask 000; exec '" + courtside_binary() + "' " + arguments};
}

void run(const std::string& arguments) {
  Process process(with_umask_0(arguments));
  EXPECT_EQ(process.wait(), 0) << process.whole_output();
}

struct Files : ::testing::Test {
  std::string at(const std::string& name) const { return (folder.path() / name).string(); }

  // Serves `at(data)` and calls `use` with the port.
  template <typename Use>
  void serve(const std::string& data, Use use) {
    Process server(with_umask_0("serve --listen 127.0.0.1:0 --data " + at(data)));
    use(wait_for_port(server));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0) << server.whole_output();
  }

  TempFolder folder;
};

TEST_F(Files, LogBackupExportAndRestoredLogAreClosedToOthers) {
  serve("log", [&](std::uint16_t port) {
    HttpClient http(port);
    append_one(http, {.id = "e1", .subject = "thing:t_1"});
    EXPECT_EQ(http.get("/v1/subjects/thing:t_1?at=now").status, 200);  // makes a snapshot
    const std::string url = " --url http://127.0.0.1:" + std::to_string(port);
    fs::create_directory(at("exports"));
    fs::permissions(at("exports"), fs::perms::owner_all);
    run("export " + at("exports/all.ndjson.gz") + url);
    run("backup --data " + at("log") + " " + at("backup"));
    expect_closed(at("log"));  // including serving.json
  });
  run("backup --data " + at("log") + " " + at("backup-of-nobody"));
  run("restore " + at("backup") + " --data " + at("restored"));
  for (const char* each : {"log", "exports", "backup", "backup-of-nobody", "restored"}) {
    expect_closed(at(each));
  }
}

TEST_F(Files, WhatAnOlderVersionLeftOpenIsClosedAtTheStart) {
  serve("log", [](std::uint16_t port) {
    HttpClient http(port);
    append_one(http, {.id = "e1"});
  });
  run("backup --data " + at("log") + " " + at("backup"));
  // Permissions as a umask of 022 makes them.
  for (const char* each : {"log", "backup"}) {
    fs::permissions(at(each), fs::perms(0755));
    for (const auto& entry : fs::recursive_directory_iterator(at(each))) {
      fs::permissions(entry.path(), fs::perms(entry.is_directory() ? 0755 : 0644));
    }
  }
  EXPECT_FALSE(walk(at("log")).open.empty());
  serve("log", [&](std::uint16_t) { expect_closed(at("log")); });
  // A copy would keep its original's permissions.
  run("restore " + at("backup") + " --data " + at("restored"));
  expect_closed(at("restored"));
}

TEST_F(Files, AFolderThatIsThereAlreadyIsClosedToo) {
  fs::create_directory(at("log"));
  fs::permissions(at("log"), fs::perms::all);
  serve("log", [&](std::uint16_t) { expect_closed(at("log")); });
}

TEST_F(Files, AnExportThatIsResumedIsClosedToo) {
  fs::create_directory(at("out"));
  fs::permissions(at("out"), fs::perms::owner_all);
  serve("log", [&](std::uint16_t port) {
    HttpClient http(port);
    const std::string position = append_one(http, {.id = "e1"});
    const std::string url = " --url http://127.0.0.1:" + std::to_string(port);
    // An export of an older version that was interrupted before its first block.
    std::ofstream(at("out/all.ndjson.partial")) << "";
    std::ofstream(at("out/all.ndjson.partial.state"))
        << R"({"asked":"","form":"jsonl","path":"/v1/events","filter":{"order":"asc"},)"
        << R"("export":"x","after":")" << position.substr(0, position.find(':')) << R"(:0",)"
        << R"("through":")" << position << R"(","started":"","limit":0,"bytes":0,"events":0,)"
        << R"("first":"","last":""})"
        << "\n";
    fs::permissions(at("out/all.ndjson.partial"), fs::perms(0644));
    run("export " + at("out/all.ndjson") + " --resume" + url);
  });
  expect_closed(at("out"));
}

}  // namespace
}  // namespace courtside::e2e
