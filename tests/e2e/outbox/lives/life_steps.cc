#include <gtest/gtest.h>

#include <pqxx/pqxx>

#include "tests/e2e/outbox/lives/life.h"

namespace courtside::e2e {
namespace {

// The next transaction id of the database.
const std::string kNextTransaction = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint";

// Copies all rows of a table with their numbers, as dump and restore do.
void restore_table(const std::string& from, const std::string& to, const std::string& table) {
  pqxx::connection source(from);
  pqxx::nontransaction reading(source);
  const std::string rows =
      reading.exec1("SELECT coalesce(json_agg(t), '[]')::text FROM \"" + table + "\" t")[0]
          .as<std::string>();
  pqxx::connection target(to);
  pqxx::work writing(target);
  writing.exec_params("INSERT INTO \"" + table +
                          "\" SELECT * FROM json_populate_recordset(NULL::\"" + table +
                          "\", $1::json)",
                      rows);
  writing.commit();
}

}  // namespace

void Life::step() {
  using Step = void (Life::*)();
  struct Named {
    const char* name;
    Step step;
  };
  constexpr Named kAll[] = {{"write", &Life::write_rows},
                            {"copy ahead", &Life::copy_rows_ahead},
                            {"copy behind", &Life::copy_rows_behind},
                            {"change old rows", &Life::change_old_rows},
                            {"restore elsewhere", &Life::restore_elsewhere},
                            {"wrong database and back", &Life::mistake_for_another},
                            {"wrong database accepted", &Life::accept_another},
                            {"promote", &Life::promote},
                            {"promote one that lagged", &Life::promote_one_that_lagged},
                            {"put back", &Life::put_back},
                            {"kill", &Life::kill_something}};
  const Named& chosen = kAll[pick(random_, std::size(kAll))];
  note(std::string(chosen.name) + ": ");
  (this->*chosen.step)();
}

std::string Life::next_id() { return name_ + "-" + std::to_string(next_number_++); }

std::string Life::insert(const std::string& id, const std::string& txid) {
  // Some have versions within their aggregate, so that rows wait for one another.
  std::string version = "NULL";
  const std::string aggregate = "n" + std::to_string(pick(random_, 3));
  if (txid == "DEFAULT" && pick(random_, 3) == 0) version = std::to_string(++versions_[aggregate]);
  return "INSERT INTO \"EventOutbox\" (\"eventId\", \"type\", \"aggregateType\", \"aggregateId\", "
         "\"aggregateVersion\", \"txid\") VALUES ('" +
         id + "', 'note.added', 'note', '" + aggregate + "', " + version + ", " + txid + ");";
}

void Life::commit_one() {
  const std::string id = next_id();
  const std::string row = insert(id);
  // A savepoint gives the row's writer its own transaction id.
  current_.sql(pick(random_, 4) == 0 ? "BEGIN; SAVEPOINT s; " + row + " COMMIT" : row);
  committed_.insert(id);
}

void Life::commit_some(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) commit_one();
}

void Life::write_rows() {
  pqxx::connection connection(current_.url());
  pqxx::work early(connection);
  const std::string id = next_id();
  early.exec(insert(id));
  commit_some(1 + pick(random_, 4));
  early.commit();
  committed_.insert(id);
}

void Life::copy_rows_ahead() {
  if (pick(random_, 2) == 0) server_->kill();
  const std::size_t count = 1 + pick(random_, 4);
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_far = pick(random_, 2) == 0;
    const std::string ahead = is_far ? "900000000" : std::to_string(1 + pick(random_, 20));
    const std::string id = next_id();
    current_.sql(insert(id, kNextTransaction + " + " + ahead));
    committed_.insert(id);
    if (pick(random_, 2) == 0) commit_one();
  }
  if (!server_->process().running()) start_server();
}

