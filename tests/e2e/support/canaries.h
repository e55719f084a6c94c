// Private data that the tests send, to be searched for in the server's output: a phone number, an
// e-mail address and a text in every event that needs no other data, and the tokens and keys of all
// tests.
#pragma once

#include <gtest/gtest.h>

#include <string>

namespace courtside::e2e {

constexpr const char* kCanaryData =
    R"({"phone":"+919812345678","email":"canary@nest.example","body":"the canary sings"})";

inline void expect_no_canary(const std::string& printed) {
  // Every JWT begins with `eyJ`, and every service key of the tests with these words.
  for (const char* canary : {"9812345678", "nest.example", "canary sings", "eyJ", "service-key-"}) {
    EXPECT_EQ(printed.find(canary), std::string::npos) << canary << " was printed:\n" << printed;
  }
}

}  // namespace courtside::e2e
