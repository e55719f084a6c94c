// Goal: libpq is told to notice a silent server, and is otherwise told what the setting says.
#include "engine/postgres/connection_string.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace courtside {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string made(const std::string& url, std::uint64_t query_ms = 2500) {
  const Result<std::string> text = connection_string("database.url", url, query_ms);
  return text ? *text : text.error().message;
}

TEST(ConnectionString, BoundsWhatIsLeftOpen) {
  EXPECT_THAT(made("host=db"),
              AllOf(HasSubstr("connect_timeout='3'"), HasSubstr("host='db'"),
                    HasSubstr("tcp_user_timeout='2500'"), HasSubstr("keepalives_idle='30'")));
  EXPECT_THAT(made("host=db", 100), HasSubstr("connect_timeout='2'"));
}

TEST(ConnectionString, LeavesWhatIsSaid) {
  EXPECT_THAT(made("postgresql://db/play?connect_timeout=9&sslmode=require"),
              AllOf(HasSubstr("connect_timeout='9'"), HasSubstr("sslmode='require'"),
                    HasSubstr("dbname='play'"), Not(HasSubstr("connect_timeout='3'"))));
}

TEST(ConnectionString, QuotesWhatItRepeats) {
  EXPECT_THAT(made("postgresql://ann:a'b%5Cc%20d@db/play"), HasSubstr(R"(password='a\'b\\c d')"));
}

TEST(ConnectionString, IsRefusedWithoutBeingRepeated) {
  for (const char* url : {"postgresql://ann:s3cret@[db/", "s3cret", "password='s3cret",
                          "postgresql://db/?s3cret=1"}) {
    EXPECT_THAT(made(url), AllOf(HasSubstr("database.url"), Not(HasSubstr("s3cret")))) << url;
  }
}

}  // namespace
}  // namespace courtside
