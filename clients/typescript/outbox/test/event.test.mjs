// Goal: an invalid event is an error that names the field, before the database is called; a valid
// event becomes the row that Courtside reads.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createOutbox, outboxEvent, outboxEvents } from "@courtside/outbox";

import { Recorder } from "./support/recorder.mjs";

const booking = {
  type: "booking.created",
  data: { bookingId: "b_1", accountId: "42", venueId: "7" },
};
const generic = { type: "coach.hired", aggregate: { type: "coach", id: "c_1" } };

async function written(event) {
  const tx = new Recorder();
  await outboxEvent(tx, event);
  assert.equal(tx.calls.length, 1);
  return tx.row;
}

async function refused(event, message) {
  const tx = new Recorder();
  await assert.rejects(outboxEvent(tx, event), (error) => {
    assert.ok(error instanceof TypeError, String(error));
    assert.match(error.message, message);
    return true;
  });
  assert.deepEqual(tx.calls, []);
}

test("an event becomes a row", async () => {
  const { eventId, ...row } = await written({
    ...booking,
    occurredAt: new Date(0),
    schemaVersion: 2,
  });
  assert.match(eventId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.deepEqual(row, {
    type: "booking.created",
    aggregateType: "booking",
    aggregateId: "b_1",
    aggregateVersion: null,
    venueId: "7",
    accountId: "42",
    bookingId: "b_1",
    actorId: null,
    actorType: null,
    actorRole: null,
    correlationId: null,
    causationId: null,
    payload: '{"bookingId":"b_1","accountId":"42","venueId":"7"}',
    schemaVersion: "2",
    occurredAt: "1970-01-01T00:00:00.000Z",
  });
});

test("every field that the caller gives is written", async () => {
  const row = await written({
    ...generic,
    eventId: "e_1",
    version: 9007199254740991n,
    actor: { id: "42", role: "BMSP_ADMIN" },
    correlationId: "k",
    causationId: "e_0",
  });
  assert.deepEqual(
    [
      row.eventId,
      row.aggregateVersion,
      row.actorId,
      row.actorType,
      row.actorRole,
      row.correlationId,
    ],
    ["e_1", "9007199254740991", "42", "ADMIN", "BMSP_ADMIN", "k"],
  );
  assert.deepEqual([row.causationId, row.payload, row.accountId], ["e_0", "{}", null]);
});

test("the aggregate follows from a known type", async () => {
  const about = async (event) => {
    const { aggregateType, aggregateId } = await written(event);
    return `${aggregateType}:${aggregateId}`;
  };
  const money = { paymentId: "p_1", bookingId: "b_1" };
  assert.equal(await about({ type: "payment.captured", data: money }), "payment:p_1");
  const aggregate = { type: "booking", id: "b_1" };
  assert.equal(await about({ type: "payment.captured", aggregate, data: money }), "booking:b_1");
  assert.equal(
    await about({ type: "account.role_changed", data: { accountId: "42" } }),
    "account:42",
  );
});

test("an event that changes rights must name the account", async () => {
  const events = {
    "session.revoked": { sessionId: "s_1" },
    "venue.staff_added": { venueId: "v_1" },
    "venue.staff_removed": { venueId: "v_1" },
    "chat.participant_added": { roomId: "r_1" },
    "chat.participant_removed": { roomId: "r_1" },
  };
  for (const [type, data] of Object.entries(events)) {
    await written({ type, data: { ...data, accountId: "42" } });
    await refused({ type, data }, /`data.accountId` is missing/);
    await refused({ type, data: { ...data, accountId: null } }, /`data.accountId` is missing/);
  }
});

test("the fields of the envelope are checked", async () => {
  await refused(undefined, /`event` must be an object/);
  for (const type of [undefined, "", 7, "a.*", "a\nb", "é".repeat(128)]) {
    await refused({ ...generic, type }, /`type` must be text of 1 to 255 bytes/);
  }
  for (const type of ["Booking", "", "7a", "a-b", "a".repeat(65), undefined]) {
    await refused({ ...generic, aggregate: { type, id: "1" } }, /`aggregate.type` must be a kind/);
  }
  for (const id of ["", "*", "a\u0000", "a\u0085b", "\ud800", "é".repeat(33), 7, undefined]) {
    await refused({ ...generic, aggregate: { type: "coach", id } }, /`aggregate.id` must be an id/);
    if (id !== undefined) await refused({ ...generic, eventId: id }, /`eventId` must be an id/);
    if (id !== undefined)
      await refused({ ...generic, causationId: id }, /`causationId` must be an id/);
    if (id !== undefined) await refused({ ...generic, actor: { id } }, /`actor.id` must be an id/);
  }
  await written({ ...generic, aggregate: { type: "coach", id: "é".repeat(32) } });
  for (const version of [0, -1, 1.5, "1", 2 ** 53, 2n ** 53n, Number.NaN]) {
    await refused({ ...generic, version }, /`version` must be an integer/);
  }
  await refused({ ...generic, schemaVersion: 2 ** 31 }, /`schemaVersion` must be/);
  await refused(
    { ...generic, actor: { id: "1", type: "ROBOT" } },
    /`actor.type` must be USER, ADMIN/,
  );
  await refused({ ...generic, actor: { id: "1", role: "a\nb" } }, /`actor.role` must be text/);
  const others = [new Date(Number.NaN), new Date(Date.UTC(10000, 0)), new Date(-1e14), 7];
  const texts = ["now", "2026-02-30T00:00:00Z", "2026-01-01", "0000-01-01T00:00:00Z", "infinity"];
  for (const occurredAt of [...texts, ...others]) {
    await refused({ ...generic, occurredAt }, /`occurredAt` must be a Date or an RFC 3339 time/);
  }
  await refused({ type: "booking.confrimed", data: { bookingId: "b_1" } }, /no type "booking.conf/);
  // Claims are not an actor: they would be written as an actor without an id.
  for (const actor of ["42", 42, {}, { userId: "42", userRole: "USER" }]) {
    await refused({ ...generic, actor }, /`actor` must be \{ id, type, role \}/);
  }
  await refused({ type: "coach.hired", data: {} }, /`aggregate` is missing/);
  await refused({ type: "audit.queried", data: {} }, /`aggregate` is missing/);
});

test("data must be JSON that can be stored; an error names the field", async () => {
  const data = (value) => ({ ...generic, data: { a: [{ b: value }] } });
  for (const value of [[], "x", 7, null, new Date(), new Map()]) {
    await refused({ ...generic, data: value }, /`data` must be a plain object/);
  }
  await refused(data(Number.NaN), /`data\.a\[0\]\.b` is NaN/);
  await refused(data(7n), /`data\.a\[0\]\.b` is a bigint/);
  await refused(
    data(() => 1),
    /is a function/,
  );
  await refused(data(new Map()), /is a Map or a Set/);
  await refused(data(Promise.resolve(1)), /is a promise: await it/);
  await refused(data(new Date(Number.NaN)), /is an invalid Date/);
  await refused(data("a\u0000"), /U\+0000/);
  await refused(data("\ud800"), /surrogate/);
  await refused({ ...generic, data: { "a\u0000": 1 } }, /U\+0000/);
  const around = {};
  around.around = around;
  await refused({ ...generic, data: around }, /nested more than 64 levels deep/);

  class Decimal {
    toJSON() {
      return "1.50";
    }
  }
  const given = {
    at: new Date(0),
    price: new Decimal(),
    none: undefined,
    list: [undefined, "\u{1f600}\\u0000"],
  };
  const { payload } = await written({ ...generic, data: given });
  assert.equal(payload, JSON.stringify(given));
  const odd = JSON.parse('{"__proto__": {"a": 1}}');
  assert.equal((await written({ ...generic, data: odd })).payload, '{"__proto__":{"a":1}}');
});

test("64 levels are allowed, and 256 KiB in PostgreSQL's form", async () => {
  const nested = (levels) => (levels === 1 ? {} : { a: nested(levels - 1) });
  await written({ ...generic, data: nested(64) });
  await refused({ ...generic, data: nested(65) }, /nested more than 64/);

  const fits = { ...generic, data: { text: "x".repeat(255 * 1024) } };
  await written(fits);
  await refused(
    { ...generic, data: { text: "x".repeat(256 * 1024) } },
    /makes the event \d+ bytes long/,
  );
  await refused(
    { ...generic, data: { text: "é".repeat(128 * 1024) } },
    /makes the event \d+ bytes long/,
  );
  // 200,000 bytes as JSON; jsonb adds 100,000 spaces.
  await refused(
    { ...generic, data: { list: new Array(100_000).fill(1) } },
    /makes the event \d+ bytes long/,
  );
});

test("events of the catalogue are checked by its rules", async () => {
  const wrong = (fields, message) =>
    refused({ ...booking, data: { ...booking.data, ...fields } }, message);
  await wrong({ bookingId: undefined }, /`data.bookingId` must be the id of the booking/);
  await wrong({ accountId: 42 }, /`data.accountId` must be an id/);
  await wrong({ amount: 450 }, /`data.amount` must be money/);
  await wrong({ amount: { minor: 4.5, currency: "INR" } }, /`data.amount` must be money/);
  await wrong({ amount: { minor: 450, currency: "rs" } }, /`data.amount` must be money/);
  await wrong({ start: "tomorrow" }, /`data.start` must be a Date or an RFC 3339 time/);
  await wrong({ status: 7 }, /`data.status` must be text/);
  const aggregate = { type: "booking", id: "b_2" };
  await refused({ ...booking, aggregate }, /`data.bookingId` must be the id in `aggregate`/);
  await refused(
    { ...booking, aggregate: { type: "slot", id: "s" } },
    /`aggregate.type` must be booking/,
  );
  const notification = {
    type: "notification.created",
    data: { notificationId: "n_1", channel: "FAX" },
  };
  await refused(notification, /`data.channel` must be IN_APP, PUSH/);

  const amount = { minor: 45000, currency: "INR" };
  const start = "2026-11-01T10:00:00+05:30";
  await written({
    ...booking,
    data: { ...booking.data, amount, start, end: new Date(), holdId: null, x: 1 },
  });
  // The meaning of a field of an unknown type is not known.
  const { accountId } = await written({ ...generic, data: { accountId: 42, amount: 450 } });
  assert.equal(accountId, null);
});

test("of several events, all are checked before any is written", async () => {
  const tx = new Recorder();
  await assert.rejects(
    outboxEvents(tx, [booking, { ...booking, data: {} }]),
    /bookingId.*\(events\[1\]\)/,
  );
  const twice = { ...booking, eventId: "e_1" };
  await assert.rejects(
    outboxEvents(tx, [twice, twice]),
    /`eventId` is the same as in an earlier event/,
  );
  await assert.rejects(outboxEvents(tx, booking), /`events` must be an array/);
  assert.deepEqual(await outboxEvents(tx, []), []);
  assert.deepEqual(tx.calls, []);
});

test("anything but a transaction is refused", async () => {
  const refuses = (tx, message) => assert.rejects(outboxEvent(tx, booking), message);
  for (const tx of [undefined, null, 7, {}, { query: 1 }])
    await refuses(tx, /`tx` must be Prisma's client/);
  await refuses({ query() {}, totalCount: 0 }, /`tx` is a pg Pool/);
  await refuses({ $queryRawUnsafe() {}, $connect() {} }, /`tx` is the Prisma client itself/);
  assert.throws(() => createOutbox({ via: "pigeon" }), /`via` must be/);
  assert.throws(() => createOutbox("message"), /`options` must be an object/);
});
