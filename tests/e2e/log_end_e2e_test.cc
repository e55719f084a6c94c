// Goal: after a log lost its end, a server never assigns an offset twice; and the printed advice
// works as it is and leads to a log that can be served.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

namespace fs = std::filesystem;

struct Ran {
  int status = 0;
  std::string output;
};

// As a person would: in a shell, with `courtside` on the PATH.
Ran run_in_shell(const std::string& command) {
  const std::string folder = fs::path(courtside_binary()).parent_path();
  Process process({"/bin/sh", "-c", command}, {"PATH=" + folder + ":" + std::getenv("PATH")});
  const int status = process.wait();
  return {status, process.whole_output()};
}

Ran serve(const fs::path& data) {
  return run_in_shell("exec courtside serve --listen 127.0.0.1:0 --data " + data.string());
}

fs::path newest(const fs::path& data, const std::string& extension) {
  fs::path found;
  for (const auto& entry : fs::directory_iterator(data)) {
    if (entry.path().extension() == extension && entry.path() > found) found = entry.path();
  }
  return found;
}

using LogEnd = ServerTest;

TEST_F(LogEnd, AKilledServersLogThatLostItsJournalIsRefusedAndTheAdviceHelps) {
  for (int i = 1; i <= 20; ++i) append_one(http, {.id = "a" + std::to_string(i)});
  ASSERT_EQ(stop_server(), 0);
  server.start();
  std::string last;
  for (int i = 1; i <= 15; ++i) last = append_one(http, {.id = "b" + std::to_string(i)});
  http.close();
  server.kill();
  fs::remove(newest(server.data(), ".log"));

  const Ran refused = serve(server.data());
  EXPECT_EQ(refused.status, 65) << refused.output;
  const std::size_t at = refused.output.find("courtside renew");
  ASSERT_NE(at, std::string::npos) << refused.output;
  const std::string advice =
      refused.output.substr(at, refused.output.find_first_of("\"\n", at) - at);
  EXPECT_EQ(run_in_shell("courtside verify --data " + server.data().string()).status, 65);

  const Ran renewed = run_in_shell(advice);
  EXPECT_EQ(renewed.status, 0) << renewed.output;
  EXPECT_NE(renewed.output.find("\"lost\":15"), std::string::npos) << renewed.output;
  EXPECT_EQ(run_in_shell("courtside verify --data " + server.data().string()).status, 0);

  server.start();
  EXPECT_EQ(read_log(http).size(), 20u);
  // A client beyond the end is told that the log is another one.
  Session client = session();
  client.say(subscribe_message({.from = after(last)}));
  EXPECT_EQ(client.await("gap")["reason"].text(), "epoch");
}

TEST_F(LogEnd, ALogThatLostNothingIsNotRenewed) {
  append_one(http, {.id = "a"});
  const std::string position = append_one(http, {.id = "b"});
  ASSERT_EQ(stop_server(), 0);
  const std::string renew = "courtside renew --data " + server.data().string();
  const Ran refused = run_in_shell(renew);
  EXPECT_EQ(refused.status, 64) << refused.output;
  EXPECT_NE(refused.output.find("is lost; serve it as it is (`--force` renews it anyway)"),
            std::string::npos)
      << refused.output;
  server.start();
  EXPECT_EQ(append_one(http, {.id = "b"}), position);
  ASSERT_EQ(stop_server(), 0);
  EXPECT_EQ(run_in_shell(renew + " --force").status, 0);
  server.start();
  EXPECT_NE(append_one(http, {.id = "b"}), position);
}

// `renew` must not be advised here, and the file is named correctly.
TEST_F(LogEnd, ATableThatIsMissingOrDamagedIsNamedWithTheWayOut) {
  append_one(http, {.id = "a"});
  http.close();
  ASSERT_EQ(server.terminate(), 0);
  server.start();  // writes what the journals hold into tables
  ASSERT_EQ(stop_server(), 0);
  const fs::path table = newest(server.data(), ".sst");
  ASSERT_FALSE(table.empty());
  const fs::path away = server.data().string() + ".away";
  fs::rename(table, away);
  const auto expect_remedy = [&](const Ran& ran) {
    EXPECT_EQ(ran.status, 65) << ran.output;
    for (const std::string& part :
         {table.filename().string(), std::string("put that file back, or restore a backup: "
                                                 "courtside restore BACKUP --data NEW")}) {
      EXPECT_NE(ran.output.find(part), std::string::npos) << part << " in " << ran.output;
    }
    EXPECT_EQ(ran.output.find(".ldb"), std::string::npos) << ran.output;
    EXPECT_EQ(ran.output.find("Corruption: Corruption"), std::string::npos) << ran.output;
  };
  const std::string data = server.data().string();
  expect_remedy(serve(data));
  expect_remedy(run_in_shell("courtside renew --data " + data));
  fs::rename(away, table);
  server.start();
  EXPECT_EQ(read_log(http).size(), 1u);
}

TEST_F(LogEnd, AFolderThatIsNotOursIsRefusedAndLeftAlone) {
  TempFolder folder;
  const fs::path photos = folder.path() / "photos";
  fs::create_directory(photos);
  std::ofstream(photos / "beach.jpg") << "mine";
  const Ran refused = serve(photos);
  EXPECT_EQ(refused.status, 65) << refused.output;
  EXPECT_NE(refused.output.find("beach.jpg"), std::string::npos) << refused.output;
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(photos)) files += entry.exists() ? 1 : 0;
  EXPECT_EQ(files, 1u);
}

}  // namespace
}  // namespace courtside::e2e
