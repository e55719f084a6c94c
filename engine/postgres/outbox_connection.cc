#include "engine/postgres/outbox_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <utility>

#include "base/format.h"
#include "base/time.h"
#include "engine/postgres/connection_string.h"
#include "engine/postgres/shared_socket.h"
#include "engine/postgres/sql_error.h"

namespace courtside {
namespace {

// A transaction of ours has no more than so many statements that take long.
constexpr std::uint64_t kStatementsMax = 2;
constexpr std::uint64_t kGraceMs = 250;
// A database that does not answer holds up the server's going down for so long.
constexpr std::uint64_t kConnectMsMax = 5'000;
constexpr std::size_t kRejectedAtOnce = 100;
constexpr std::uint64_t kCountMax = 10'000;  // rows counted for lag and rejections

// The system's identifier is the cluster's for life; a timeline begins when a standby is promoted
// or a backup restored to a point in time.
constexpr const char* kIdentityQuery =
    "SELECT (SELECT system_identifier::text FROM pg_control_system()) || '/' || "
    "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::text || '/' || "
    "(SELECT oid::text FROM pg_database WHERE datname = current_database())";

// Sessions of others hide when they began from roles without pg_read_all_stats, but not who they
// are. Prepared transactions are nobody's session and hold the guard all the same.
constexpr const char* kOldestTransactionQuery =
    "SELECT pid, id, holder, seconds FROM ("
    "SELECT a.pid::bigint AS pid, a.backend_xid::text::bigint AS id, age(a.backend_xid) AS age, "
    "coalesce(a.usename, '') || coalesce('@' || host(a.client_addr), '') || "
    "coalesce(' (' || nullif(a.application_name, '') || ')', '') || coalesce(', ' || a.state, '') "
    "AS holder, coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0) AS seconds "
    "FROM pg_stat_activity a WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid() "
    "UNION ALL "
    "SELECT 0, p.transaction::text::bigint, age(p.transaction), 'prepared transaction ' || p.gid "
    "|| ' of ' || p.owner, "
    "extract(epoch FROM clock_timestamp() - p.prepared) FROM pg_prepared_xacts p"
    ") t ORDER BY age DESC LIMIT 1";

}  // namespace

std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '.') {
      out += "\".\"";
    } else {
      out.append(c == '"' ? 2 : 1, c);
    }
  }
  return out + "\"";
}

// Counts what the database calls out; that it called is all that counts.
class OutboxConnection::Listener : public pqxx::notification_receiver {
 public:
  using notification_receiver::notification_receiver;
  void operator()(const std::string&, int) override { called_ = true; }
  bool take() { return std::exchange(called_, false); }

 private:
  bool called_ = false;
};

struct OutboxConnection::Connection {
  explicit Connection(const std::string& text) : pqxx(text), socket(pqxx.sock()) {
    never_reopen(pqxx);
  }
  pqxx::connection pqxx;
  const SharedSocket socket;
};

OutboxConnection::OutboxConnection(std::unique_ptr<Connection> connection,
                                   const OutboxSettings& settings)
    : settings_(settings), connection_(std::move(connection)) {}

OutboxConnection::~OutboxConnection() = default;

Result<std::unique_ptr<OutboxConnection>> OutboxConnection::open(const OutboxSettings& settings) {
  const Result<std::string> text =
      connection_string("outbox.url", settings.url, std::min(settings.query_ms, kConnectMsMax));
  if (!text) return fail(text.error());
  try {
    return std::unique_ptr<OutboxConnection>(
        new OutboxConnection(std::make_unique<Connection>(*text), settings));
  } catch (const std::exception& e) {
    return fail(Code::unavailable, first_line(e.what()));
  }
}

Result<void> OutboxConnection::guarded(const std::function<void()>& work) {
  std::string why;
  try {
    work();
    return {};
  } catch (const pqxx::sql_error& e) {
    const bool is_late = e.sqlstate() == kQueryCanceled;
    why = is_late ? "a statement took longer than outbox.query_timeout" : message_of(e);
    // Not ours to mend by asking again, but the platform's: a lock, a full disk, going down.
    if (is_late || is_passing(e)) return fail(Code::unavailable, std::move(why));
    // SQLSTATE: undefined_table, insufficient_privilege.
    if (e.sqlstate() == "42P01" || e.sqlstate() == "42501") {
      why += "; run `courtside outbox install --role NAME`";
    }
  } catch (const std::exception& e) {
    why = first_line(e.what());
  }
  if (!connection_->pqxx.is_open()) return fail(Code::unavailable, std::move(why));
  return fail(Code::bad_configuration, std::move(why));
}

