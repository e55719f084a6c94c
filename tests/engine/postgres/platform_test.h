// A PlatformSource over a real PostgreSQL: one cluster for the whole program, a database for each
// test. Threads: the test's.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "engine/postgres/platform_source.h"
#include "tests/support/platform_tables.h"
#include "tests/support/postgres_server.h"

namespace courtside {

// Far longer than anything takes, also on a busy machine.
constexpr std::chrono::seconds kPatience{120};

inline PostgresServer& server() {
  static PostgresServer one;
  return one;
}

class PlatformTest : public testing::Test {
 protected:
  void SetUp() override {
    server().thaw();
    server().start();
    database_ = server().create_database();
    settings_.url = server().url(database_);
    settings_.query_ms = 10'000;
  }
  void TearDown() override { server().thaw(); }

  void make_tables(PlatformShape shape = PlatformShape::kFull) {
    sql(platform_tables_sql(shape));
    set_queries(settings_, shape);
  }
  std::string sql(const std::string& text) { return server().sql(database_, text); }

  // Takes the settings as they are now.
  PlatformSource& source() {
    if (source_ == nullptr) {
      Result<std::unique_ptr<PlatformSource>> made = PlatformSource::open(settings_);
      EXPECT_TRUE(made);
      source_ = *std::move(made);
    }
    return *source_;
  }

  std::future<Result<Fact>> begin(FactKind kind, const std::string& id) {
    auto told = std::make_shared<std::promise<Result<Fact>>>();
    source().load({kind, id}, [told](Result<Fact> fact) { told->set_value(std::move(fact)); });
    return told->get_future();
  }
  static Result<Fact> wait_for(std::future<Result<Fact>> told) {
    if (told.wait_for(kPatience) == std::future_status::ready) return told.get();
    return fail(Code::internal, "never answered");
  }
  Result<Fact> ask(FactKind kind, const std::string& id) { return wait_for(begin(kind, id)); }

  // "booking-1 of ann at v", "counts", "counts not", "nothing", or the code of an error.
  static std::string describe(const Result<Fact>& fact) {
    if (!fact) return std::string(info(fact.error().code).name);
    if (const auto* account = std::get_if<AccountFact>(&*fact)) {
      return account->is_active ? "counts" : "counts not";
    }
    const auto* booking = std::get_if<BookingFact>(&*fact);
    return booking == nullptr ? "nothing" : booking->account_id + " at " + booking->venue_id;
  }
  std::string account(const std::string& id) { return describe(ask(FactKind::kAccount, id)); }
  std::string booking(const std::string& id) { return describe(ask(FactKind::kBooking, id)); }

  // Waits until `condition` holds.
  template <typename Condition>
  static bool comes_true(const Condition& condition) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }

  Config::Database settings_;
  std::string database_;
  std::unique_ptr<PlatformSource> source_;
};

}  // namespace courtside
