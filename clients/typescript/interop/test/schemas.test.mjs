// Goal: a JSON Schema validator accepts each schema of the server, accepts with it the data that
// the server accepts, and refuses with it wrong data that the server refuses, too.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import { Server } from "../../life/test/support/server.mjs";

const money = { minor: 45_000, currency: "INR" };
const times = { start: "2026-11-01T10:00:00Z", end: "2026-11-01T11:00:00+05:30" };

// Data of each family, and of each event that needs more.
const good = {
  slot: { slotId: "s_1", venueId: "v_1", ...times, price: money, status: "held" },
  booking: { bookingId: "b_1", accountId: "42", ...times, amount: money, reasonCode: null, more: [1] },
  payment: { paymentId: "p_1", bookingId: "b_1", amount: money, method: "card" },
  refund: { refundId: "r_1", paymentId: "p_1", amount: money },
  notification: { notificationId: "n_1", accountId: "42", channel: "EMAIL", attempt: 1 },
  chat: { roomId: "r_1", messageId: "m_1", senderId: "42", accountId: "42", body: "hi" },
  ticket: { ticketId: "t_1", assigneeId: "7", priority: "high" },
  venue: { venueId: "v_1", accountId: "42", by: "admin" },
  account: { accountId: "42", by: "admin" },
  session: { sessionId: "s_1", accountId: "42" },
  audit: { by: "42", rows: 12 },
};
const subjects = {
  slot: "slot:s_1", booking: "booking:b_1", payment: "payment:p_1", refund: "refund:r_1",
  notification: "notification:n_1", chat: "chat:r_1", ticket: "ticket:t_1", venue: "venue:v_1",
  account: "account:42", session: "session:s_1", audit: "audit:a_1",
};
const bad = [
  ["booking.created", { accountId: "42" }, "the subject's id is missing"],
  ["booking.created", { bookingId: null }, "the subject's id is null"],
  ["booking.created", { bookingId: 1 }, "an id is a number"],
  ["booking.created", { bookingId: "" }, "an id is empty"],
  ["booking.created", { bookingId: "b_1", accountId: "x".repeat(65) }, "an id is too long"],
  ["booking.created", { bookingId: "b_1", accountId: "a\u0007" }, "an id has a control character"],
  ["booking.created", { bookingId: "b_1", start: "tomorrow" }, "a time is none"],
  ["booking.created", { bookingId: "b_1", amount: 450 }, "money is a number"],
  ["booking.created", { bookingId: "b_1", amount: { minor: 1.5, currency: "INR" } }, "half a paisa"],
  ["booking.created", { bookingId: "b_1", amount: { minor: 1, currency: "inr" } }, "a currency is small"],
  ["booking.created", { bookingId: "b_1", amount: { minor: 1 } }, "money without a currency"],
  ["booking.created", ["b_1"], "the data is a list"],
  ["payment.captured", { accountId: "42" }, "neither payment nor booking is named"],
  ["venue.staff_added", { venueId: "v_1" }, "nobody's rights would change"],
  ["session.revoked", { sessionId: "s_1" }, "nobody's token would end"],
  ["notification.dispatched", { notificationId: "n_1", channel: "FAX" }, "an unknown channel"],
  ["notification.dispatched", { notificationId: "n_1", attempt: "1" }, "a number is text"],
];

let server;
let number = 0;
const get = async (path) => (await fetch(`${server.url}${path}`, { headers: { connection: "close" } })).json();

// The status of a publish.
async function publish(type, data) {
  const answer = await fetch(`${server.url}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/cloudevents+json", connection: "close" },
    body: JSON.stringify({
      specversion: "1.0", id: String((number += 1)), source: "/interop", type,
      subject: subjects[type.split(".")[0]], data,
    }),
  });
  await answer.text();
  return answer.status;
}

before(async () => (server = await Server.create()));
after(() => server?.end());

describe("GET /schemas", () => {
  test("every schema is valid and accepts what the server accepts", async () => {
    const { schemas } = await get("/schemas");
    assert.ok(schemas.length > 50);
    const titles = new Set();
    for (const { type, schema } of schemas) {
      const ajv = addFormats.default(new Ajv2020({ strict: true, allErrors: true, strictRequired: false }));
      const document = await get(schema);
      const validate = ajv.compile(document);
      titles.add(document.title);
      const data = good[type.split(".")[0]];
      assert.ok(validate(data), `${type}: ${ajv.errorsText(validate.errors)}`);
      assert.equal(await publish(type, data), 200, type);
    }
    assert.equal(titles.size, schemas.length);
  });

  for (const [type, data, why] of bad)
    test(`${type} is refused when ${why}`, async () => {
      const validate = addFormats.default(new Ajv2020()).compile(await get(`/schemas/${type}`));
      assert.equal(validate(data), false);
      assert.equal(await publish(type, data), 422);
    });

  test("a type outside the catalogue has none", async () => {
    assert.equal((await get("/schemas/demo.happened")).code, "not_found");
  });
});

test("openapi.json types the data of events", async () => {
  const openapi = await get("/openapi.json");
  const ajv = addFormats.default(new Ajv2020({ strict: false }));
  ajv.addSchema({ ...openapi, $id: "openapi" });
  const validate = ajv.getSchema("openapi#/components/schemas/NewEvent");
  const event = { specversion: "1.0", id: "1", source: "/s", subject: "booking:b_1" };
  const accepts = (type, data) => validate({ ...event, type, data });
  for (const [family, data] of Object.entries(good))
    for (const { type } of (await get("/schemas")).schemas)
      if (type.startsWith(`${family}.`)) assert.ok(accepts(type, data), type);
  assert.ok(accepts("demo.happened", { bookingId: 1 }));
  assert.equal(accepts("booking.created", { bookingId: 1 }), false);
  assert.equal(accepts("booking.created", {}), false);
});
