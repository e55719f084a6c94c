// The platform's tables as far as rights come from them, in both shapes that are in use, and a
// small world in them: an account for every role, the whole matrix of permissions, venues and
// bookings. PLATFORM.md of the project, sections Data and Access, is where they are from.
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
  kMigration,  // the only migration: no Booking, no VenueUser, no Role.status, another Venue
};

struct PlatformRole {
  std::string name;
  std::string type;                      // differs from the name for one role
  std::vector<std::string> permissions;  // with allowed = true; sorted
};
const std::vector<PlatformRole>& platform_roles();
const std::vector<std::string>& platform_permissions();

// The id of the account that stands for the role.
std::string account_of(const std::string& role);

// Statements that make the tables and fill them, for an empty database.
std::string platform_tables_sql(PlatformShape shape);

// The queries for the shape; for the full one they are the defaults.
void set_queries(Config::Database& settings, PlatformShape shape);

}  // namespace courtside
