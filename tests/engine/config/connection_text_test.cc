// Goal: a connection string's password is never shown, in whatever form it is written.
#include "engine/config/connection_text.h"

#include <gtest/gtest.h>

#include "engine/config/config_toml.h"
#include "engine/config/settings.h"

namespace courtside {
namespace {

TEST(ConnectionText, HidesThePasswordOfAUrl) {
  EXPECT_EQ(without_password("postgresql://ann:s3cret@db:5432/play"),
            "postgresql://ann:***@db:5432/play");
  EXPECT_EQ(without_password("postgres://ann:a@b:c/d@db/play"), "postgres://ann:***@db/play");
  EXPECT_EQ(without_password("postgres://db/play?user=ann&password=s3&sslmode=require"),
            "postgres://db/play?user=ann&password=***&sslmode=require");
  EXPECT_EQ(without_password("postgres://a:b@db/play?sslpassword=c"),
            "postgres://a:***@db/play?sslpassword=***");
}

TEST(ConnectionText, HidesThePasswordAmongKeys) {
  EXPECT_EQ(without_password("host=db password=s3cret user=ann"), "host=db password=*** user=ann");
  EXPECT_EQ(without_password("PASSWORD = 'a b\\'c' user=ann"), "PASSWORD = *** user=ann");
  EXPECT_EQ(without_password("password='never closed"), "password=***");
  EXPECT_EQ(without_password("user=password password="), "user=password password=***");
}

TEST(ConnectionText, LeavesWhatHasNone) {
  for (const char* text : {"", "postgresql://ann@db:5432/play", "postgres://db:5432/play",
                           "host=/run/postgresql dbname=play"}) {
    EXPECT_EQ(without_password(text), text);
  }
}

TEST(ConnectionText, IsShownByConfigPrintWithoutItsPassword) {
  Config config;
  config.database.url = "postgres://ann:s3cret@db/play";
  const Setting& url = *find_setting("database.url");
  EXPECT_EQ(shown_value(url, config), "postgres://ann:***@db/play");
  // A generated file must not contain `***` as an active password.
  const std::string toml = config_toml(config);
  EXPECT_EQ(toml.find("s3cret"), std::string::npos);
  EXPECT_NE(toml.find("\n# url = \"postgres://ann:***@db/play\""), std::string::npos);
}

}  // namespace
}  // namespace courtside
