#include "tests/support/platform_tables.h"

#include <algorithm>

namespace courtside {
namespace {

using Keys = std::vector<std::string>;

// The platform's permission keys.
const Keys kPlatformKeys = {"booking:cancel_any",
                            "booking:cancel_for_own_venue",
                            "booking:cancel_own",
                            "booking:create_any",
                            "booking:create_own",
                            "booking:read_any",
                            "booking:read_for_own_venue",
                            "booking:read_own",
                            "booking:update_any",
                            "booking:update_for_own_venue",
                            "booking:update_own",
                            "customer_care:resolve_user_inquiry",
                            "customer_care:view_user_booking_history",
                            "financial:manage_refunds",
                            "financial:view_all_transactions",
                            "financial:view_own_venue_reports",
                            "user:read_any_profile",
                            "user:read_own_profile",
                            "user:update_any_profile",
                            "user:update_own_profile",
                            "venue:create_own",
                            "venue:manage_own_operations",
                            "venue:manage_staff_own_venue",
                            "venue:read_any",
                            "venue:read_by_region",
                            "venue:read_own",
                            "venue:update_any",
                            "venue:update_by_region",
                            "venue:update_own",
                            "venue:verify_any",
                            "venue:verify_by_region"};

// Courtside's own permission keys.
const Keys kOwnKeys = {"audit:read", "event:publish", "notification:read_any"};

Keys sorted(Keys keys) {
  std::sort(keys.begin(), keys.end());
  return keys;
}

Keys joined(Keys a, const Keys& b) {
  a.insert(a.end(), b.begin(), b.end());
  return sorted(std::move(a));
}

// The platform's keys with this prefix and suffix.
Keys like(const std::string& prefix, const std::string& suffix = "") {
  Keys out;
  for (const std::string& key : kPlatformKeys) {
    if (key.starts_with(prefix) && key.ends_with(suffix)) out.push_back(key);
  }
  return out;
}

Keys all_but(const std::string& key) {
  Keys out = kPlatformKeys;
  out.erase(std::find(out.begin(), out.end(), key));
  return out;
}

const Keys kVenueBookings = {"booking:cancel_for_own_venue", "booking:read_for_own_venue",
                             "booking:update_for_own_venue"};
const Keys kOwnProfile = {"user:read_own_profile", "user:update_own_profile"};

std::string quoted(const std::string& text) { return "'" + text + "'"; }

const char* const kCommonTables = R"sql(
CREATE TABLE "Permission" (id TEXT PRIMARY KEY, key TEXT UNIQUE NOT NULL);
CREATE TABLE "RolePermission" ("roleId" TEXT NOT NULL REFERENCES "Role",
  "permissionId" TEXT NOT NULL REFERENCES "Permission", allowed BOOLEAN NOT NULL,
  PRIMARY KEY ("roleId", "permissionId"));
CREATE TABLE "Account" (id TEXT PRIMARY KEY, email TEXT, "roleId" TEXT REFERENCES "Role",
  status TEXT NOT NULL DEFAULT 'ACTIVE', "deletedAt" TIMESTAMP(3), "lockUntil" TIMESTAMP(3));
)sql";

const char* const kFullTables = R"sql(
CREATE TABLE "Venue" (id TEXT PRIMARY KEY, "ownerId" TEXT NOT NULL REFERENCES "Account",
  status TEXT NOT NULL DEFAULT 'ACTIVE', currency TEXT NOT NULL DEFAULT 'INR',
  "isDeleted" BOOLEAN NOT NULL DEFAULT false);
CREATE TABLE "VenueUser" ("venueId" TEXT NOT NULL REFERENCES "Venue",
  "accountId" TEXT NOT NULL REFERENCES "Account", role TEXT NOT NULL,
  PRIMARY KEY ("venueId", "accountId"));
CREATE TABLE "Booking" (id TEXT PRIMARY KEY, "venueId" TEXT NOT NULL REFERENCES "Venue",
  "accountId" TEXT NOT NULL REFERENCES "Account", status TEXT NOT NULL DEFAULT 'CONFIRMED');
INSERT INTO "Venue" (id, "ownerId", "isDeleted") VALUES
  ('venue-1', 'account-VENUE_OWNER', false), ('venue-2', 'account-other-VENUE_OWNER', false),
  ('venue-deleted', 'account-VENUE_OWNER', true);
INSERT INTO "VenueUser" SELECT 'venue-1', 'account-' || role, role
  FROM unnest(ARRAY['ADDITIONAL_VENUE_MANAGER', 'OPERATIONS_MANAGER', 'BOOKING_MANAGER']) role;
INSERT INTO "Booking" (id, "venueId", "accountId") VALUES
  ('booking-1', 'venue-1', 'account-USER'), ('booking-2', 'venue-2', 'account-other-USER');
)sql";

const char* const kMigrationTables = R"sql(
CREATE TABLE "Venue" (id TEXT PRIMARY KEY, "accountId" TEXT NOT NULL REFERENCES "Account",
  lat DOUBLE PRECISION, lng DOUBLE PRECISION, status TEXT NOT NULL DEFAULT 'active');
INSERT INTO "Venue" (id, "accountId") VALUES
  ('venue-1', 'account-VENUE_OWNER'), ('venue-2', 'account-other-VENUE_OWNER');
)sql";

