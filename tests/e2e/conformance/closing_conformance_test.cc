// Goal: group 7 of Autobahn's list: closing, the codes and reasons of closes, and what comes after.
#include "tests/e2e/conformance/support/echo_test.h"
#include "tests/e2e/support/scale.h"

namespace courtside::e2e {
namespace {

using ClosingConformance = EchoTest;

TEST_F(ClosingConformance, NothingIsAnsweredAfterAClose) {
  expect_all({{"7.1.1", {text("Hello"), close(1000)}, "text(Hello) close(1000) "},
              {"7.1.2", {close(1000), close(1000)}, "close(1000) "},
              {"7.1.3", {close(1000), ping("")}, "close(1000) "},
              {"7.1.4", {close(1000), text("Hello")}, "close(1000) "},
              {"7.1.5", {first("a"), close(1000), last("b")}, "close(1000) "},
              {"7.1.6",
               {text(std::string(256 * 1024, '*')), text("Hello"), close(1000), ping("")},
               describe(text(std::string(256 * 1024, '*'))) + "text(Hello) close(1000) "}});
}

TEST_F(ClosingConformance, TheBodyIsACodeAndAReason) {
  expect_all({{"7.3.1", {close(0)}, "close() "},
              {"7.3.2", {close(0, "a")}, "close(1002) "},
              {"7.3.3", {close(1000)}, "close(1000) "},
              {"7.3.4", {close(1000, "Hello, world!")}, "close(1000) "},
              {"7.3.5", {close(1000, std::string(123, '*'))}, "close(1000) "},
              {"7.3.6", {close(1000, std::string(124, '*'))}, "close(1002) "},
              {"7.5.1", {close(1000, "\xce\xba\xe1\xbd\xb9\xcf\x83\xed\xa0\x80")}, "close(1007) "},
              {"7.5: cut off", {close(1000, "a\xe2\x82")}, "close(1007) "},
              {"7.5: good", {close(1000, "\xce\xba\xe1\xbd\xb9\xcf\x83")}, "close(1000) "}});
}

// One connection each, so the codes at the ends of the ranges do as a rule; a long run takes all.
TEST_F(ClosingConformance, CodesAreTakenAsRegistered) {
  std::vector<int> codes = {0,    1,    999,  1015, 1016, 1100, 2000,
                            2999, 3000, 3999, 4000, 4999, 5000, 65'535};
  for (int code = 1000; code <= 1014; ++code) codes.push_back(code);
  if (is_long()) {
    codes.clear();
    for (int code = 0; code <= 5000; ++code) codes.push_back(code);
  }
  for (const int code : codes) {
    const bool is_reserved = code == 1004 || code == 1005 || code == 1006;
    const bool is_taken =
        (code >= 1000 && code <= 1014 && !is_reserved) || (code >= 3000 && code <= 4999);
    EchoPeer peer(port());
    std::string body = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    peer.send({.opcode = Opcode::kClose, .payload = body});
    EXPECT_EQ(peer.receive_all(),
              is_taken ? "close(" + std::to_string(code) + ") " : "close(1002) ")
        << code;
  }
}

}  // namespace
}  // namespace courtside::e2e
