// The questions that the rules of access ask the platform's database, as they are put to a schema
// with all the platform's tables. Each is a setting: a database of another shape has others.
//
// Each takes one id, a text, as $1, and gives columns by these names (upper or lower case):
//
//   account_query      counts  boolean: ACTIVE or VERIFIED, not deleted, not locked
//                      role    text
//                      at most one row: the account
//   permissions_query  key     text: one row for each permission of the account's role
//   venues_query       venueId text: one row for each venue that the account owns or works for
//   booking_query      accountId, venueId   text; at most one row: the booking
//
// A column that is null counts as false, or as nothing. Threads: constants.
#pragma once

#include <string_view>

namespace courtside {

// Times are without a zone and hold UTC. The role is found by its id: its name and its type differ
// for one role.
constexpr std::string_view kAccountQuery =
    "SELECT upper(a.status::text) IN ('ACTIVE', 'VERIFIED') AND upper(r.status::text) = 'ACTIVE' "
    "AND a.\"deletedAt\" IS NULL "
    "AND (a.\"lockUntil\" IS NULL OR a.\"lockUntil\" <= now() AT TIME ZONE 'UTC') AS counts, "
    "r.name AS role "
    "FROM \"Account\" a LEFT JOIN \"Role\" r ON r.id = a.\"roleId\" WHERE a.id = $1";

// There is a row for every pair of role and permission: `allowed` says whether it is held.
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

// What `courtside outbox backfill` reads, page by page: the rows behind a row's time ($1, as text
// in UTC) and id ($2), in that order, at most $3 of them. The columns `id` and `timestamp` must be
// there; any others are taken as they are. The first page is the one behind '-infinity' and ''.
constexpr std::string_view kAuditLogQuery =
    "SELECT * FROM \"AuditLog\" WHERE (\"timestamp\", id) > ($1::timestamp, $2) "
    "ORDER BY \"timestamp\", id LIMIT $3";

}  // namespace courtside
