// Goal: after SIGTERM the server closes every client properly and exits 0 in time, whatever its
// clients do, and loses nothing that it acknowledged.
#include <signal.h>

#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

using Shutdown = ServerTest;

TEST_F(Shutdown, ClientsAreClosedWith1012) {
  Session subscriber = session();
  subscriber.subscribe({});
  subscriber.expect("live");
  Session bystander = Session::silent(port());
  SseClient stream(port(), "/v1/events");
  Socket idle = Socket::connect(port());
  EXPECT_EQ(http.get("/health").status, 200);

  server.process().signal(SIGTERM);
  EXPECT_GE(subscriber.expect("draining")["retryafter"].number(), 0);
  EXPECT_EQ(subscriber.read_to_end().code, 1012);
  EXPECT_EQ(bystander.read_to_end().code, 1012);
  for (Session* client : {&subscriber, &bystander}) {
    client->ws().send_close(1012);
    client->read_to_end();
    client->ws().socket().close();
  }
  EXPECT_THROW(while (true) stream.next(), Disconnected);
  EXPECT_EQ(idle.fill(Deadline()), Socket::Filled::kEnd);
  EXPECT_EQ(http.socket().fill(Deadline()), Socket::Filled::kEnd);
  for (Socket* socket : {&stream.socket(), &idle, &http.socket()}) socket->close();
  EXPECT_EQ(server.process().wait(), 0);
}

TEST_F(Shutdown, SigintDoesTheSame) {
  Session client = session();
  server.process().signal(SIGINT);
  EXPECT_EQ(client.read_to_end().code, 1012);
  client.ws().socket().close();
  EXPECT_EQ(server.process().wait(), 0);
}

TEST_F(Shutdown, UnderLoadNothingAcknowledgedIsLost) {
  Publisher publisher(port(), "p", [](std::uint64_t) { return Draft{}; });
  Workers load;
  load.add([&] { publisher.run(load, Pace(milliseconds(1)), 20); });
  for (int round = 0; round < 3; ++round) {
    const std::uint64_t before = read_head_place(http).offset;
    while (!load.stopped() && read_head_place(http).offset < before + 200) {
    }
    EXPECT_EQ(stop_server(), 0);
    server.start();
  }
  load.stop();
  load.join();
  const std::vector<Logged> log = read_log(http);
  EXPECT_EQ(log.size(), publisher.acknowledged().size());
  for (const Logged& event : log) {
    EXPECT_EQ(Place::parse(publisher.acknowledged().at(event.id).position).offset, event.offset);
  }
}

// Story: the connection was reset while most of the answer was still to be sent.
TEST_F(Shutdown, ASlowReaderGetsTheRestOfItsAnswer) {
  constexpr int kEvents = 1000;
  std::string body = "[";
  for (int i = 0; i < kEvents; ++i) {
    body += (i == 0 ? "" : ",") + Draft{.id = "e" + std::to_string(i)}.json();
  }
  Socket socket = Socket::connect(port(), 4096);
  socket.write(
      "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: "
      "application/cloudevents-batch+json\r\nContent-Length: " +
      std::to_string(body.size() + 1) + "\r\n\r\n" + body + "]");
  while (read_head_place(http).offset < kEvents) {
  }
  server.process().signal(SIGTERM);
  EXPECT_THROW(server.process().wait(Deadline(milliseconds(300))), Failure) << "it did not wait";
  const HttpResponse head = read_head(socket, Deadline());
  EXPECT_EQ(head.status, 200);
  const std::string answer = socket.take(std::stoul(head.header("content-length")), Deadline());
  EXPECT_EQ(Json::parse(answer)["results"].size(), static_cast<std::size_t>(kEvents));
  socket.close();
  EXPECT_EQ(server.process().wait(), 0);
}

struct ShortDrain : ServerTest {
  ShortDrain() : ServerTest({"--drain", "300ms"}) {}
};

TEST_F(ShortDrain, WhoDoesNotAnswerHoldsNobodyUp) {
  Session deaf(port(), {.receive_buffer_bytes = 4096});
  deaf.subscribe({});
  for (int i = 0; i < 40; ++i) {
    append_one(http, {.id = std::to_string(i), .data = json_string(std::string(200'000, 'x'))});
  }
  Socket half_a_request = Socket::connect(port());
  half_a_request.write("POST /v1/events HTTP/1.1\r\nContent-Le");
  const Deadline deadline;
  server.process().signal(SIGTERM);
  EXPECT_EQ(server.process().wait(deadline), 0);
}

}  // namespace
}  // namespace courtside::e2e
