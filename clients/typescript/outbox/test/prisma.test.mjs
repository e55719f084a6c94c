// Goal: everything works through the real Prisma client: in its transactions, with its values and
// errors, and with its schema of the tables.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { outboxEvent, outboxEvents, runWithContext } from "@courtside/outbox";

import { courtside, needsServer } from "./support/courtside.mjs";
import { Database, needsDatabase, tables } from "./support/database.mjs";
import { connect, ownTables, tablesByPrisma, validate } from "./support/prisma.mjs";

const bounded = { ...needsDatabase, timeout: 60_000 };
let database;
let prisma;

before(async () => {
  if (needsDatabase.skip) return;
  database = await Database.create((await tables()) + ownTables);
  prisma = await connect(database.url);
});
after(async () => {
  await prisma?.$disconnect();
  await database?.end();
});

const created = (bookingId) => ({
  type: "booking.created",
  data: {
    bookingId,
    accountId: "42",
    amount: { minor: 45000, currency: "INR" },
    start: new Date(0),
  },
});

test("the business change and its event are committed together", bounded, async () => {
  const receipt = await runWithContext({ correlationId: "k" }, () =>
    prisma.$transaction(async (tx) => {
      await tx.booking.create({ data: { id: "b_1", status: "CONFIRMED" } });
      return await outboxEvent(tx, created("b_1"));
    }),
  );
  assert.equal(receipt.aggregateVersion, 1);
  assert.equal(typeof receipt.position, "string");
  const row = await prisma.eventOutbox.findUniqueOrThrow({ where: { eventId: receipt.eventId } });
  assert.equal(row.position, BigInt(receipt.position));
  assert.equal(row.aggregateVersion, 1n);
  assert.deepEqual(row.payload, { ...created("b_1").data, start: "1970-01-01T00:00:00.000Z" });
  assert.deepEqual([row.aggregateType, row.bookingId, row.venueId], ["booking", "b_1", null]);
  assert.equal(row.correlationId, "k");
});

test("rollback leaves nothing", bounded, async () => {
  const failing = prisma.$transaction(async (tx) => {
    await tx.booking.create({ data: { id: "b_2", status: "CONFIRMED" } });
    await outboxEvents(tx, [created("b_2"), created("b_2")]);
    throw new Error("no");
  });
  await assert.rejects(failing, /^Error: no$/);
  assert.equal(await prisma.booking.count({ where: { id: "b_2" } }), 0);
  assert.equal(await prisma.eventOutbox.count({ where: { bookingId: "b_2" } }), 0);
  assert.equal(await prisma.eventOutboxVersion.count({ where: { aggregateId: "b_2" } }), 0);
});

test(
  "a wrong event is an error before the database is asked, and the transaction may go on",
  bounded,
  async () => {
    const receipt = await prisma.$transaction(async (tx) => {
      await assert.rejects(
        outboxEvent(tx, { type: "booking.created", data: {} }),
        /data.bookingId/,
      );
      return await outboxEvent(tx, created("b_3"));
    });
    assert.equal(receipt.aggregateVersion, 1);
  },
);

test("16 writers on one booking: no holes, no repeats", bounded, async () => {
  const write = (n) =>
    prisma
      .$transaction(
        async (tx) => {
          await outboxEvent(tx, created("busy"));
          if (n % 4 === 0) throw new Error("no");
        },
        { maxWait: 30_000, timeout: 30_000 },
      )
      .catch((error) => assert.equal(error.message, "no"));
  await Promise.all(Array.from({ length: 64 }, (_, n) => write(n)));
  const rows = await prisma.eventOutbox.findMany({
    where: { aggregateId: "busy" },
    orderBy: { aggregateVersion: "asc" },
  });
  assert.deepEqual(
    rows.map(({ aggregateVersion }) => Number(aggregateVersion)),
    Array.from({ length: 48 }, (_, n) => n + 1),
  );
});

test(
  "the booking's own version, raised in the same transaction, is its events' number",
  bounded,
  async () => {
    await prisma.booking.create({ data: { id: "own", status: "HELD", version: 0 } });
    const confirm = () =>
      prisma.$transaction(async (tx) => {
        const data = { status: "CONFIRMED", version: { increment: 1 } };
        const { version } = await tx.booking.update({ where: { id: "own" }, data });
        return await outboxEvent(tx, { ...created("own"), version });
      });
    const receipts = await Promise.all([confirm(), confirm(), confirm()]);
    assert.deepEqual(receipts.map(({ aggregateVersion }) => aggregateVersion).sort(), [1, 2, 3]);
  },
);

test("a repeated id is Prisma's error for a failed raw query", bounded, async () => {
  const once = () =>
    prisma.$transaction((tx) => outboxEvent(tx, { ...created("once"), eventId: "e_once" }));
  await once();
  await assert.rejects(once(), (error) => {
    assert.equal(error.code, "P2010");
    assert.match(error.message, /23505/);
    return true;
  });
  assert.equal(await prisma.eventOutbox.count({ where: { eventId: "e_once" } }), 1);
});

test("the client itself is refused, extended or not", bounded, async () => {
  const extended = prisma.$extends({ name: "nothing" });
  await assert.rejects(outboxEvent(prisma, created("b_4")), /`tx` is the Prisma client itself/);
  await assert.rejects(outboxEvent(extended, created("b_4")), /`tx` is the Prisma client itself/);
  const { aggregateVersion } = await extended.$transaction((tx) => outboxEvent(tx, created("b_4")));
  assert.equal(aggregateVersion, 1);
});

test("the model in prisma/outbox.prisma is valid", async () => {
  assert.match(await validate(), /is valid/);
});

// Columns with type and default, keys, indexes: everything in which a migration could differ.
// Prisma makes a column unique with an index only, and treats a constraint as the same.
const shape = `
  SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
      || coalesce(datetime_precision::text, '') || ' ' || coalesce(column_default, '') AS what
    FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'u'
  ORDER BY 1`;

async function shapeOf(database) {
  const rows = await database.sql(shape);
  // Two names of the same function: Prisma's now() in SQL.
  return rows.map(({ what }) => what.replace("CURRENT_TIMESTAMP", "now()"));
}

// The schema of an empty database after `install`.
async function shapeAfter(install) {
  const made = await Database.create("");
  try {
    await install(made);
    return await shapeOf(made);
  } finally {
    await made.end();
  }
}

test("Prisma would create the same tables as migration.sql", bounded, async () => {
  const ours = await shapeOf(database);
  assert.ok(ours.some((what) => what.startsWith("EventOutboxRejected.rejectedAt")));
  const byPrisma = await shapeAfter(async (made) => made.sql(await tablesByPrisma(made.url)));
  assert.deepEqual(byPrisma, ours);
});

test("`courtside outbox install` makes the same tables", { ...needsServer, timeout: 60_000 }, async () => {
  const byCourtside = await shapeAfter(async (made) => {
    await made.sql(ownTables);
    await courtside(["outbox", "install", "--apply", "--url", made.url]);
  });
  assert.deepEqual(byCourtside, await shapeOf(database));
});
