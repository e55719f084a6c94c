// Goal: an event is in the table if and only if its transaction committed, with the next number of
// its aggregate, also with concurrent writers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import pg from "pg";

import { createOutbox, outboxEvent, outboxEvents, runWithContext } from "@courtside/outbox";

import { Database, needsDatabase, tables, transaction } from "./support/database.mjs";

const bounded = { ...needsDatabase, timeout: 60_000 };
let database;
let pool;

before(async () => {
  if (needsDatabase.skip) return;
  database = await Database.create();
  pool = database.pool({ max: 20 });
});
after(() => database?.end());

const booking = (bookingId, more = {}) => ({
  type: "booking.amended",
  data: { bookingId, accountId: "42", venueId: "7", ...more },
});

const versionsOf = async (id) => {
  const text = `SELECT "aggregateVersion"::int AS n FROM "EventOutbox" WHERE "aggregateId" = $1 ORDER BY 1`;
  return (await database.sql(text, [id])).map(({ n }) => n);
};
const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1);

test("the row has every field of the event", bounded, async () => {
  const event = {
    ...booking("all", { amount: { minor: 45000, currency: "INR" }, text: "é\u{1f600}'\"\\ $1" }),
    eventId: "e_all",
    schemaVersion: 3,
    occurredAt: "2026-11-01T10:00:00.5+05:30",
  };
  const actor = { id: "42", role: "VENUE_OWNER" };
  const receipt = await runWithContext({ actor, correlationId: "k", causationId: "e_0" }, () => {
    return transaction(pool, (client) => outboxEvent(client, event));
  });
  const [row] = await database.sql(`SELECT * FROM "EventOutbox" WHERE "eventId" = 'e_all'`);
  const { txid, ...others } = row;
  assert.match(txid, /^\d+$/);
  assert.deepEqual(others, {
    position: receipt.position,
    eventId: "e_all",
    type: "booking.amended",
    aggregateType: "booking",
    aggregateId: "all",
    aggregateVersion: "1",
    venueId: "7",
    accountId: "42",
    bookingId: "all",
    actorId: "42",
    actorType: "USER",
    actorRole: "VENUE_OWNER",
    correlationId: "k",
    causationId: "e_0",
    payload: event.data,
    schemaVersion: 3,
    occurredAt: new Date("2026-11-01T04:30:00.500Z"),
  });
  assert.deepEqual(receipt, { eventId: "e_all", position: row.position, aggregateVersion: 1 });
});

test("one statement writes it, and the transaction's time is the event's", bounded, async () => {
  await transaction(pool, async (client) => {
    const texts = [];
    const counted = { query: (text, values) => (texts.push(text), client.query(text, values)) };
    const { eventId } = await outboxEvent(counted, booking("time"));
    assert.equal(texts.length, 1);
    const { rows } = await client.query(
      `SELECT "occurredAt" = now()::timestamptz(3) AS same FROM "EventOutbox" WHERE "eventId" = $1`,
      [eventId],
    );
    assert.deepEqual(rows, [{ same: true }]);
  });
});

test(
  "16 writers on one booking: 1 to n without holes or repeats, failures included",
  bounded,
  async () => {
    const writer = async (name) => {
      for (let round = 0; round < 20; ++round) {
        const fails = (name + round) % 3 === 0;
        await transaction(pool, async (client) => {
          await outboxEvent(client, booking("busy"));
          if (fails) throw new Error("changed my mind");
        }).catch((error) => assert.equal(error.message, "changed my mind"));
      }
    };
    await Promise.all(upTo(16).map(writer));
    const failed = upTo(16).flatMap((name) =>
      upTo(20).filter((round) => (name + round - 1) % 3 === 0),
    ).length;
    assert.ok(failed > 50);
    assert.deepEqual(await versionsOf("busy"), upTo(16 * 20 - failed));
  },
);

test(
  "transactions on other aggregates of the same user and venue do not wait",
  bounded,
  async () => {
    const [first, second] = [await pool.connect(), await pool.connect()];
    try {
      for (const client of [first, second])
        await client.query("BEGIN; SET LOCAL lock_timeout = '100ms'");
      await outboxEvent(first, booking("x_1"));
      await outboxEvent(second, booking("x_2"));
      await outboxEvent(second, {
        type: "slot.booked",
        data: { slotId: "s_2", accountId: "42", venueId: "7" },
      });
      await outboxEvent(first, {
        type: "slot.booked",
        data: { slotId: "s_1", accountId: "42", venueId: "7" },
      });
      // Only a writer of the same aggregate waits.
      await assert.rejects(outboxEvent(second, booking("x_1")), { code: "55P03" });
      await first.query("COMMIT");
    } finally {
      for (const client of [first, second]) {
        await client.query("ROLLBACK");
        client.release();
      }
    }
    assert.deepEqual([await versionsOf("x_1"), await versionsOf("x_2")], [[1], []]);
  },
);

test("an event that is rolled back is never visible", bounded, async () => {
  const before = await database.rows();
  const work = async (client) => {
    await outboxEvent(client, booking("undone"));
    await outboxEvents(client, [booking("undone"), booking("undone_2")]);
    throw new Error("no");
  };
  await assert.rejects(transaction(pool, work), /^Error: no$/);
  assert.deepEqual(await database.rows(), before);
  const counted = `SELECT 1 FROM "EventOutboxVersion" WHERE "aggregateId" LIKE 'undone%'`;
  assert.deepEqual(await database.sql(counted), []);
  const again = await transaction(pool, (client) => outboxEvent(client, booking("undone")));
  assert.equal(again.aggregateVersion, 1);
});

