// Goal: request targets in every form that a server must accept are read as a path; others are
// refused.
#include "transport/request_target.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

std::string form(std::string_view method, std::string_view target) {
  const auto path = origin_form(method, target);
  return path ? *path : "refused";
}

TEST(RequestTarget, AbsoluteFormIsReadAsOriginForm) {
  EXPECT_EQ(form("GET", "/v1/events?limit=5"), "/v1/events?limit=5");
  EXPECT_EQ(form("GET", "http://host/v1/events?limit=5"), "/v1/events?limit=5");
  EXPECT_EQ(form("POST", "HTTPS://host:8443/v1/events"), "/v1/events");
  EXPECT_EQ(form("GET", "http://[::1]:8080/live"), "/live");
  EXPECT_EQ(form("GET", "http://host"), "/");
  EXPECT_EQ(form("GET", "http://host?a=b"), "/?a=b");
  EXPECT_EQ(form("GET", "//host/live"), "//host/live");  // origin-form with an empty segment
  EXPECT_EQ(form("GET", "/http://host/live"), "/http://host/live");
}

TEST(RequestTarget, TheAsteriskIsForOptionsAlone) {
  EXPECT_EQ(form("OPTIONS", "*"), "*");
  EXPECT_EQ(form("GET", "*"), "refused");
}

TEST(RequestTarget, OtherFormsAreRefused) {
  for (const char* target : {"host:80", "host", "ftp://host/", "ws://host/v1/ws", "http:/live",
                             "http://", "http:///live", "http://:80/live", "http://user@host/live",
                             "http://host/live#part", "http://host#part", ""}) {
    EXPECT_EQ(form("GET", target), "refused") << target;
  }
  EXPECT_EQ(form("CONNECT", "host:80"), "refused");
  EXPECT_EQ(form("CONNECT", "/live"), "refused");
}

}  // namespace
}  // namespace courtside
