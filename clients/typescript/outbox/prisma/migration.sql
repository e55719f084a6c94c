-- Made by `courtside outbox install`. Running it again changes nothing.

-- One row for each event, written in the transaction of the change itself.
CREATE TABLE IF NOT EXISTS "EventOutbox" (
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
);

-- The order in which Courtside reads the rows.
CREATE INDEX IF NOT EXISTS "EventOutbox_txid_position_idx"
  ON "EventOutbox" ("txid", "position");

-- The number of each aggregate's newest event. Producers increment it under the row's lock.
CREATE TABLE IF NOT EXISTS "EventOutboxVersion" (
  "aggregateType" TEXT NOT NULL,
  "aggregateId" TEXT NOT NULL,
  "version" BIGINT NOT NULL,
  PRIMARY KEY ("aggregateType", "aggregateId")
);

-- Rows that Courtside could not publish, with the reason. The row of the outbox is kept until its row here is
-- deleted.
CREATE TABLE IF NOT EXISTS "EventOutboxRejected" (
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
);
