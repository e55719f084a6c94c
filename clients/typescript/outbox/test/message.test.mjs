// Goal: an event that is written as a message is in the write-ahead log, as the JSON that Courtside
// reads, with its number; and no table contains it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { createOutbox, runWithContext } from "@courtside/outbox";

import { Database, needsDatabase, transaction } from "./support/database.mjs";
import { connect } from "./support/prisma.mjs";

const bounded = { ...needsDatabase, timeout: 60_000 };
const slot = `outbox_test_${process.pid}`;
const { outboxEvent, outboxEvents } = createOutbox({ via: "message" });
let database;
let pool;

before(async () => {
  if (needsDatabase.skip) return;
  database = await Database.create();
  pool = database.pool();
  await database.sql(`SELECT pg_create_logical_replication_slot($1, 'test_decoding')`, [slot]);
});
after(async () => {
  await database?.sql(`SELECT pg_drop_replication_slot($1)`, [slot]);
  await database?.end();
});

// The messages since the last call, as [position, event].
async function messages() {
  const text = `SELECT lsn::text, data FROM pg_logical_slot_get_changes($1, NULL, NULL) WHERE data LIKE 'message:%'`;
  return (await database.sql(text, [slot])).map(({ lsn, data }) => {
    const [, prefix, content] =
      /^message: transactional: 1 prefix: (.*?), sz: \d+ content:(.*)$/s.exec(data);
    assert.equal(prefix, "courtside");
    return [lsn, JSON.parse(content)];
  });
}

const booking = (bookingId, more = {}) => ({
  type: "booking.amended",
  data: { bookingId, accountId: "42", ...more },
});

test("the message is the row as JSON", bounded, async () => {
  const event = { ...booking("all", { text: "é\u{1f600}'\"\\ $1" }), eventId: "e_all" };
  const receipt = await runWithContext(
    { correlationId: "k", actor: { id: "42", role: "USER" } },
    () => {
      return transaction(pool, (client) => outboxEvent(client, event));
    },
  );
  const [[lsn, { occurredAt, ...message }], ...others] = await messages();
  assert.deepEqual(others, []);
  assert.deepEqual(message, {
    aggregateVersion: 1,
    eventId: "e_all",
    type: "booking.amended",
    aggregateType: "booking",
    aggregateId: "all",
    venueId: null,
    accountId: "42",
    bookingId: "all",
    actorId: "42",
    actorType: "USER",
    actorRole: "USER",
    correlationId: "k",
    causationId: null,
    payload: event.data,
    schemaVersion: 1,
  });
  assert.match(occurredAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?[+-]\d\d:\d\d$/);
  assert.ok(Math.abs(Date.parse(occurredAt) - Date.now()) < 60_000);
  assert.deepEqual(receipt, { eventId: "e_all", position: lsn, aggregateVersion: 1 });
  assert.deepEqual(await database.rows(), []);
});

test("a message keeps a time and version that were given", bounded, async () => {
  const event = { ...booking("own"), version: 7, occurredAt: new Date(0) };
  await transaction(pool, (client) => outboxEvent(client, event));
  const [[, message]] = await messages();
  assert.equal(message.aggregateVersion, 7);
  assert.equal(Date.parse(message.occurredAt), 0);
  assert.deepEqual(
    await database.sql(`SELECT 1 FROM "EventOutboxVersion" WHERE "aggregateId" = 'own'`),
    [],
  );
});

test("several messages are in order, each with its number", bounded, async () => {
  const names = ["b", "a", "a", "c", "b", "a"];
  const events = names.map((name, index) => booking(name, { index }));
  events[3].version = 9;
  const receipts = await transaction(pool, (client) => outboxEvents(client, events));
  const seen = await messages();
  assert.deepEqual(
    seen.map(([, { payload }]) => payload.index),
    [0, 1, 2, 3, 4, 5],
  );
  assert.deepEqual(
    seen.map(([, { aggregateVersion }]) => aggregateVersion),
    [1, 1, 2, 9, 2, 3],
  );
  assert.deepEqual(
    receipts.map(({ position, eventId, aggregateVersion }) => [
      position,
      eventId,
      aggregateVersion,
    ]),
    seen.map(([lsn, message]) => [lsn, message.eventId, message.aggregateVersion]),
  );
});

test("a message that is rolled back is not in the log and leaves no hole", bounded, async () => {
  const undone = transaction(pool, async (client) => {
    await outboxEvent(client, booking("undone"));
    throw new Error("no");
  });
  await assert.rejects(undone, /^Error: no$/);
  await transaction(pool, (client) => outboxEvent(client, booking("undone")));
  const seen = await messages();
  assert.deepEqual(
    seen.map(([, { aggregateVersion }]) => aggregateVersion),
    [1],
  );
});

test("the same through Prisma", bounded, async () => {
  const prisma = await connect(database.url);
  try {
    const receipt = await prisma.$transaction((tx) => outboxEvent(tx, booking("prisma")));
    const more = await prisma.$transaction((tx) =>
      outboxEvents(tx, [booking("prisma"), booking("prisma")]),
    );
    const seen = await messages();
    assert.deepEqual(
      seen.map(([lsn]) => lsn),
      [receipt, ...more].map(({ position }) => position),
    );
    assert.deepEqual(
      seen.map(([, { aggregateVersion }]) => aggregateVersion),
      [1, 2, 3],
    );
  } finally {
    await prisma.$disconnect();
  }
});
