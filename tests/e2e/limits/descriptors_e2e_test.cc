// Goal: clients cannot take the file descriptors that the server itself needs. It refuses those
// that are too many, continues to work, and accepts again when others have gone.
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr const char* kPrlimit = "/usr/bin/prlimit";

class FewDescriptors : public ServerTest {
 protected:
  explicit FewDescriptors(const char* limit = "--nofile=256")
      : ServerTest({"--log-format", "json"}, {kPrlimit, limit}) {}

  double metric(const std::string& name) {
    const std::string page = "\n" + http.get("/metrics").body;
    const std::size_t at = page.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size() + 2));
  }

  int publish(const std::string& id) {
    return http.post("/v1/events", "application/cloudevents+json", Draft{.id = id}.json()).status;
  }
};

TEST_F(FewDescriptors, ReadersThatAreTooManyAreRefusedAndTheServerGoesOn) {
  const std::string line = server.process().wait_for_output("at most ");
  EXPECT_NE(line.find("256 open files (limits.connections is 20000)"), std::string::npos) << line;
  const auto connections_max = std::stoul(line.substr(std::string("at most ").size()));
  ASSERT_LT(connections_max, 256u);
  EXPECT_EQ(publish("before"), 200);  // holds one place from now on

  std::vector<std::unique_ptr<SseClient>> readers;
  std::size_t admitted = 0;
  for (std::size_t i = 0; i < connections_max + 100; ++i) {
    readers.push_back(std::make_unique<SseClient>(port(), "/v1/events?channel=user:42"));
    const HttpResponse& head = readers.back()->head();
    if (head.status == 200) {
      ++admitted;
    } else {
      EXPECT_EQ(head.status, 503);
      EXPECT_EQ(head.header("retry-after"), "1");
    }
  }
  EXPECT_EQ(admitted, connections_max - 1);
  EXPECT_EQ(metric("courtside_connections"), static_cast<double>(connections_max));
  EXPECT_EQ(metric("courtside_refused_total"), 101);
  EXPECT_EQ(metric("courtside_accept_exhausted_total"), 0);
  EXPECT_EQ(publish("while it is full"), 200);

  readers.clear();
  wait_until("a reader is admitted again", [this] {
    return SseClient(port(), "/v1/events?channel=user:42").head().status == 200;
  });
  EXPECT_EQ(publish("after"), 200);
  EXPECT_EQ(server.process().output().find("snapshots"), std::string::npos) << "they are open, too";
}

class RaisedDescriptors : public FewDescriptors {
 protected:
  RaisedDescriptors() : FewDescriptors("--nofile=64:900") {}
};

TEST_F(RaisedDescriptors, TheSoftLimitIsRaisedToTheHardOne) {
  server.process().wait_for_output("900 open files");
  std::ifstream limits("/proc/" + std::to_string(server.process().pid()) + "/limits");
  std::string line;
  while (std::getline(limits, line) && !line.starts_with("Max open files")) {
  }
  EXPECT_NE(line.find(" 900 "), std::string::npos) << line;
}

TEST(TooFewDescriptors, AreRefusedAtTheStart) {
  const TempFolder folder;
  Process process({kPrlimit, "--nofile=100", courtside_binary(), "serve", "--listen", "127.0.0.1:0",
                   "--data", folder.path().string()});
  EXPECT_EQ(process.wait(), 78);
  EXPECT_NE(process.whole_output().find("100 open files are too few"), std::string::npos)
      << process.whole_output();
}

}  // namespace
}  // namespace courtside::e2e
