// Goal: exactly the lists of RFC 6455, section 9.1, are accepted as lists of extensions.
#include "transport/websocket_extensions.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

// "a;b=c|d", one extension behind the other; "no list".
std::string read_list(const char* text) {
  const auto extensions = parse_extensions(text);
  if (!extensions) return "no list";
  std::string out;
  for (const WebSocketExtension& extension : *extensions) {
    if (!out.empty()) out += "|";
    out += extension.name;
    for (const auto& parameter : extension.parameters) {
      out += ";" + parameter.name;
      if (parameter.value) out += "=" + *parameter.value;
    }
  }
  return out;
}

TEST(WebSocketExtensions, OffersOfRealClientsAreLists) {
  EXPECT_EQ(read_list("permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(read_list("permessage-deflate; client_max_window_bits"),
            "permessage-deflate;client_max_window_bits");
  EXPECT_EQ(
      read_list("permessage-deflate; server_no_context_takeover; client_max_window_bits=15, x-a"),
      "permessage-deflate;server_no_context_takeover;client_max_window_bits=15|x-a");
  EXPECT_EQ(read_list("permessage-deflate;a=\"15\""), "permessage-deflate;a=15");
  EXPECT_EQ(read_list("a ; b = \"c\\d\" ,d"), "a;b=cd|d");
  EXPECT_EQ(read_list("a;b;b;b=1;B=2"), "a;b;b;b=1;B=2");
  EXPECT_EQ(read_list("a,,b"), "a|b");
  EXPECT_EQ(read_list(""), "");
  EXPECT_EQ(read_list(" "), "");
}

TEST(WebSocketExtensions, BrokenOnesAreNot) {
  for (const char* offer : {"permessage deflate", "permessage-deflate;", "permessage-deflate; =15",
                            "permessage-deflate; a=", "permessage-deflate; a=\"15", "a; b=\"\"",
                            "a; b=\"c d\"", "a; b=\"c\\", "a=b", ";a", "a; b c", "(a)", "a\x01"}) {
    EXPECT_EQ(read_list(offer), "no list") << offer;
  }
}

}  // namespace
}  // namespace courtside
