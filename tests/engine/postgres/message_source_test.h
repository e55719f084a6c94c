// A database with a slot, and a MessageSource over it: one cluster for the whole program, a
// database and a slot for each test. Threads: the test's.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <pqxx/pqxx>
#include <string>

#include "engine/postgres/message_source.h"
#include "engine/postgres/outbox_install.h"
#include "tests/engine/postgres/logical_server.h"

namespace courtside {

class MessageSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    cluster().start();
    database_ = cluster().create_database();
    settings_.kind = OutboxKind::kMessages;
    settings_.url = cluster().url(database_);
    settings_.slot = "slot_of_" + database_;
    install();
  }
  void TearDown() override {
    source_.reset();
    cluster().start();
    sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
        "WHERE database = current_database()");
  }

  static PostgresServer& cluster() { return logical_server(); }
  std::string sql(const std::string& text) const { return cluster().sql(database_, text); }
  void install() {
    const auto statements = outbox_statements(settings_, {});
    ASSERT_TRUE(run_outbox_statements(cluster().url(database_), statements, 10'000));
  }
  void drop_slot() { sql("SELECT pg_drop_replication_slot('" + settings_.slot + "')"); }

  static std::string emitting(const std::string& id) {
    return "SELECT pg_logical_emit_message(true, 'courtside', '{\"eventId\":\"" + id + "\"}');";
  }
  void emit(const std::string& id) { sql(emitting(id)); }

  OutboxSource& source() {
    if (source_ == nullptr) {
      auto opened = MessageSource::open(settings_);
      EXPECT_TRUE(opened) << opened.error().message;
      source_ = std::move(*opened);
    }
    return *source_;
  }

  // The ids of a page; `place_` moves on.
  std::string read() {
    const Result<OutboxPage> page = source().read(place_);
    if (!page) return message_of(page.error());
    std::string out;
    for (const OutboxRow& row : page->rows) out += (out.empty() ? "" : " ") + row.event_id;
    place_ = page->end;
    // The slot never stands beyond what was read.
    EXPECT_TRUE(place_.empty() || sql("SELECT confirmed_flush_lsn <= '" + lsn_of(place_) +
                                      "'::pg_lsn FROM pg_replication_slots WHERE slot_name = '" +
                                      settings_.slot + "'") == "t");
    return out + (page->is_full ? " ..." : "");
  }
  std::string checked() {
    const Result<bool> checked = source().check_place(place_, "");
    return checked ? "good" : message_of(checked.error());
  }
  static std::string message_of(const Error& error) {
    return std::string(info(error.code).name) + ": " + error.message;
  }

  std::string confirmed() const {
    return sql("SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '" +
               settings_.slot + "'");
  }
  static std::string lsn_of(const std::string& place) { return place.substr(0, place.find(':')); }

  OutboxSettings settings_;
  std::string database_;
  std::unique_ptr<OutboxSource> source_;
  std::string place_;
};

}  // namespace courtside
