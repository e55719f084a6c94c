// Runs the program's outbox commands beside a server that reads no outbox. Threads: one.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/outbox/support/test_outbox.h"
#include "tests/e2e/support/server_test.h"
#include "tests/support/postgres_server.h"

namespace courtside::e2e {

// Runs `courtside outbox ...`; returns "<status>: <all output>".
inline std::string outbox_command(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {courtside_binary(), "outbox"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Process process(command);
  const int status = process.wait();
  return std::to_string(status) + ": " + process.whole_output();
}

class OutboxCommandTest : public ServerTest {
 protected:
  explicit OutboxCommandTest(std::vector<std::string> flags = {}) : ServerTest(std::move(flags)) {
    postgres().start();
    database = postgres().create_database();
  }

  std::string sql(const std::string& text) const { return postgres().sql(database, text); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  std::string database_url() const { return postgres().url(database); }
  std::uint16_t port() const { return server.port(); }

  std::string database;
};

}  // namespace courtside::e2e
