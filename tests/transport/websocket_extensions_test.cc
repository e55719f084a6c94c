// Goal: exactly the lists of RFC 6455, section 9.1, are accepted as lists of extensions.
#include "transport/websocket_extensions.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

TEST(WebSocketExtensions, OffersOfRealClientsAreLists) {
  for (const char* offer :
       {"permessage-deflate", "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover; client_max_window_bits=15, x-other",
        "permessage-deflate;a=\"15\"", "a ; b = c ,d", "a,,b", "", " "}) {
    EXPECT_TRUE(is_extension_list(offer)) << offer;
  }
}

TEST(WebSocketExtensions, BrokenOnesAreNot) {
  for (const char* offer : {"permessage deflate", "permessage-deflate;", "permessage-deflate; =15",
                            "permessage-deflate; a=", "permessage-deflate; a=\"15", "a; b=\"\"",
                            "a; b=\"c d\"", "a; b=\"c\\", "a=b", ";a", "a; b c", "(a)", "a\x01"}) {
    EXPECT_FALSE(is_extension_list(offer)) << offer;
  }
}

}  // namespace
}  // namespace courtside
