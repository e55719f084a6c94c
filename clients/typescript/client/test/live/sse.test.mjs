// Goal: without any WebSocket the client reads by fetch, and everything else stays the same.
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { CourtsideClient, GapError } from "../../dist/index.js";
import { Server } from "../support/server.mjs";
import { until } from "../support/until.mjs";

let server;
beforeAll(async () => {
  server = await Server.create();
});
afterAll(() => server.end());

// As in Node 20.
delete globalThis.WebSocket;

const connect = (options) =>
  new CourtsideClient({ url: server.url, backoff: { first: 20, max: 200 }, ...options });

test("events arrive once and in order, over restarts of the server", async () => {
  await using client = connect();
  const seen = [];
  const subscription = client.subscribe("user:1", { from: "earliest" }, (event) =>
    seen.push(event.id),
  );
  await until("subscribed", () => subscription.position);
  const expected = [];
  for (let round = 0; round < 4; round += 1) {
    const events = ["a", "b", "c"].map((id) => ({ id: `${round}${id}`, channel: "user:1" }));
    expected.push(...events.map(({ id }) => id));
    await server.publish(events);
    if (round % 2 === 0) {
      await server.stop(round ? "SIGTERM" : "SIGKILL");
      await server.start();
    }
  }
  await until("all", () => seen.length >= expected.length);
  expect(seen).toEqual(expected);
});

test("texts with line breaks and other letters arrive whole", async () => {
  await using client = connect();
  // Two of them end a line in JavaScript, and not in server-sent events.
  const text = "one\ntwo\n\nthree\r\nपांच 🏏\u2028id: e9:9\u2029data: {}";
  const got = client.subscribe("user:2", { from: "earliest" }).next();
  await server.publish([{ id: "text", channel: "user:2", data: { text } }]);
  expect((await got).value.data).toEqual({ text });
});

test("publishes are answered, and refused ones say why", async () => {
  await using client = connect();
  const event = {
    id: "p",
    type: "booking.created",
    subject: "booking:1",
    data: { bookingId: "1" },
  };
  expect(await client.publish(event, { expectedversion: 0 })).toMatchObject({ subjectversion: 1 });
  expect(await client.publish(event)).toMatchObject({ subjectversion: 1, duplicate: true });
  await expect(client.publish({ ...event, id: "q" }, { expectedversion: 0 })).rejects.toMatchObject(
    { code: "version_conflict" },
  );
});

test("a gap is a GapError, and what needs a WebSocket is refused", async () => {
  await using client = connect();
  const gone = client.subscribe("user:1", { from: { after: "old:7" } });
  await expect(gone.next()).rejects.toThrow(GapError);
  for (const options of [{ state: true }, { from: { last: 3 } }]) {
    await expect(client.subscribe("user:1", options).ended).rejects.toMatchObject({
      code: "bad_request",
    });
  }
});

test("types are filtered, and a subscription that ends closes its stream", async () => {
  const signals = [];
  const { fetch } = globalThis;
  globalThis.fetch = (url, init) => {
    if (init?.headers.accept === "text/event-stream") signals.push(init.signal);
    return fetch(url, init);
  };
  onTestFinished(() => {
    globalThis.fetch = fetch;
  });
  await using client = connect();
  const seen = [];
  const subscription = client.subscribe(
    "booking:2",
    { types: ["booking.confirmed"], from: { since: "2020-01-01T00:00:00Z" } },
    (event) => seen.push(event.type),
  );
  for (const type of ["booking.created", "booking.confirmed"]) {
    await client.publish({ type, subject: "booking:2", data: { bookingId: "2" } });
  }
  await until("the event", () => seen.length === 1);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  await subscription.close();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});