void Life::copy_rows_behind() {
  if (pick(random_, 2) == 0) server_->kill();
  pqxx::connection connection(current_.url());
  pqxx::work slow(connection);
  const std::size_t count = 1 + pick(random_, 4);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string numbers[] = {"0", "-5", std::to_string(pick(random_, 700)),
                                   kNextTransaction + " - " + std::to_string(pick(random_, 30))};
    const std::string row = insert(next_id(), numbers[pick(random_, std::size(numbers))]);
    const std::string id = name_ + "-" + std::to_string(next_number_ - 1);
    if (pick(random_, 3) == 0) {
      slow.exec(row);
    } else {
      current_.sql(row);
    }
    committed_.insert(id);
    if (pick(random_, 2) == 0) commit_one();
  }
  if (!server_->process().running()) start_server();
  slow.commit();
}

void Life::change_old_rows() {
  current_.sql("UPDATE \"EventOutbox\" SET \"payload\" = '{\"scrubbed\": true}'");
  commit_some(1);
}

// Restores read, unread and rejected rows elsewhere; nothing is written meanwhile.
void Life::restore_elsewhere() {
  if (pick(random_, 2) == 0) {
    server_->kill();
    commit_some(pick(random_, 4));
    start_server();
  }
  const Database target = make_database();
  for (const char* table : {"EventOutbox", "EventOutboxRejected"}) {
    restore_table(current_.url(), target.url(), table);
  }
  // A dump has the sequence too, which a crash has moved further than the rows show.
  const std::string sequence = "pg_get_serial_sequence('\"EventOutbox\"', 'position')";
  target.sql("SELECT setval(" + sequence + ", " + current_.sql("SELECT nextval(" + sequence + ")") +
             ")");
  current_ = target;
  if (pick(random_, 2) == 0) commit_some(pick(random_, 3));
  switch_to(target);
  commit_some(1 + pick(random_, 3));  // so that settle() cannot end before it is accepted
}

// The mistake must leave no trace.
void Life::mistake_for_another() {
  const Database right = current_;
  const Database wrong = make_database();
  wrong.sql(insert("foreign-" + next_id()));
  switch_to(wrong);
  const Deadline deadline;
  while (status()["state"].text() != "refused") {
    if (deadline.expired()) give_up("a wrong database is not refused");
    std::this_thread::sleep_for(milliseconds(10));  // between two checks of the status
  }
  const std::string detail = status()["detail"].text();
  EXPECT_EQ(detail.rfind("this is database " + status()["database"].text(), 0), 0u) << detail;
  current_ = right;
  commit_some(pick(random_, 3));
  switch_to(right);
  commit_some(1);
  settle(Accepts::kNothing);
}

void Life::accept_another() {
  const Database right = current_;
  current_ = make_database();
  commit_some(1 + pick(random_, 3));
  switch_to(current_);
  settle();
  switch_to(right);
  commit_some(1 + pick(random_, 3));
}

void Life::promote() {
  if (pick(random_, 2) == 0) {
    server_->kill();
    commit_some(pick(random_, 4));
  }
  current_.cluster->promote(false);
  if (!server_->process().running()) start_server();
  commit_some(1 + pick(random_, 3));
}

void Life::forget_since(const std::set<std::string>& before) {
  for (const std::string& id : committed_) {
    if (before.count(id) == 0) gone_.insert(id);
  }
  committed_ = before;
}

void Life::promote_one_that_lagged() {
  current_.cluster->copy_data();
  const std::set<std::string> before = committed_;
  commit_some(1 + pick(random_, 4));
  if (pick(random_, 2) == 0) settle();
  if (pick(random_, 2) == 0) server_->kill();
  current_.cluster->promote(true);
  forget_since(before);
  commit_some(pick(random_, 8));
  if (!server_->process().running()) start_server();
  commit_some(1);
}

void Life::put_back() {
  current_.cluster->copy_data();
  const std::set<std::string> before = committed_;
  commit_some(1 + pick(random_, 4));
  if (pick(random_, 2) == 0) settle();
  if (pick(random_, 2) == 0) server_->kill();
  current_.cluster->put_back();
  forget_since(before);
  commit_some(pick(random_, 8));
  if (!server_->process().running()) start_server();
  commit_some(1);
}

void Life::kill_something() {
  switch (pick(random_, 3)) {
    case 0: return restart_server();
    case 1:
      current_.sql(
          "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
          "WHERE application_name = 'courtside'");
      return;
    default: current_.cluster->kill(); current_.cluster->start();
  }
}

}  // namespace courtside::e2e
