#include "tests/e2e/outbox/support/test_outbox.h"

namespace courtside::e2e {

PostgresServer& postgres() {
  static PostgresServer server({"wal_level=logical", "max_replication_slots=50"});
  return server;
}

void install_outbox(const std::string& url, const std::vector<std::string>& more,
                    const std::vector<std::string>& environment) {
  std::vector<std::string> command = {courtside_binary(), "outbox", "install",
                                      "--apply",          "--url",  url};
  command.insert(command.end(), more.begin(), more.end());
  Process process(command, environment);
  if (process.wait() != 0) give_up("outbox install: " + process.whole_output());
}

MessageOutbox make_message_outbox() {
  const std::string database = postgres().create_database();
  MessageOutbox out{.url = postgres().url(database), .flags = {}};
  install_outbox(out.url, {"--kind", "messages"}, {"COURTSIDE_OUTBOX_SLOT=" + database});
  out.flags = {"--outbox-url", out.url, "--outbox-kind", "messages", "--outbox-slot", database};
  return out;
}

std::string make_outbox(const std::vector<std::string>& more) {
  const std::string url = postgres().url(postgres().create_database());
  install_outbox(url, more);
  return url;
}

void write_row(pqxx::transaction_base& transaction, const OutboxDraft& draft) {
  const std::string payload =
      draft.payload.empty() ? "{\"bookingId\":" + json_string(draft.booking) + "}" : draft.payload;
  transaction.exec_params(
      "INSERT INTO \"EventOutbox\" (\"eventId\", \"type\", \"aggregateType\", \"aggregateId\", "
      "\"aggregateVersion\", \"payload\") VALUES ($1, $2, 'booking', $3, nullif($4::bigint, 0), "
      "$5)",
      draft.id, draft.type, draft.booking, draft.version, payload);
}

void OutboxTest::SetUp() {
  postgres().start();
  url_ = make_outbox();
}

void OutboxTest::TearDown() {
  http_.reset();
  if (server_ == nullptr) return;
  if (server_->process().running()) {
    EXPECT_EQ(server_->terminate(), 0);
  }
  expect_no_canary(server_->process().output());
  if (HasFailure()) ADD_FAILURE() << "the server printed:\n" << server_->process().output();
}

void OutboxTest::serve(const std::vector<std::string>& more) {
  std::vector<std::string> flags = {"--outbox-url", url_, "--outbox-watch", "100ms"};
  flags.insert(flags.end(), more.begin(), more.end());
  http_.reset();
  if (server_ == nullptr) {
    server_ = std::make_unique<ServerProcess>(flags);
  } else {
    if (server_->process().running()) {
      EXPECT_EQ(server_->terminate(), 0);
    }
    server_->set_flags(flags);
    server_->start();
  }
  http_ = std::make_unique<HttpClient>(server_->port());
}

void OutboxTest::commit(const OutboxDraft& draft) {
  pqxx::connection connection(url_);
  pqxx::work work(connection);
  write_row(work, draft);
  work.commit();
}

std::string OutboxTest::sql(const std::string& text) const {
  pqxx::connection connection(url_);
  pqxx::nontransaction session(connection);
  const pqxx::result rows = session.exec(text);
  return rows.empty() || rows.columns() == 0 ? "" : rows[0][0].as<std::string>("");
}

Json OutboxTest::status_when(const Condition& condition, const std::string& name) {
  const Deadline deadline;
  for (;;) {
    const HttpResponse answer = http_->get("/v1/outbox");
    if (answer.status != 200) give_up("GET /v1/outbox answered " + answer.body);
    for (const Json& source : answer.json()["sources"].items()) {
      if (source["name"].text() == name && condition(source)) return source;
    }
    if (deadline.expired()) give_up("the outbox never got there: " + answer.body);
    std::this_thread::sleep_for(milliseconds(10));
  }
}

std::string OutboxTest::logged() {
  std::string out;
  for (const Logged& each : read_log(*http_)) {
    if (each.event["source"].text() != "/platform") continue;
    out += (out.empty() ? "" : " ") + each.event["subject"].text();
    if (each.event.has("aggregateversion")) {
      out += "/" + std::to_string(each.event["aggregateversion"].number());
    }
  }
  return out;
}

std::string OutboxTest::logged_when(std::size_t count) {
  const Deadline deadline;
  while (read_head_place(*http_).offset < count) {
    if (deadline.expired()) give_up("the log never had so many: " + logged());
    std::this_thread::sleep_for(milliseconds(5));
  }
  return logged();
}

}  // namespace courtside::e2e
