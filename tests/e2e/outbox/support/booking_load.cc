#include "tests/e2e/outbox/support/booking_load.h"

#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <set>

#include "tests/e2e/support/events.h"

namespace courtside::e2e {
namespace {

void book(pqxx::connection& connection, const LoadOptions& options, Random& random,
          const std::string& id) {
  pqxx::work work(connection);
  const auto chance = [&](int per_cent) { return static_cast<int>(pick(random, 100)) < per_cent; };
  if (chance(options.early_id_per_cent)) work.exec("SELECT pg_current_xact_id()");
  const std::string booking =
      "b_" + std::to_string(pick(random, static_cast<std::size_t>(options.bookings)));
  const auto version =
      work.exec_params1(
              "UPDATE \"Bookings\" SET version = version + 1 WHERE id = $1 RETURNING version",
              booking)[0]
          .as<std::int64_t>();
  if (options.messages) {
    work.exec_params("INSERT INTO \"Written\" VALUES ($1)", id);
    work.exec_params(
        "SELECT pg_logical_emit_message(true, 'courtside', jsonb_build_object('eventId', $1::text, "
        "'type', 'booking.amended', 'aggregateType', 'booking', 'aggregateId', $2::text, "
        "'aggregateVersion', $3::bigint, 'payload', jsonb_build_object('bookingId', "
        "$2::text))::text)",
        id, booking, version);
  } else {
    work.exec_params(
        "INSERT INTO \"EventOutbox\" (\"eventId\", \"type\", \"aggregateType\", \"aggregateId\", "
        "\"aggregateVersion\", \"bookingId\", \"payload\") VALUES ($1, 'booking.amended', "
        "'booking', $2, $3, $2, jsonb_build_object('bookingId', $2::text))",
        id, booking, version);
  }
  if (chance(options.slow_per_cent)) work.exec("SELECT pg_sleep(0.02)");
  if (chance(options.rolled_back_per_cent)) {
    work.abort();
  } else {
    work.commit();
  }
}

}  // namespace

void make_bookings(const std::string& url, int bookings) {
  pqxx::connection connection(url);
  pqxx::nontransaction session(connection);
  session.exec("CREATE TABLE \"Written\" (\"eventId\" TEXT PRIMARY KEY)");
  session.exec("CREATE TABLE \"Bookings\" (id TEXT PRIMARY KEY, version BIGINT NOT NULL)");
  session.exec("INSERT INTO \"Bookings\" SELECT 'b_' || i, 0 FROM generate_series(0, " +
               std::to_string(bookings - 1) + ") i");
}

void run_bookings(const std::string& url, const LoadOptions& options, int worker,
                  const Workers& workers) {
  Random random(seed() + static_cast<std::uint64_t>(worker));
  std::uint64_t number = 0;
  while (!workers.stopped()) {
    try {
      pqxx::connection connection(url);
      while (!workers.stopped()) {
        // A new id for each attempt, because a failed commit may have happened or not.
        book(connection, options, random,
             "w" + std::to_string(worker) + "-" + std::to_string(number++));
        if (options.pause.count() > 0) std::this_thread::sleep_for(options.pause);
      }
    } catch (const pqxx::failure&) {
      // The database or this session was killed: try again soon.
      std::this_thread::sleep_for(milliseconds(10));
    }
  }
}

std::multiset<std::string> committed_ids(const std::string& url, const std::string& table) {
  pqxx::connection connection(url);
  pqxx::nontransaction session(connection);
  std::multiset<std::string> out;
  for (const auto& row : session.exec("SELECT \"eventId\" FROM \"" + table + "\"")) {
    out.insert(row[0].c_str());
  }
  return out;
}

std::vector<LoggedEntry> logged_entries(HttpClient& http) {
  std::vector<LoggedEntry> out;
  for (const Logged& each : read_log(http)) {
    if (each.event["source"].text() != "/platform") continue;
    out.push_back({.id = each.id,
                   .aggregate = each.event["subject"].text(),
                   .version = each.event["aggregateversion"].number()});
  }
  return out;
}

void expect_equal(HttpClient& http, const std::string& url, const std::string& table) {
  const std::multiset<std::string> committed = committed_ids(url, table);
  const Deadline deadline(seconds(60));
  while (read_head_place(http).offset < committed.size() && !deadline.expired()) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  std::multiset<std::string> logged;
  std::map<std::string, std::int64_t> versions;
  std::size_t out_of_order = 0;
  for (const LoggedEntry& each : logged_entries(http)) {
    logged.insert(each.id);
    std::int64_t& last = versions[each.aggregate];
    if (each.version != last + 1) ++out_of_order;
    last = each.version;
  }
  std::vector<std::string> missed, more;
  std::set_difference(committed.begin(), committed.end(), logged.begin(), logged.end(),
                      std::back_inserter(missed));
  std::set_difference(logged.begin(), logged.end(), committed.begin(), committed.end(),
                      std::back_inserter(more));
  EXPECT_EQ(missed.size(), 0u) << "missed, as " << missed.front();
  EXPECT_EQ(more.size(), 0u) << "doubled or rolled back, as " << more.front();
  EXPECT_EQ(out_of_order, 0u);
  std::printf("%zu committed, %zu logged, %zu bookings\n", committed.size(), logged.size(),
              versions.size());
}

}  // namespace courtside::e2e
