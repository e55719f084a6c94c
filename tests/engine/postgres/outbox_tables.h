// An outbox whose columns may hold anything: what installed it may have been something else than
// `courtside outbox install`. Threads: any.
#pragma once

#include <string>

namespace courtside {

inline const std::string kOutboxTables = R"sql(
CREATE TABLE "EventOutbox" (
  "position" BIGSERIAL PRIMARY KEY,
  "txid" BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  "eventId" TEXT UNIQUE, "type" TEXT, "aggregateType" TEXT, "aggregateId" TEXT,
  "aggregateVersion" BIGINT, "venueId" TEXT, "accountId" TEXT, "bookingId" TEXT,
  "actorId" TEXT, "actorType" TEXT, "actorRole" TEXT, "correlationId" TEXT, "causationId" TEXT,
  "payload" JSONB DEFAULT '{}', "schemaVersion" INTEGER DEFAULT 1,
  "occurredAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now());
CREATE INDEX ON "EventOutbox" ("txid", "position");
CREATE TABLE "EventOutboxRejected" (
  "source" TEXT NOT NULL, "place" TEXT NOT NULL, "eventId" TEXT, "type" TEXT,
  "aggregateType" TEXT, "aggregateId" TEXT, "reason" TEXT NOT NULL, "content" TEXT,
  "rejectedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now(), PRIMARY KEY ("source", "place"));
)sql";

}  // namespace courtside
