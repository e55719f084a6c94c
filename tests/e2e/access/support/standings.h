// A channel of each kind and each relation of an account to it, with the rows and events that
// create the relations. Each account has a booking, owns a venue, works for another and is in a
// room, so a refusal there must come from a missing permission.
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
  Draft publish;  // what somebody may try to publish there
};

// In the order of the table in denial_matrix_test.cc.
std::vector<Column> columns_of(const std::string& account);

// Rows on top of platform_tables_sql(), with inactive accounts: account-deleted, account-locked and
// account-suspended.
std::string standings_sql(PlatformShape shape);

std::vector<Draft> events_of(const std::string& account);
std::vector<Draft> events_of_others();

// Events that create rooms and tickets.
Draft room(const std::string& id, const std::string& kind,
           const std::vector<std::string>& participants);
Draft ticket(const std::string& id, const std::string& opener);
Draft notification(const std::string& id, const std::string& account);

}  // namespace courtside::e2e
