// A server with access control and limits of admission, and callers from several addresses.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";
constexpr const char* kServiceKey = "fedcba9876543210fedcba9876543210";
constexpr const char* kElsewhere = "127.0.0.2";

inline std::string token_of(const std::string& user, const std::string& role = "") {
  std::vector<std::string> command = {courtside_binary(), "token", "--user", user,
                                      "--secret",         kSecret};
  if (!role.empty()) command.insert(command.end(), {"--role", role});
  Process process(command);
  EXPECT_EQ(process.wait(), 0);
  std::string token = process.whole_output();
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token;
}

inline Headers bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

inline std::string hello_with(const std::string& token) {
  return R"({"type":"hello","token":")" + token + R"("})";
}

class AdmissionTest : public ServerTest {
 protected:
  explicit AdmissionTest(std::vector<std::string> flags)
      : ServerTest(with_secret(std::move(flags))) {}

  static std::vector<std::string> with_secret(std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--access-jwt-secret", kSecret});
    return flags;
  }

  // Requests an event that does not exist, from address `from`.
  HttpResponse ask(const std::string& credential, const std::string& from = "", Headers more = {}) {
    HttpClient client(port());
    if (!from.empty()) client.socket() = Socket::connect(port(), 0, from);
    more.push_back({"Authorization", "Bearer " + credential});
    return client.send({.target = "/v1/events?channel=user:42", .headers = more});
  }

  double denied(const std::string& reason) {
    const std::string name = "courtside_denied_total{reason=\"" + reason + "\"} ";
    HttpClient admin(port(), bearer(token_of("9", "BMSP_SUPER_ADMIN")));
    const std::string page = admin.get("/metrics").body;
    const std::size_t at = page.find(name);
    return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size()));
  }

  const std::string token = token_of("42");
};

}  // namespace courtside::e2e
