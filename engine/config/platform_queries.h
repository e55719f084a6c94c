// The default SQL queries of the access rules, for the platform's schema. Each is a setting, so
// that another schema can have its own queries.
//
// Each takes one id (text) as $1 and returns columns with these names (upper or lower case):
//
//   account_query      counts  boolean: ACTIVE or VERIFIED, not deleted, not locked
//                      role    text
//                      at most one row: the account
//   permissions_query  key     text: one row per permission of the account's role
//   venues_query       venueId text: one row per venue that the account owns or works for
//   booking_query      accountId, venueId   text; at most one row: the booking
//
// A null column counts as false or as missing. Threads: constants.
#pragma once

#include <string_view>

namespace courtside {

// Times have no zone and are in UTC. The role is joined by its id, because a role's name and type
// may differ.
constexpr std::string_view kAccountQuery =
    "SELECT upper(a.status::text) IN ('ACTIVE', 'VERIFIED') AND upper(r.status::text) = 'ACTIVE' "
    "AND a.\"deletedAt\" IS NULL "
    "AND (a.\"lockUntil\" IS NULL OR a.\"lockUntil\" <= now() AT TIME ZONE 'UTC') AS counts, "
    "r.name AS role "
    "FROM \"Account\" a LEFT JOIN \"Role\" r ON r.id = a.\"roleId\" WHERE a.id = $1";

// There is a row for each pair of role and permission; `allowed` says whether the role has it.
constexpr std::string_view kPermissionsQuery =
    "SELECT p.key AS key FROM \"Account\" a "
    "JOIN \"RolePermission\" rp ON rp.\"roleId\" = a.\"roleId\" AND rp.allowed = true "
    "JOIN \"Permission\" p ON p.id = rp.\"permissionId\" WHERE a.id = $1";

constexpr std::string_view kVenuesQuery =
    "SELECT v.id AS \"venueId\" FROM \"Venue\" v WHERE v.\"isDeleted\" IS NOT TRUE "
    "AND (v.\"ownerId\" = $1 OR EXISTS (SELECT FROM \"VenueUser\" s "
    "WHERE s.\"venueId\" = v.id AND s.\"accountId\" = $1))";

constexpr std::string_view kBookingQuery =
    "SELECT b.\"accountId\" AS \"accountId\", b.\"venueId\" AS \"venueId\" "
    "FROM \"Booking\" b WHERE b.id = $1";

// `courtside outbox backfill` reads this page by page: at most $3 rows after time $1 (text, UTC)
// and id $2, in that order. The columns `id` and `timestamp` are required; all others are copied.
// The first page is after '-infinity' and ''.
constexpr std::string_view kAuditLogQuery =
    "SELECT * FROM \"AuditLog\" WHERE (\"timestamp\", id) > ($1::timestamp, $2) "
    "ORDER BY \"timestamp\", id LIMIT $3";

}  // namespace courtside
