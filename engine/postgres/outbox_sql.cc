#include "engine/postgres/outbox_sql.h"

#include <algorithm>
#include <string_view>

#include "engine/postgres/outbox_connection.h"
#include "engine/postgres/sql_text.h"

namespace courtside {
namespace {

// A table of ours that is named after another one: "schema"."EventOutboxVersion".
std::string named_after(std::string_view table, std::string_view suffix) {
  return quoted_name(std::string(table) + std::string(suffix));
}

std::string bare_name(std::string_view table, std::string_view suffix) {
  return quoted_identifier(std::string(table_parts(table).second) + std::string(suffix));
}

OutboxStatement events_table(const OutboxSettings& settings) {
  return {"One row for each event, written in the transaction of the change itself.",
          "CREATE TABLE IF NOT EXISTS " + quoted_name(settings.table) + R"( (
  "position" BIGSERIAL PRIMARY KEY,
  "txid" BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  "eventId" TEXT NOT NULL UNIQUE,
  "type" TEXT NOT NULL,
  "aggregateType" TEXT NOT NULL,
  "aggregateId" TEXT NOT NULL,
  "aggregateVersion" BIGINT,
  "venueId" TEXT,
  "accountId" TEXT,
  "bookingId" TEXT,
  "actorId" TEXT,
  "actorType" TEXT,
  "actorRole" TEXT,
  "correlationId" TEXT,
  "causationId" TEXT,
  "payload" JSONB NOT NULL DEFAULT '{}',
  "schemaVersion" INTEGER NOT NULL DEFAULT 1,
  "occurredAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now()
))"};
}

OutboxStatement events_index(const OutboxSettings& settings) {
  return {"The order in which Courtside reads the rows.",
          "CREATE INDEX IF NOT EXISTS " + bare_name(settings.table, "_txid_position_idx") +
              "\n  ON " + quoted_name(settings.table) + R"( ("txid", "position"))"};
}

OutboxStatement version_table(const OutboxSettings& settings) {
  return {
      "The number of each aggregate's newest event. Producers increment it under the row's lock.",
      "CREATE TABLE IF NOT EXISTS " + named_after(settings.table, "Version") + R"( (
  "aggregateType" TEXT NOT NULL,
  "aggregateId" TEXT NOT NULL,
  "version" BIGINT NOT NULL,
  PRIMARY KEY ("aggregateType", "aggregateId")
))"};
}

OutboxStatement rejected_table(const OutboxSettings& settings) {
  const bool messages = settings.kind == OutboxKind::kMessages;
  return {std::string("Rows that Courtside could not publish, with the reason.") +
              (messages ? "" : " The row of the outbox is kept until its row here is\ndeleted."),
          "CREATE TABLE IF NOT EXISTS " + quoted_name(settings.rejected_table) + R"( (
  "source" TEXT NOT NULL,
  "place" TEXT NOT NULL,  -- txid:position, or the commit's LSN and the message's number in it
  "eventId" TEXT,
  "type" TEXT,
  "aggregateType" TEXT,
  "aggregateId" TEXT,
  "reason" TEXT NOT NULL,
  "content" TEXT,  -- of a message, cut off at 64 KiB; a row stays in the outbox instead
  "rejectedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("source", "place")
))"};
}

// CREATE PUBLICATION has no IF NOT EXISTS.
OutboxStatement publication(const OutboxSettings& settings) {
  return {
      "The slot's plugin requires a publication; one without tables adds nothing to the messages.\n"
      "Creating it needs CREATE on the database. It must exist before the slot.",
      "DO " +
          dollar_quoted("\nBEGIN\n  IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = " +
                        quoted_literal(settings.publication) + ") THEN\n    CREATE PUBLICATION " +
                        quoted_identifier(settings.publication) + ";\n  END IF;\nEND\n")};
}

OutboxStatement slot(const OutboxSettings& settings) {
  const std::string name = quoted_literal(settings.slot);
  return {
      "Once the slot exists, PostgreSQL keeps its WAL until Courtside has read it. Drop the slot "
      "when it is no\nlonger read (SELECT pg_drop_replication_slot(" +
          name +
          ")), and set max_slot_wal_keep_size.\nThe statement needs wal_level = logical, the "
          "REPLICATION attribute, and a separate transaction: if your tool runs a\nfile as one "
          "transaction, move the statement to a separate file.",
      "SELECT pg_create_logical_replication_slot(" + name +
          ", 'pgoutput')\n  WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = " +
          name + ")"};
}