Result<void> OutboxConnection::run(Mode mode, std::uint64_t timeout_ms,
                                   const std::function<void(pqxx::transaction_base&)>& work) {
  // A few statements, each of which the server ends by itself.
  deadline_us_ = steady_us() + (kStatementsMax * timeout_ms + kGraceMs) * 1000;
  const Result<void> done = guarded([&] {
    const auto in = [&](auto&& transaction) {
      // For this transaction: nothing of ours stays where a pooler lends the connection on.
      transaction.exec(
          format("SET LOCAL statement_timeout = {}; SET LOCAL TimeZone = 'UTC'", timeout_ms));
      work(transaction);
      transaction.commit();
    };
    if (mode == Mode::kRead) {
      in(pqxx::read_transaction(connection_->pqxx));
    } else {
      in(pqxx::work(connection_->pqxx));
    }
  });
  deadline_us_ = 0;
  return done;
}

void OutboxConnection::check_overdue() {
  const std::uint64_t deadline_us = deadline_us_;
  if (deadline_us != 0 && steady_us() > deadline_us) interrupt();
}

Result<std::string> OutboxConnection::identity() {
  std::string out;
  const Result<void> asked = run(Mode::kRead, [&](pqxx::transaction_base& transaction) {
    if (transaction.exec1("SELECT pg_is_in_recovery()")[0].as<bool>()) return;
    out = transaction.exec1(kIdentityQuery)[0].as<std::string>();
  });
  if (!asked) return fail(asked.error());
  if (out.empty()) {
    return fail(Code::bad_configuration,
                "the database is a standby, which cannot be written to; name the primary");
  }
  return out;
}

Result<void> OutboxConnection::reject(const std::vector<Rejection>& rejections) {
  const std::string insert = format(
      "INSERT INTO {} "
      "(\"source\", \"place\", \"eventId\", \"type\", \"aggregateType\", \"aggregateId\", "
      "\"reason\", \"content\") VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')) "
      "ON CONFLICT DO NOTHING",
      quoted_name(settings_.rejected_table));
  for (std::size_t begin = 0; begin < rejections.size(); begin += kRejectedAtOnce) {
    const std::size_t end = std::min(begin + kRejectedAtOnce, rejections.size());
    const Result<void> told = run(Mode::kWrite, [&](pqxx::transaction_base& transaction) {
      for (std::size_t i = begin; i < end; ++i) {
        const OutboxRow& row = rejections[i].row;
        transaction.exec_params(insert, settings_.name, row.place, row.event_id, row.type,
                                row.aggregate_type, row.aggregate_id, rejections[i].reason,
                                row.content);
      }
    });
    if (!told) return told;
  }
  return {};
}

Result<OutboxLag> OutboxConnection::lag() {
  OutboxLag lag;
  const Result<void> asked = run(Mode::kRead, [&](pqxx::transaction_base& transaction) {
    const pqxx::result oldest = transaction.exec(kOldestTransactionQuery);
    if (!oldest.empty()) {
      lag.oldest = {.pid = oldest[0][0].as<std::uint64_t>(),
                    .id = oldest[0][1].as<std::uint64_t>(),
                    .holder = oldest[0][2].as<std::string>(""),
                    .seconds = oldest[0][3].as<double>()};
    }
    const std::string rejected = format(
        "SELECT count(*) FILTER (WHERE r.\"reason\" NOT IN ($2, $3)), "
        "count(*) FILTER (WHERE r.\"reason\" = $2), count(*) FILTER (WHERE r.\"reason\" = $3) "
        "FROM (SELECT \"reason\" FROM {} WHERE \"source\" = $1 LIMIT {}) r",
        quoted_name(settings_.rejected_table), kCountMax);
    const pqxx::row counts = transaction.exec_params1(
        rejected, settings_.name, std::string(kSkippedReason), std::string(kUncertainReason));
    lag.rejected = counts[0].as<std::uint64_t>();
    lag.skipped = counts[1].as<std::uint64_t>();
    lag.uncertain = counts[2].as<std::uint64_t>();
  });
  if (!asked) return fail(asked.error());
  return lag;
}

Result<bool> OutboxConnection::wait(int wake, std::uint64_t timeout_ms) {
  const bool listens = !settings_.wake_channel.empty();
  if (listens && listener_ == nullptr) {
    const Result<void> listening = guarded(
        [&] { listener_ = std::make_unique<Listener>(connection_->pqxx, settings_.wake_channel); });
    if (!listening) return fail(listening.error());
    // What was called before is not heard: look first.
    return true;
  }
  const auto called = [this]() -> Result<bool> {
    const Result<void> read = guarded([this] { connection_->pqxx.get_notifs(); });
    if (!read) return fail(read.error());
    return listener_->take();
  };
  if (listens) {
    // A call that came with the answer to something else is in hand already, and not in the socket.
    Result<bool> before = called();
    if (!before || *before) return before;
  }
  pollfd waits[] = {{wake, POLLIN, 0}, {connection_->socket.descriptor(), POLLIN, 0}};
  const int ready = ::poll(waits, listens ? 2 : 1, static_cast<int>(timeout_ms));
  if (ready <= 0 || !listens || waits[1].revents == 0) return false;
  return called();
}

void OutboxConnection::interrupt() { ::shutdown(connection_->socket.descriptor(), SHUT_RDWR); }

}  // namespace courtside
