// A database with an outbox, and a server that reads it. Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "tests/e2e/support/events.h"
#include "tests/e2e/support/server_test.h"
#include "tests/support/postgres_server.h"

namespace courtside::e2e {

// One cluster for the whole program, with logical decoding.
PostgresServer& postgres();

// Runs `courtside outbox install --apply` with these flags.
void install_outbox(const std::string& url, const std::vector<std::string>& more,
                    const std::vector<std::string>& environment = {});

// A database with what that makes.
std::string make_outbox(const std::vector<std::string>& more = {});

// The same for messages, with a slot of its own: slots belong to the cluster.
struct MessageOutbox {
  std::string url;
  std::vector<std::string> flags;  // of `courtside serve`, the database's included
};
MessageOutbox make_message_outbox();

// A row of the outbox; what is empty is the column's default.
struct OutboxDraft {
  std::string id;
  std::string booking = "b_1";
  int version = 0;  // 0: none
  std::string type = "booking.amended";
  std::string payload = {};  // JSON; empty: {"bookingId": booking}
};

// As its producers do, within their transaction.
void write_row(pqxx::transaction_base& transaction, const OutboxDraft& draft);

class OutboxTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Starts, or starts again, with these flags beside the database's.
  void serve(const std::vector<std::string>& more = {});

  void commit(const OutboxDraft& draft);
  std::string sql(const std::string& text) const;

  // The source's object in GET /v1/outbox, once `condition` holds. Failure when it never does.
  using Condition = std::function<bool(const Json&)>;
  Json status_when(const Condition& condition, const std::string& name = "platform");
  void wait_until_reading() {
    status_when([](const Json& status) { return status["state"].text() == "reading"; });
  }
  // "booking:b_1/2 ..." of the log's events from the outbox, once there are `count`.
  std::string logged_when(std::size_t count);
  std::string logged();

  std::string url_ = {};
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<HttpClient> http_;
};

}  // namespace courtside::e2e