void add_trigger(std::vector<OutboxStatement>& out, const OutboxSettings& settings) {
  const std::string channel =
      settings.wake_channel.empty() ? kDefaultWakeChannel : settings.wake_channel;
  const std::string function = named_after(settings.table, "_wake");
  out.push_back(
      {"Notifies Courtside (outbox.wake_channel = " + quoted_literal(channel) +
           ") as soon as a transaction with events commits. Without\nit, Courtside finds the "
           "events with its next read. The trigger has a cost: transactions that notify commit "
           "one\nafter the other, because PostgreSQL holds a lock of the whole cluster. In our "
           "measurement with 32 clients, that\ncost 61 % of the commits per second.",
       "CREATE OR REPLACE FUNCTION " + function + "() RETURNS trigger LANGUAGE plpgsql AS " +
           dollar_quoted("\nBEGIN\n  NOTIFY " + quoted_identifier(channel) +
                         ";\n  RETURN NULL;\nEND\n")});
  out.push_back({"", "CREATE OR REPLACE TRIGGER " + bare_name(settings.table, "_wake") +
                         " AFTER INSERT ON " + quoted_name(settings.table) +
                         "\n  FOR EACH STATEMENT EXECUTE FUNCTION " + function + "()"});
}

// Every role may use the schema public; any other schema needs a grant.
void add_schema_grants(std::vector<OutboxStatement>& out, const OutboxSettings& settings,
                       const std::string& role) {
  std::vector<std::string_view> schemas;
  const bool messages = settings.kind == OutboxKind::kMessages;
  if (!messages) schemas.push_back(table_parts(settings.table).first);
  const std::string_view rejected = table_parts(settings.rejected_table).first;
  if (std::find(schemas.begin(), schemas.end(), rejected) == schemas.end()) {
    schemas.push_back(rejected);
  }
  for (const std::string_view schema : schemas) {
    if (schema.empty()) continue;
    out.push_back({"", "GRANT USAGE ON SCHEMA " + quoted_identifier(schema) + " TO " + role});
  }
}

void add_grants(std::vector<OutboxStatement>& out, const OutboxSettings& settings,
                const std::string& name) {
  const std::string role = quoted_identifier(name);
  out.push_back({"The rights that Courtside's role needs, and no others.", ""});
  add_schema_grants(out, settings, role);
  if (settings.kind == OutboxKind::kTable) {
    out.push_back({"", "GRANT SELECT, DELETE ON " + quoted_name(settings.table) + " TO " + role});
  } else {
    out.push_back(
        {"The right to read the slot. If your provider has a role for this (rds_replication), "
         "grant that instead.",
         "ALTER ROLE " + role + " REPLICATION"});
  }
  out.push_back(
      {"", "GRANT SELECT, INSERT ON " + quoted_name(settings.rejected_table) + " TO " + role});
  out.push_back(
      {"Optional, to see which session keeps a transaction open, and since when:\n  GRANT "
       "pg_read_all_stats TO " +
           role + ";",
       ""});
}

void append_comment(std::string& out, std::string_view comment) {
  while (!comment.empty()) {
    const std::size_t end = std::min(comment.find('\n'), comment.size());
    out.append("-- ").append(comment.substr(0, end)).append("\n");
    comment.remove_prefix(std::min(end + 1, comment.size()));
  }
}

}  // namespace

std::vector<OutboxStatement> outbox_statements(const OutboxSettings& settings,
                                               const OutboxSqlOptions& options) {
  std::vector<OutboxStatement> out;
  const bool messages = settings.kind == OutboxKind::kMessages;
  if (!messages) {
    out.push_back(events_table(settings));
    out.push_back(events_index(settings));
  }
  out.push_back(version_table(settings));
  out.push_back(rejected_table(settings));
  if (options.notify && !messages) add_trigger(out, settings);
  if (!options.role.empty()) add_grants(out, settings, options.role);
  if (messages) {
    out.push_back(publication(settings));
    out.push_back(slot(settings));
  }
  return out;
}

std::string outbox_sql(const OutboxSettings& settings, const OutboxSqlOptions& options) {
  std::string out = "-- Made by `courtside outbox install`. Running it again changes nothing.\n";
  for (const OutboxStatement& each : outbox_statements(settings, options)) {
    out.append("\n");
    append_comment(out, each.comment);
    if (!each.sql.empty()) out.append(each.sql).append(";\n");
  }
  return out;
}

}  // namespace courtside
