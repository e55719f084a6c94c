// Goal: a backup taken under load, restored and served, is a valid prefix of the original log, with
// a new epoch that tells earlier clients what happened; and the commands report their result by
// exit status.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/e2e/outbox/support/test_outbox.h"
#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
namespace fs = std::filesystem;

// The JSON object that a successful command printed last.
Json answer_of(const std::string& ran) {
  if (!ran.starts_with("0: ")) give_up(ran);
  return Json::parse(ran.substr(ran.rfind("\n{") == std::string::npos ? 3 : ran.rfind("\n{") + 1));
}

class Backup : public ServerTest {
 protected:
  explicit Backup(std::vector<std::string> flags = {}) : ServerTest(std::move(flags)) {}

  std::string data() const { return server.data().string(); }
  std::string at(const std::string& name) const { return (root_.path() / name).string(); }
  std::string backup(const std::string& name) const {
    return run_courtside({"backup", "--data", data(), at(name)});
  }
  std::string restore(const std::string& from, const std::string& to) const {
    return run_courtside({"restore", at(from), "--data", at(to)});
  }
  Json serving() const {
    std::ifstream file(data() + "/serving.json");
    return Json::parse({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  }

  TempFolder root_;
};

TEST_F(Backup, UnderLoadIsAPrefixThatVerifiesAndTellsClientsOfItsEpoch) {
  constexpr int kPublishers = 4;
  std::vector<Publisher> publishers;
  for (int i = 0; i < kPublishers; ++i) {
    publishers.emplace_back(port(), "p" + std::to_string(i), [](std::uint64_t n) {
      return Draft{.id = "", .subject = "booking:b_" + std::to_string(n % 500)};
    });
  }
  const std::string epoch = session().epoch();
  Workers load;
  // 4 publishers x 500 steps x 3 events a second.
  for (Publisher& publisher : publishers) {
    load.add([&] { publisher.run(load, Pace(milliseconds(2)), 3); });
  }
  std::vector<std::uint64_t> heads;
  const auto begun = std::chrono::steady_clock::now();
  const int backups = scaled(5, 2);
  for (int i = 0; i < backups; ++i) {
    std::this_thread::sleep_for(milliseconds(500));  // load between two backups; nothing is awaited
    heads.push_back(read_head_place(http).offset);
    const Json made = answer_of(backup("b" + std::to_string(i)));
    EXPECT_EQ(made["epoch"].text(), epoch);
    EXPECT_GE(made["last"].number(), static_cast<std::int64_t>(heads.back()));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  load.stop();
  load.join();
  const std::vector<Logged> original = read_log(http);
  std::printf("%zu events in %.1f s, %d backups meanwhile\n", original.size(), took.count(),
              backups);

  for (int i = 0; i < backups; ++i) {
    const std::string name = "b" + std::to_string(i);
    const Json restored = answer_of(restore(name, "r" + std::to_string(i)));
    EXPECT_EQ(restored["from"].text(), epoch);
    EXPECT_NE(restored["epoch"].text(), epoch);
    EXPECT_GE(restored["last"].number(), static_cast<std::int64_t>(heads[static_cast<size_t>(i)]));
    EXPECT_THAT(run_courtside({"verify", "--data", at(name)}), StartsWith("0: "));
    const Json sound = answer_of(run_courtside({"verify", "--data", at("r" + std::to_string(i))}));
    EXPECT_EQ(sound["events"].number(), restored["events"].number());
  }

  ServerProcess again({"--data", at("r0")});
  HttpClient other(again.port());
  const std::vector<Logged> copy = read_log(other);
  ASSERT_GE(copy.size(), heads[0]);
  ASSERT_LE(copy.size(), original.size());
  for (std::size_t i = 0; i < copy.size(); ++i) {
    ASSERT_EQ(copy[i].event.raw(), original[i].event.raw());
  }

  // A client beyond the backup and one before it: both get the gap.
  for (const std::uint64_t offset : {std::uint64_t{1}, original.back().offset}) {
    const std::string old = Place{epoch, offset}.text();
    Session client(again.port());
    client.subscribe({.channels = {"booking:b_7"}, .from = after(old)});
    const Json gap = client.expect("gap");
    EXPECT_EQ(gap["reason"].text(), "epoch");
    EXPECT_EQ(gap["from"].text(), old);
    const Place to = Place::parse(gap["to"].text());
    EXPECT_EQ(to.epoch, client.epoch());
    EXPECT_EQ(client.expect_event().event["subject"].text(), "booking:b_7");
    client.await("live");
    const std::string position =
        append_one(other, {.id = "after " + old, .subject = "booking:b_7"});
    EXPECT_EQ(client.expect_event().place.text(), position);
  }
  // An event that the original accepted after the backup is new here.
  if (copy.size() < original.size()) {
    const Logged& lost = original.back();
    EXPECT_FALSE(append(other, {{.id = lost.id, .subject = lost.event["subject"].text()}})
                     .front()["duplicate"]
                     .boolean());
  }
  other.close();
  EXPECT_EQ(again.terminate(), 0);
}

TEST_F(Backup, TheCommandsSayHowItWent) {
  append_one(http, {.id = "1"});
  EXPECT_THAT(run_courtside({"verify", "--data", data()}),
              StartsWith("75: courtside: the data folder "));
  EXPECT_THAT(run_courtside({"verify", "--data", data()}), HasSubstr("verify a backup"));
  EXPECT_THAT(backup("b"), StartsWith("0: {\"target\":\"" + at("b") + "\",\"epoch\":\""));
  EXPECT_THAT(backup("b"), StartsWith("64: courtside: `" + at("b") + "` is there already"));
  EXPECT_THAT(backup("no/where"), StartsWith("64: "));
  EXPECT_THAT(restore("b", "b"), StartsWith("64: "));
  EXPECT_THAT(run_courtside({"restore", at("b"), "--data", data()}), StartsWith("64: "));
  EXPECT_THAT(restore("nothing", "r"), StartsWith("66: courtside: there is no backup in "));
  EXPECT_THAT(run_courtside({"verify", "--data", at("nothing")}), StartsWith("66: "));
  EXPECT_THAT(run_courtside({"backup", "--data", at("nothing"), at("c")}), StartsWith("66: "));
  EXPECT_THAT(run_courtside({"backup", "--data", data()}), StartsWith("64: "));
  EXPECT_THAT(run_courtside({"verify", "--data", at("b"), "-o", "table"}),
              StartsWith("0: sound: 1 event of "));
  EXPECT_THAT(run_courtside({"restore", at("b"), "--data", at("r"), "-o", "table"}),
              HasSubstr(": 1 event of "));
  EXPECT_THAT(run_courtside({"restore", "--no-verify", at("b"), "--data", at("r2")}),
              StartsWith("0: "));

  fs::remove(at("b") + "/CURRENT");
  EXPECT_THAT(run_courtside({"verify", "--data", at("b")}), StartsWith("65: "));
  EXPECT_THAT(restore("b", "r3"), StartsWith("65: "));
  EXPECT_FALSE(fs::exists(at("r3")));
}

TEST_F(Backup, GoesOnWithoutAServerAndDespiteAStaleFile) {
  append_one(http, {.id = "1"});
  EXPECT_EQ(stop_server(), 0);
  EXPECT_FALSE(fs::exists(data() + "/serving.json"));
  EXPECT_THAT(backup("stopped"), StartsWith("0: "));

  server.start();
  http.close();
  append_one(http, {.id = "2"});
  http.close();
  server.kill();
  ASSERT_TRUE(fs::exists(data() + "/serving.json"));
  EXPECT_EQ(answer_of(backup("killed"))["last"].number(), 2);
  // The stale file names another server, which does not know the key.
  const std::string key = serving()["key"].text();
  ServerProcess stranger;
  std::ofstream(data() + "/serving.json")
      << R"({"url":"http://127.0.0.1:)" << stranger.port() << R"(","key":")" << key << "\"}";
  EXPECT_EQ(answer_of(backup("strange"))["last"].number(), 2);
  EXPECT_EQ(stranger.terminate(), 0);
}

TEST_F(Backup, TheEndpointTakesItsOwnKeyAndNothingElse) {
  struct stat status = {};
  ASSERT_EQ(stat((data() + "/serving.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(serving()["url"].text(), "http://127.0.0.1:" + std::to_string(port()));
  const std::string body = R"({"target":")" + at("b") + "\"}";
  const auto post = [&](const std::string& key, const std::string& text) {
    Headers headers;
    if (!key.empty()) headers.emplace_back("authorization", "Bearer " + key);
    return http.post("/v1/backup", "application/json", text, headers).status;
  };
  const std::string key = serving()["key"].text();
  EXPECT_EQ(post("", body), 401);
  EXPECT_EQ(post("wrong", body), 401);
  EXPECT_EQ(post(key + "x", body), 401);
  EXPECT_EQ(post(key.substr(1), body), 401);
  EXPECT_FALSE(fs::exists(at("b")));
  EXPECT_EQ(post(key, "{}"), 400);
  EXPECT_EQ(post(key, "not JSON"), 400);
  EXPECT_EQ(post(key, R"({"target":"b"})"), 400);  // a relative path
  EXPECT_EQ(http.get("/v1/backup").status, 405);
  EXPECT_EQ(post(key, body), 200);
  EXPECT_TRUE(fs::exists(at("b") + "/backup.json"));
  EXPECT_EQ(http.get("/v1/outbox").status, 200);  // open to all here: the key does not matter
}

class BackupBehindAProxy : public Backup {
 protected:
  BackupBehindAProxy() : Backup({"--trusted-proxies", "127.0.0.1", "--proxy-protocol", "true"}) {}
};

// Connections from loopback must begin with a PROXY header, which the command does not send.
TEST_F(BackupBehindAProxy, HasAnAddressOfItsOwn) {
  EXPECT_NE(serving()["url"].text(), "http://127.0.0.1:" + std::to_string(port()));
  EXPECT_THAT(backup("b"), StartsWith("0: "));
}

using BackupOfOutbox = OutboxTest;

TEST_F(BackupOfOutbox, TheSourceGoesOnFromItsPlaceInTheBackup) {
  const TempFolder root;
  const std::string kept = (root.path() / "backup").string();
  const std::string restored = (root.path() / "restored").string();
  serve({"--outbox-keep", "1h"});
  for (int i = 1; i <= 3; ++i) commit({.id = "e_" + std::to_string(i), .version = i});
  logged_when(3);
  ASSERT_THAT(run_courtside({"backup", "--data", server_->data().string(), kept}),
              StartsWith("0: "));
  for (int i = 4; i <= 6; ++i) commit({.id = "e_" + std::to_string(i), .version = i});
  const std::string all = logged_when(6);
  const std::string ran = run_courtside({"restore", kept, "--data", restored});
  EXPECT_THAT(ran, HasSubstr("note: source platform goes on from its place in the backup"));
  EXPECT_EQ(answer_of(ran)["last"].number(), 3);
  http_->close();
  EXPECT_EQ(server_->terminate(), 0);

  serve({"--outbox-keep", "1h", "--data", restored});
  EXPECT_EQ(logged_when(6), all);
  const Json status = status_when([](const Json& each) { return each["events"].number() == 3; });
  EXPECT_EQ(status["duplicates"].number(), 0);
}

}  // namespace
}  // namespace courtside::e2e
