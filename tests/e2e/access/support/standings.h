// A channel of every kind, and of every way in which an account may stand to it; with the rows and
// events of the world that make it so. Everybody stands well: each account has a booking, owns a
// venue, works for another, is in a room: what it is refused there is so for want of a permission.
//
// Threads: values.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/support/events.h"
#include "tests/support/platform_tables.h"

namespace courtside::e2e {

struct Column {
  std::string channel;
  Draft publish;  // what somebody may want to publish there
};

// In the order of the table in denial_matrix_test.cc.
std::vector<Column> columns_of(const std::string& account);

// On top of platform_tables_sql(), with accounts that do not count: account-deleted, account-locked
// and account-suspended.
std::string standings_sql(PlatformShape shape);

std::vector<Draft> events_of(const std::string& account);
std::vector<Draft> events_of_others();

// The beginnings of things.
Draft room(const std::string& id, const std::string& kind,
           const std::vector<std::string>& participants);
Draft ticket(const std::string& id, const std::string& opener);
Draft notification(const std::string& id, const std::string& account);

}  // namespace courtside::e2e