std::vector<PlatformRole> make_roles() {
  const Keys everything = joined(kPlatformKeys, kOwnKeys);
  std::vector<PlatformRole> roles = {
      {"USER", "USER",
       joined(
           {"booking:create_own", "booking:read_own", "booking:update_own", "booking:cancel_own"},
           kOwnProfile)},
      {"VENUE_OWNER", "VENUE_OWNER",
       joined(joined({"venue:create_own", "venue:read_own", "venue:update_own",
                      "venue:manage_staff_own_venue", "financial:view_own_venue_reports"},
                     kVenueBookings),
              kOwnProfile)},
      {"ADDITIONAL_VENUE_MANAGER", "SECONDARY_VENUE_NAME_MANAGER",
       joined({"venue:read_own", "venue:update_own", "financial:view_own_venue_reports"},
              kVenueBookings)},
      {"OPERATIONS_MANAGER", "OPERATIONS_MANAGER",
       sorted({"venue:read_own", "venue:update_own", "venue:manage_own_operations",
               "booking:read_for_own_venue"})},
      {"BOOKING_MANAGER", "BOOKING_MANAGER",
       joined({"venue:read_own", "booking:create_own"}, kVenueBookings)},
      {"BMSP_BOOKINGS_ADMIN", "BMSP_BOOKINGS_ADMIN",
       joined({"venue:read_any", "user:read_any_profile"}, like("booking:", "_any"))},
      {"BMSP_CUSTOMER_CARE", "BMSP_CUSTOMER_CARE",
       joined({"booking:read_any", "user:read_any_profile", "venue:read_any"},
              like("customer_care:"))},
      {"BMSP_FINANCE_ADMIN", "BMSP_FINANCE_ADMIN",
       joined({"booking:read_any", "venue:read_any"}, like("financial:"))},
      {"BMSP_VENUES_ADMIN", "BMSP_VENUES_ADMIN", joined({"user:read_any_profile"}, like("venue:"))},
      {"REGIONAL_ADMIN", "REGIONAL_ADMIN", like("venue:", "_by_region")},
      {"BMSP_ADMIN", "BMSP_ADMIN", all_but("financial:view_all_transactions")},
      {"BMSP_SUPER_ADMIN", "BMSP_SUPER_ADMIN", everything},
      {"AUDITOR", "AUDITOR", {"audit:read"}},
      {"SYSTEM", "SYSTEM", kPlatformKeys},
      {"ANONYMOUS", "ANONYMOUS", {}},
  };
  return roles;
}

// A row for every pair, allowed or not: a query that does not filter would grant everything.
std::string matrix_sql(const PlatformRole& role) {
  std::string held = "ARRAY[";
  for (const std::string& key : role.permissions) {
    held.append(held.back() == '[' ? "" : ",").append(quoted(key));
  }
  return "INSERT INTO \"RolePermission\" SELECT " + quoted("role-" + role.name) +
         ", id, key = ANY (" + held + "]::text[]) FROM \"Permission\";\n";
}

std::string role_and_account_sql(const PlatformRole& role) {
  const std::string id = quoted("role-" + role.name);
  return "INSERT INTO \"Role\" (id, name, type) VALUES (" + id + ", " + quoted(role.name) + ", " +
         quoted(role.type) + ");\nINSERT INTO \"Account\" (id, email, \"roleId\") VALUES (" +
         quoted(account_of(role.name)) + ", " + quoted(role.name + "@example.com") + ", " + id +
         ");\n" + matrix_sql(role);
}

}  // namespace

const std::vector<PlatformRole>& platform_roles() {
  static const std::vector<PlatformRole> roles = make_roles();
  return roles;
}

const std::vector<std::string>& platform_permissions() {
  static const Keys keys = joined(kPlatformKeys, kOwnKeys);
  return keys;
}

std::string account_of(const std::string& role) {
  return role == "SYSTEM" || role == "ANONYMOUS" ? role : "account-" + role;
}

std::string platform_tables_sql(PlatformShape shape) {
  const bool full = shape == PlatformShape::kFull;
  std::string out = "CREATE TABLE \"Role\" (id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT";
  out += full ? ", status TEXT NOT NULL DEFAULT 'ACTIVE');" : ");";
  out += kCommonTables;
  for (const std::string& key : platform_permissions()) {
    out += "INSERT INTO \"Permission\" VALUES (" + quoted("permission-" + key) + ", " +
           quoted(key) + ");\n";
  }
  for (const PlatformRole& role : platform_roles()) out += role_and_account_sql(role);
  out +=
      "INSERT INTO \"Account\" (id, \"roleId\") VALUES ('account-other-USER', 'role-USER'), "
      "('account-other-VENUE_OWNER', 'role-VENUE_OWNER');\n";
  return out + (full ? kFullTables : kMigrationTables);
}

void set_queries(Config::Database& settings, PlatformShape shape) {
  if (shape == PlatformShape::kFull) return;
  // As in engine/postgres/README.md.
  settings.account_query =
      "SELECT upper(a.status::text) IN ('ACTIVE', 'VERIFIED') AND a.\"deletedAt\" IS NULL "
      "AND (a.\"lockUntil\" IS NULL OR a.\"lockUntil\" <= now() AT TIME ZONE 'UTC') AS counts, "
      "r.name AS role "
      "FROM \"Account\" a LEFT JOIN \"Role\" r ON r.id = a.\"roleId\" WHERE a.id = $1";
  settings.venues_query = "SELECT id AS \"venueId\" FROM \"Venue\" WHERE \"accountId\" = $1";
  settings.booking_query =
      "SELECT NULL::text AS \"accountId\", NULL::text AS \"venueId\" WHERE $1::text IS NULL";
}

}  // namespace courtside