test("a rollback to a savepoint also undoes the number", bounded, async () => {
  await transaction(pool, async (client) => {
    await outboxEvent(client, booking("part"));
    await client.query("SAVEPOINT here");
    await outboxEvent(client, booking("part"));
    await client.query("ROLLBACK TO here");
    await outboxEvent(client, booking("part"));
  });
  assert.deepEqual(await versionsOf("part"), [1, 2]);
});

test("a version from the caller is used, and the counter does not change", bounded, async () => {
  const receipt = await transaction(pool, async (client) => {
    const { aggregateVersion } = await outboxEvent(client, { ...booking("own"), version: 41 });
    assert.equal(aggregateVersion, 41);
    return await outboxEvent(client, { ...booking("own"), version: 42n });
  });
  assert.equal(receipt.aggregateVersion, 42);
  assert.deepEqual(await versionsOf("own"), [41, 42]);
  assert.deepEqual(
    await database.sql(`SELECT 1 FROM "EventOutboxVersion" WHERE "aggregateId" = 'own'`),
    [],
  );
});

test("a repeated id is refused, and its transaction is undone", bounded, async () => {
  const once = { ...booking("once"), eventId: "e_once" };
  await transaction(pool, (client) => outboxEvent(client, once));
  const again = transaction(pool, async (client) => {
    await outboxEvent(client, booking("beside"));
    await outboxEvent(client, once);
  });
  await assert.rejects(again, { code: "23505", constraint: "EventOutbox_eventId_key" });
  assert.deepEqual([await versionsOf("once"), await versionsOf("beside")], [[1], []]);
});

test("several events are written in order with one statement", bounded, async () => {
  await transaction(pool, (client) => outboxEvent(client, booking("many_a")));
  const names = ["many_b", "many_a", "many_a", "many_a", "many_b", "many_a"];
  const events = names.map((name, index) => ({
    ...booking(name, { index }),
    eventId: `e_many_${index}`,
  }));
  events[2].version = 9;
  const texts = [];
  const receipts = await transaction(pool, (client) => {
    const counted = { query: (text, values) => (texts.push(text), client.query(text, values)) };
    return outboxEvents(counted, events);
  });
  assert.equal(texts.length, 1);
  assert.deepEqual(
    receipts.map(({ eventId }) => eventId),
    events.map(({ eventId }) => eventId),
  );
  assert.deepEqual(
    receipts.map(({ aggregateVersion }) => aggregateVersion),
    [1, 2, 9, 3, 2, 4],
  );
  const [first] = receipts;
  const places = receipts.map(({ position }) => Number(BigInt(position) - BigInt(first.position)));
  assert.deepEqual(places, [0, 1, 2, 3, 4, 5]);
  const rows = await database.sql(
    `SELECT "payload"->>'index' AS index, "occurredAt" IS NOT NULL AS dated, "accountId", "schemaVersion"
     FROM "EventOutbox" WHERE "eventId" LIKE 'e_many_%' ORDER BY "position"`,
  );
  const expected = { dated: true, accountId: "42", schemaVersion: 1 };
  assert.deepEqual(
    rows,
    upTo(6).map((n) => ({ ...expected, index: String(n - 1) })),
  );
});

test("batches with the same aggregates in opposite order do not deadlock", bounded, async () => {
  const batch = (names) =>
    transaction(pool, (client) =>
      outboxEvents(
        client,
        names.map((name) => booking(name)),
      ),
    );
  const rounds = upTo(40).map((n) =>
    batch(n % 2 ? ["cross_a", "cross_b"] : ["cross_b", "cross_a"]),
  );
  await Promise.all(rounds);
  assert.deepEqual(await versionsOf("cross_a"), upTo(40));
  assert.deepEqual(await versionsOf("cross_b"), upTo(40));
});

test("a pool, and a client outside a transaction, are refused", bounded, async () => {
  await assert.rejects(outboxEvent(pool, booking("out")), /`tx` is a pg Pool/);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await assert.rejects(outboxEvent(client, booking("out")), /`tx` is in no transaction/);
    const begun = client.query("BEGIN"); // sent, not yet answered
    await outboxEvent(client, booking("out"));
    await begun;
    await client.query("COMMIT");
    await assert.rejects(outboxEvent(client, booking("out")), /`tx` is in no transaction/);
  } finally {
    await client.end();
  }
  assert.deepEqual(await versionsOf("out"), [1]);
});

test("the tables may be in a separate schema", bounded, async () => {
  const { outboxEvent, outboxEvents } = createOutbox({ schema: 'the "platform"' });
  await database.sql(
    `CREATE SCHEMA "the ""platform"""; SET search_path TO "the ""platform"""; ${await tables()}`,
  );
  const receipts = await transaction(pool, async (client) => [
    await outboxEvent(client, booking("far")),
    ...(await outboxEvents(client, [booking("far"), booking("far")])),
  ]);
  assert.deepEqual(
    receipts.map(({ aggregateVersion }) => aggregateVersion),
    [1, 2, 3],
  );
  assert.deepEqual(await versionsOf("far"), []);
});
