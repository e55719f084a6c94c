// The platform's tables that rights depend on, in both shapes in use, with a small data set: an
// account for every role, the whole permission matrix, venues and bookings. They are from the
// platform's description, sections Data and Access.
//
//   account                what
//   account-<ROLE>         ACTIVE, with the role; SYSTEM and ANONYMOUS have those ids
//   account-other-USER, account-other-VENUE_OWNER
//   venue-1                of account-VENUE_OWNER; the three roles of staff work there
//   venue-2                of account-other-VENUE_OWNER
//   venue-deleted          of account-VENUE_OWNER
//   booking-1, booking-2   of account-USER in venue-1, of account-other-USER in venue-2
//
// Threads: values.
#pragma once

#include <string>
#include <vector>

#include "engine/config/config.h"

namespace courtside {

enum class PlatformShape {
  kFull,       // all tables
  kMigration,  // the only migration: no Booking, no VenueUser, no Role.status, a different Venue
};

struct PlatformRole {
  std::string name;
  std::string type;                      // differs from the name for one role
  std::vector<std::string> permissions;  // with allowed = true; sorted
};
const std::vector<PlatformRole>& platform_roles();
const std::vector<std::string>& platform_permissions();

// The id of the role's account.
std::string account_of(const std::string& role);

// SQL that creates and fills the tables in an empty database.
std::string platform_tables_sql(PlatformShape shape);

// Sets the queries for the shape; the full shape uses the defaults.
void set_queries(Config::Database& settings, PlatformShape shape);

}  // namespace courtside
