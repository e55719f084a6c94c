// Goal: from the platform's own tables, in both shapes, come the rights that each role has, and no
// other; what does not count or does not exist has none.
#include <gmock/gmock.h>

#include "tests/engine/postgres/platform_test.h"

namespace courtside {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PlatformRights : public PlatformTest {
 protected:
  AccountFact facts(const std::string& id) {
    const Result<Fact> fact = ask(FactKind::kAccount, id);
    const auto* account = fact ? std::get_if<AccountFact>(&*fact) : nullptr;
    EXPECT_NE(account, nullptr) << id;
    return account == nullptr ? AccountFact{} : *account;
  }
  std::string after(const std::string& change) {
    sql("UPDATE \"Account\" SET " + change + " WHERE id = 'account-BMSP_ADMIN'");
    const AccountFact fact = facts("account-BMSP_ADMIN");
    EXPECT_EQ(fact.permissions.empty(), !fact.is_active) << change;
    return fact.is_active ? "counts" : "counts not";
  }
};

class PlatformRightsInBothShapes : public PlatformRights,
                                   public testing::WithParamInterface<PlatformShape> {};

TEST_P(PlatformRightsInBothShapes, EveryRoleHoldsWhatIsAllowedAndNothingElse) {
  make_tables(GetParam());
  ASSERT_TRUE(source().check());
  for (const PlatformRole& role : platform_roles()) {
    const AccountFact fact = facts(account_of(role.name));
    EXPECT_TRUE(fact.is_active) << role.name;
    EXPECT_EQ(fact.role, role.name);
    EXPECT_EQ(fact.permissions, role.permissions) << role.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Shape, PlatformRightsInBothShapes,
                         testing::Values(PlatformShape::kFull, PlatformShape::kMigration));

TEST_F(PlatformRights, ARowThatIsNotAllowedGivesNothing) {
  make_tables();
  // The matrix has a row for every pair, so whoever forgets the filter gives a USER everything.
  const std::string rows =
      sql("SELECT count(*) FROM \"RolePermission\" "
          "WHERE \"roleId\" = 'role-USER'");
  EXPECT_EQ(rows, std::to_string(platform_permissions().size()));
  EXPECT_THAT(
      facts("account-USER").permissions,
      ElementsAre("booking:cancel_own", "booking:create_own", "booking:read_own",
                  "booking:update_own", "user:read_own_profile", "user:update_own_profile"));
  EXPECT_THAT(facts("ANONYMOUS").permissions, IsEmpty());
}

TEST_F(PlatformRights, OwnersAndStaffHaveTheirVenuesSaveThoseThatAreDeleted) {
  make_tables();
  EXPECT_THAT(facts("account-VENUE_OWNER").venues, ElementsAre("venue-1"));
  EXPECT_THAT(facts("account-BOOKING_MANAGER").venues, ElementsAre("venue-1"));
  EXPECT_THAT(facts("account-other-VENUE_OWNER").venues, ElementsAre("venue-2"));
  EXPECT_THAT(facts("account-USER").venues, IsEmpty());
  // Who owns a venue and works for it, and for another.
  sql("INSERT INTO \"VenueUser\" VALUES ('venue-1', 'account-VENUE_OWNER', 'x'), "
      "('venue-2', 'account-VENUE_OWNER', 'x')");
  EXPECT_THAT(facts("account-VENUE_OWNER").venues, ElementsAre("venue-1", "venue-2"));
}

TEST_F(PlatformRights, TheOtherShapeKnowsOwnersButNeitherStaffNorBookings) {
  make_tables(PlatformShape::kMigration);
  EXPECT_THAT(facts("account-VENUE_OWNER").venues, ElementsAre("venue-1"));
  EXPECT_THAT(facts("account-BOOKING_MANAGER").venues, IsEmpty());
  EXPECT_EQ(booking("booking-1"), "nothing");
}

TEST_F(PlatformRights, BookingsBelongToAnAccountAndAVenue) {
  make_tables();
  EXPECT_EQ(booking("booking-1"), "account-USER at venue-1");
  EXPECT_EQ(booking("booking-2"), "account-other-USER at venue-2");
  EXPECT_EQ(booking("account-USER"), "nothing");
}

TEST_F(PlatformRights, OnlyAccountsThatAreActiveAndNeitherDeletedNorLockedCount) {
  make_tables();
  for (const char* status : {"ACTIVE", "active", "VERIFIED", "Verified"}) {
    EXPECT_EQ(after("status = '" + std::string(status) + "'"), "counts") << status;
  }
  for (const char* status : {"SUSPENDED", "PENDING", "INACTIVE", "DELETED", "ACTIVE ", ""}) {
    EXPECT_EQ(after("status = '" + std::string(status) + "'"), "counts not") << status;
  }
  EXPECT_EQ(after("status = 'ACTIVE'"), "counts");
  EXPECT_EQ(after("\"deletedAt\" = '2020-01-01'"), "counts not");
  EXPECT_EQ(after("\"deletedAt\" = '2999-01-01'"), "counts not");
  EXPECT_EQ(after("\"deletedAt\" = NULL"), "counts");
  EXPECT_EQ(after("\"roleId\" = NULL"), "counts not");
}

TEST_F(PlatformRights, LocksEndInUtcWhereverTheDatabaseStands) {
  make_tables();
  for (const char* zone : {"UTC", "Asia/Kolkata", "America/Los_Angeles"}) {
    sql("ALTER DATABASE " + database_ + " SET timezone = '" + zone + "'");
    source_.reset();  // The zone is a new connection's.
    EXPECT_EQ(after("\"lockUntil\" = now() AT TIME ZONE 'UTC' + interval '10 minutes'"),
              "counts not")
        << zone;
    EXPECT_EQ(after("\"lockUntil\" = now() AT TIME ZONE 'UTC' - interval '10 minutes'"), "counts")
        << zone;
  }
}

TEST_F(PlatformRights, ARoleThatIsNotActiveMakesItsAccountsCountForNothing) {
  make_tables();
  sql("UPDATE \"Role\" SET status = 'INACTIVE' WHERE name = 'BMSP_ADMIN'");
  EXPECT_EQ(account("account-BMSP_ADMIN"), "counts not");
  EXPECT_EQ(account("account-USER"), "counts");
}

TEST_F(PlatformRights, AnIdIsTextWhateverIsInIt) {
  make_tables();
  std::string widest;  // 64 bytes
  while (widest.size() < 64) widest += "\xF0\x9F\x8F\xB8";
  for (const std::string& id :
       {std::string("SYSTEM-2"), std::string("o'hare\"; DROP TABLE \"Account\"; --"),
        std::string("$1 \\ %s {\"a\":1}"), widest}) {
    EXPECT_EQ(account(id), "nothing") << id;
    sql("INSERT INTO \"Account\" (id, \"roleId\") VALUES ($id$" + id + "$id$, 'role-USER')");
    EXPECT_EQ(account(id), "counts") << id;
  }
  EXPECT_EQ(account(""), "nothing");
  EXPECT_EQ(account(std::string(10'000, 'x')), "nothing");
}

TEST_F(PlatformRights, AnIdThatTheDatabaseCannotHoldIsOfNothing) {
  make_tables();
  EXPECT_EQ(account(std::string("account-USER\0x", 14)), "nothing");
  EXPECT_EQ(account("\xff\xfe"), "nothing");
  settings_.booking_query =
      "SELECT '' AS \"accountId\", '' AS \"venueId\" WHERE '0b0b' = $1::uuid::text";
  source_.reset();
  EXPECT_EQ(booking("SYSTEM"), "nothing");
  settings_.booking_query =
      "SELECT '' AS \"accountId\", '' AS \"venueId\" WHERE '7' = $1::int::text";
  source_.reset();
  EXPECT_EQ(booking("SYSTEM"), "nothing");
  EXPECT_EQ(booking("+919876543210"), "nothing") << "more than an int holds";
}

TEST_F(PlatformRights, OtherKindsAreNotInTheDatabase) {
  make_tables();
  EXPECT_EQ(describe(ask(FactKind::kRoom, "booking-1")), "nothing");
  EXPECT_EQ(source().counters().queries, 0u);
}

TEST_F(PlatformRights, QueriesCannotWrite) {
  make_tables();
  settings_.booking_query =
      "UPDATE \"Booking\" SET \"accountId\" = 'account-BMSP_ADMIN' WHERE id = $1 "
      "RETURNING \"accountId\" AS \"accountId\", \"venueId\" AS \"venueId\"";
  EXPECT_EQ(booking("booking-1"), "overloaded");
  EXPECT_EQ(sql("SELECT \"accountId\" FROM \"Booking\" WHERE id = 'booking-1'"), "account-USER");
}

TEST_F(PlatformRights, TwoRowsForOneIdAreNoAnswer) {
  make_tables();
  settings_.booking_query =
      "SELECT \"accountId\" AS \"accountId\", \"venueId\" AS \"venueId\" FROM \"Booking\" "
      "WHERE $1 <> ''";
  EXPECT_EQ(booking("booking-1"), "overloaded");
}

}  // namespace
}  // namespace courtside
