#include "engine/postgres/message_source.h"

#include <algorithm>
#include <pqxx/pqxx>
#include <utility>

#include "base/format.h"
#include "base/time.h"
#include "engine/postgres/sql_text.h"

namespace courtside {
namespace {

using Mode = OutboxConnection::Mode;

constexpr int kServerVersionMin = 140'000;    // pgoutput hands on messages from there on
constexpr std::uint64_t kFramesAtOnce = 500;  // of one FETCH
constexpr std::uint64_t kFramesOfARow = 3;    // begin, message, commit
constexpr std::uint64_t kFrameBytesMax = kMessageBytesMax + 1024;   // with its prefix
constexpr std::uint64_t kFrameHeadBytes = kContentBytesMax + 1024;  // of a longer one

const char* const kInstall = "; `courtside outbox install --kind messages` makes it";

Lsn lsn_of(const pqxx::field& field) { return parse_lsn(field.c_str()).value_or(Lsn()); }

// Why the server gave the slot up, and which setting of it decides that.
std::string loss_text(const std::string& reason) {
  if (reason == "idle_timeout") {
    return "nobody has read it for idle_replication_slot_timeout, which is to be longer than "
           "Courtside may be away";
  }
  if (reason == "wal_level_insufficient") return "wal_level was lowered below `logical`";
  if (reason == "rows_removed") return "the server has removed rows of its catalog";
  const std::string size = "the server has removed what was not read (max_slot_wal_keep_size)";
  return reason.empty() || reason == "wal_removed" ? size : "the server says " + reason;
}

// Only what is needed of a message that is too long leaves the server.
std::string peek_query(const OutboxSettings& settings, std::uint64_t frames) {
  return format(
      "DECLARE courtside_frames NO SCROLL CURSOR FOR SELECT octet_length(data), "
      "CASE WHEN octet_length(data) <= {} THEN data ELSE substr(data, 1, {}) END "
      "FROM pg_logical_slot_peek_binary_changes({}, NULL, {}, "
      "'proto_version', '1', 'messages', 'true', 'publication_names', {})",
      kFrameBytesMax, kFrameHeadBytes, quoted_literal(settings.slot), frames,
      quoted_literal(quoted_identifier(settings.publication)));
}

}  // namespace

// What the server says of the slot. Of one that is not there only `end` is known.
struct MessageSource::Slot {
  bool exists = false;
  std::string plugin;
  std::string database;
  std::string status;  // wal_status
  std::string reason;  // why it is lost, where the server says so: from PostgreSQL 17 on
  Lsn confirmed;
  Lsn end;               // of the server's log, on disk
  bool is_here = false;  // of the database that we are connected to
};

Result<std::unique_ptr<OutboxSource>> MessageSource::open(const OutboxSettings& settings,
                                                          Counted counted) {
  Result<std::unique_ptr<OutboxConnection>> connection = OutboxConnection::open(settings);
  if (!connection) return fail(connection.error());
  if (counted == nullptr) counted = std::make_shared<std::atomic<std::uint64_t>>(0);
  return std::unique_ptr<OutboxSource>(
      new MessageSource(std::move(*connection), std::move(counted)));
}

MessageSource::Slot MessageSource::slot(pqxx::transaction_base& transaction) const {
  const pqxx::result rows = transaction.exec_params(
      "SELECT pg_current_wal_flush_lsn(), s.slot_name, coalesce(s.plugin, ''), "
      "coalesce(s.database, ''), coalesce(s.wal_status, ''), s.confirmed_flush_lsn, "
      "coalesce(s.database = current_database(), false), "
      // Former servers have no such column.
      "coalesce(to_jsonb(s)->>'invalidation_reason', '') "
      "FROM (SELECT 1) one LEFT JOIN pg_replication_slots s ON s.slot_name = $1",
      settings().slot);
  Slot slot;
  slot.end = lsn_of(rows[0][0]);
  if (rows[0][1].is_null()) return slot;
  slot.exists = true;
  slot.plugin = rows[0][2].c_str();
  slot.database = rows[0][3].c_str();
  slot.status = rows[0][4].c_str();
  slot.confirmed = lsn_of(rows[0][5]);
  slot.is_here = rows[0][6].as<bool>();
  slot.reason = rows[0][7].c_str();
  return slot;
}

Result<void> MessageSource::check_slot(const Slot& slot, MessagePlace from) const {
  const std::string name = format("the slot `{}`", settings().slot);
  const auto refuse = [&](const std::string& why) {
    return fail(Code::bad_configuration, name + why);
  };
  const auto report_loss = [&](const std::string& why) {
    return fail(Code::position_expired, name + why);
  };
  const bool is_first = from == MessagePlace();
  if (!slot.exists) {
    return refuse(std::string(" does not exist") + kInstall +
                  (is_first ? "" : format("; events since {} may be lost", from.text())));
  }
  if (slot.plugin != "pgoutput") {
    return refuse(format(" is of the plugin `{}`, and must be of `pgoutput`", slot.plugin));
  }
  if (!slot.is_here) {
    return refuse(
        format(" is of the database `{}`, and messages are of a database", slot.database));
  }
  if (slot.status == "lost") {
    return refuse(
        format(" is lost: {}; events since then are lost. Drop it with SELECT "
               "pg_drop_replication_slot({}), and make it anew with `courtside outbox install "
               "--kind messages`",
               loss_text(slot.reason), quoted_literal(settings().slot)));
  }
  if (!is_first && slot.confirmed > from.lsn) {
    return report_loss(
        format(" stands at {}, beyond {}, which was read up to: it was made anew or moved by "
               "somebody else, and events between may be lost",
               lsn_text(slot.confirmed), from.text()));
  }
  return {};
}

Result<bool> MessageSource::check_place(const std::string& place, const std::string&) {
  const Result<MessagePlace> from = parse_message_place(place);
  if (!from) return fail(from.error());
  Slot slot;
  int version = 0;
  std::string wal_level;
  bool is_published = false;
  const Result<void> asked = connection_->run(Mode::kRead, [&](pqxx::transaction_base& asking) {
    version = asking.exec1("SELECT current_setting('server_version_num')")[0].as<int>();
    wal_level = asking.exec1("SELECT current_setting('wal_level')")[0].c_str();
    slot = this->slot(asking);
    is_published =
        asking
            .exec_params1("SELECT EXISTS (SELECT FROM pg_publication WHERE pubname = $1)",
                          settings().publication)[0]
            .as<bool>();
  });
  if (!asked) return fail(asked.error());
  const auto refuse = [](std::string why) { return fail(Code::bad_configuration, std::move(why)); };
  if (version < kServerVersionMin) return refuse("messages can be read from PostgreSQL 14 on");
  if (wal_level != "logical") {
    return refuse(
        format("wal_level is `{}`, and must be `logical` for messages to be read", wal_level));
  }
  if (const Result<void> checked = check_slot(slot, *from); !checked) return fail(checked.error());
  if (!is_published) {
    return refuse(
        format("the publication `{}` does not exist{}", settings().publication, kInstall));
  }
  if (from->lsn > slot.end) {
    return fail(
        Code::position_expired,
        format("it was read up to {}, and its log ends at {}: it was put back to an earlier moment",
               from->text(), lsn_text(slot.end)));
  }
  return true;
}

Result<void> MessageSource::peek(pqxx::transaction_base& transaction, MessagePage& page,
                                 std::uint64_t frames) {
  transaction.exec(peek_query(settings(), frames));
  const std::string fetch = format("FETCH {} FROM courtside_frames", kFramesAtOnce);
  while (true) {
    const pqxx::result rows = transaction.exec(fetch);
    for (const auto& row : rows) {
      const pqxx::binarystring bytes(row[1]);
      const Result<void> taken = page.take({bytes.get(), bytes.size()}, row[0].as<std::uint64_t>());
      if (!taken) return taken;
      if (page.is_full()) return {};
    }
    if (rows.size() < kFramesAtOnce) return {};
  }
}

Result<OutboxPage> MessageSource::read(const std::string& place) {
  const Result<MessagePlace> from = parse_message_place(place);
  if (!from) return fail(from.error());
  const std::uint64_t began_us = steady_us();
  if (idle_since_us_ == 0) idle_since_us_ = began_us;
  MessagePage page(settings(), *from, {*counted_});
  Slot before;
  Slot after;
  std::uint64_t frames_max = 0;
  Result<void> read;
  const Result<void> asked =
      connection_->run(Mode::kRead, decode_ms(), [&](pqxx::transaction_base& asking) {
        // The log has everything up to the place. What was read comes again with every peek, so the
        // slot goes on as soon as that is a page's worth.
        if (frames_behind_ >= settings().page_rows) advance(asking, *from);
        before = slot(asking);
        frames_max = frames_behind_ + kFramesOfARow * settings().page_rows;
        read = peek(asking, page, frames_max);
        after = slot(asking);
      });
  if (!asked) return fail(asked.error());
  if (!read) return fail(read.error());
  last_read_ms_ = (steady_us() - began_us) / 1000;
  // After the peek: a slot that somebody moved meanwhile is found out too.
  if (const Result<void> checked = check_slot(after, *from); !checked) return fail(checked.error());

  *counted_ = page.counted().value;
  frames_behind_ = page.frames();
  const bool is_cut = page.is_full() || page.frames() >= frames_max;
  MessagePlace end = page.end();
  if (page.is_empty() && !is_cut) {
    // Nothing of ours: a peek reads every record that begins before the end of the log, and so it
    // has seen every commit that begins before the end as it was before.
    end = {.lsn = std::max(before.end, page.end().lsn), .messages = 0};
    const std::uint64_t idle_ms = (steady_us() - idle_since_us_) / 1000;
    const Lsn last = std::max(from->lsn, before.confirmed);
    const bool is_far = end.lsn.value > last.value + kIdleBytes;
    if (!is_far || idle_ms < kIdleMs) end = *from;
  }
  if (end != *from) idle_since_us_ = steady_us();
  return OutboxPage{.rows = page.take_rows(),
                    .end = end == *from ? place : end.text(),
                    .is_full = is_cut,
                    .ignored = page.ignored()};
}

// Not beyond where it stands already: that would be an error. A place within a transaction is where
// its commit begins, so the slot keeps it.
void MessageSource::advance(pqxx::transaction_base& transaction, MessagePlace to) {
  transaction.exec_params(
      "SELECT pg_replication_slot_advance(slot_name, $2::pg_lsn) FROM pg_replication_slots "
      "WHERE slot_name = $1 AND confirmed_flush_lsn < $2::pg_lsn",
      settings().slot, lsn_text(to.lsn));
  frames_behind_ = 0;
}

Result<bool> MessageSource::tidy(const std::string& place, const std::string& /*checked*/) {
  const Result<MessagePlace> to = parse_message_place(place);
  if (!to) return fail(to.error());
  if (*to == MessagePlace()) return false;
  const Result<void> asked =
      connection_->run(Mode::kRead, decode_ms(),
                       [&](pqxx::transaction_base& transaction) { advance(transaction, *to); });
  if (!asked) return fail(asked.error());
  return false;
}

Result<bool> MessageSource::wait(int wake, std::uint64_t timeout_ms) {
  const std::uint64_t pause_ms = std::min(last_read_ms_, kPauseMaxMs);
  return connection_->wait(wake, std::max(timeout_ms, pause_ms));
}

Result<OutboxLag> MessageSource::lag(const std::string& /*place*/) {
  Result<OutboxLag> lag = connection_->lag();
  if (!lag) return lag;
  const Result<void> asked =
      connection_->run(Mode::kRead, [&](pqxx::transaction_base& transaction) {
        const pqxx::result rows = transaction.exec_params(
            "SELECT coalesce(wal_status, ''), "
            "coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint "
            "FROM pg_replication_slots WHERE slot_name = $1",
            settings().slot);
        if (rows.empty()) return;
        lag->slot_state = rows[0][0].c_str();
        lag->bytes = rows[0][1].as<std::uint64_t>();
      });
  if (!asked) return fail(asked.error());
  return lag;
}

}  // namespace courtside
