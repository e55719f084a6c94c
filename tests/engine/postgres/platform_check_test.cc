// Goal: what does not fit the database is said at the start, by its name; a database that is away
// is another matter.
#include <gmock/gmock.h>

#include "tests/engine/postgres/platform_test.h"

namespace courtside {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PlatformCheck : public PlatformTest {
 protected:
  std::string checked() {
    const Result<void> result = source().check();
    if (result) return "good";
    return std::string(info(result.error().code).name) + ": " + result.error().message;
  }
};

TEST_F(PlatformCheck, FindsTheDefaultsGoodForAllOfThePlatformsTables) {
  make_tables();
  EXPECT_EQ(checked(), "good");
}

TEST_F(PlatformCheck, NamesTheTablesThatTheOtherShapeLacks) {
  sql(platform_tables_sql(PlatformShape::kMigration));
  EXPECT_THAT(checked(),
              AllOf(HasSubstr("bad_configuration: database.account_query: column r.status does"),
                    HasSubstr("; database.venues_query: "),
                    HasSubstr("; database.booking_query: relation \"Booking\" does not exist"),
                    Not(HasSubstr("database.permissions_query")), Not(HasSubstr("\n"))));
}

TEST_F(PlatformCheck, NamesTheColumnThatAQueryDoesNotGive) {
  make_tables();
  settings_.account_query = "SELECT 'yes' AS counts, name AS role FROM \"Role\" WHERE id = $1";
  settings_.permissions_query = "SELECT $1::text AS permission";
  settings_.venues_query = "SELECT $1::text AS VENUEID";  // PostgreSQL folds it; that is fine
  EXPECT_EQ(checked(),
            "bad_configuration: database.account_query: its column `counts` is no boolean; "
            "database.permissions_query: it gives no column `key`");
}

TEST_F(PlatformCheck, SaysSoWhenTheDatabaseIsNotThere) {
  settings_.url = "postgresql://courtside@127.0.0.1:1/none";
  EXPECT_THAT(checked(), HasSubstr("unavailable: "));
  source_.reset();
  settings_.url = server().url("no_such_database");
  EXPECT_THAT(checked(), AllOf(HasSubstr("unavailable: "), HasSubstr("no_such_database")));
}

TEST_F(PlatformCheck, RefusesAUrlThatIsNone) {
  settings_.url = "postgresql://ann:s3cret@host:port:5432/x?nonsense=s3cret";
  const auto made = PlatformSource::open(settings_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::bad_configuration);
  EXPECT_THAT(made.error().message, Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace courtside
