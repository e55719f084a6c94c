// Goal: against the real server, events arrive once, in order, from where they are to begin, also
// over restarts of the server and of the client.
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";

import { CourtsideClient, GapError } from "../../dist/index.js";
import { Server } from "../support/server.mjs";
import { until } from "../support/until.mjs";

let server;
beforeAll(async () => {
  server = await Server.create("--heartbeat", "1s");
});
afterAll(() => server.end());

const connect = (options = {}) =>
  new CourtsideClient({
    url: server.url,
    WebSocket,
    backoff: { first: 20, max: 200 },
    ...options,
  });

const ids = (from, to) => Array.from({ length: to - from }, (_, index) => `${from + index}`);
const named = (channel, list) => list.map((id) => ({ id: `${channel}-${id}`, channel }));

test("a listener gets each event, one after the other", async () => {
  await using client = connect();
  const seen = [];
  let running = 0;
  client.subscribe("user:1", { from: "earliest" }, async (event, { position }) => {
    running += 1;
    expect(running).toBe(1);
    await new Promise((go) => setImmediate(go));
    running -= 1;
    expect(position).toMatch(/^[a-z0-9]+:\d+$/);
    seen.push(event.id);
  });
  await server.publish(named("user:1", ids(0, 50)));
  await until("50 events", () => seen.length === 50);
  expect(seen).toEqual(ids(0, 50).map((id) => `user:1-${id}`));
});

test("the server sends the fields that are asked for, and several events in one message", async () => {
  const messages = [];
  class Recorded extends WebSocket {
    constructor(...options) {
      super(...options);
      this.on("message", (data) => messages.push(JSON.parse(data)));
    }
  }
  await server.publish(
    ids(0, 20).map((id) => ({ id: `f-${id}`, channel: "user:f", data: { n: +id } })),
  );
  const read = async (options) => {
    await using client = connect({ WebSocket: Recorded });
    const seen = [];
    client.subscribe("user:f", { from: "earliest", ...options }, (event) => seen.push(event));
    await until("20 events", () => seen.length === 20);
    return seen;
  };
  const whole = await read({ batch: false });
  expect(messages.filter(({ type }) => type === "event")).toHaveLength(20);
  const some = await read({ fields: ["id", "data"] });
  expect(some).toEqual(whole.map(({ id, data }) => ({ id, data })));
  expect(messages.filter(({ type }) => type === "events").length).toBe(1);
});

test("an iterator gets them, and break ends the subscription", async () => {
  await using client = connect();
  await server.publish(named("user:2", ids(0, 3)));
  const seen = [];
  for await (const event of client.subscribe(["user:2"], { from: "earliest" })) {
    seen.push(event.id);
    if (seen.length === 3) break;
  }
  expect(seen).toHaveLength(3);
});

test("a restarted server goes on where it was, also before the first event", async () => {
  await using client = connect();
  const seen = [];
  const subscription = client.subscribe("user:3", (event) => seen.push(event.id));
  await until("subscribed", () => subscription.position);
  await server.stop("SIGKILL");
  await until("lost", () => client.state.status !== "open");
  await server.start();
  await server.publish(named("user:3", ["a"]));
  await until("the event", () => seen.length === 1);
  await server.stop("SIGTERM");
  await server.start();
  await server.publish(named("user:3", ["b"]));
  await until("the second", () => seen.length === 2);
  expect(seen).toEqual(["user:3-a", "user:3-b"]);
});

test("a store lets the next client go on", async () => {
  const store = new Map();
  const seen = [];
  await server.publish(named("user:4", ids(0, 5)));
  {
    await using client = connect({ store });
    const subscription = client.subscribe("user:4", { from: "earliest" }, (event) => {
      if (seen.length === 3) throw new Error("enough");
      seen.push(event.id);
    });
    await expect(subscription.ended).rejects.toThrow("enough");
  }
  await using client = connect({ store });
  client.subscribe("user:4", { from: "earliest" }, (event) => seen.push(event.id));
  await until("all", () => seen.length === 5);
  expect(seen).toEqual(ids(0, 5).map((id) => `user:4-${id}`));
});

test("a gap ends the subscription unless it is handled", async () => {
  await using client = connect();
  await server.publish(named("user:5", ["a"]));
  const after = "oldepoch:7";
  const subscription = client.subscribe("user:5", { from: { after } });
  await expect(subscription.next()).rejects.toThrow(GapError);
  const gaps = [];
  const seen = [];
  client.subscribe("user:5", { from: { after }, onGap: (gap) => gaps.push(gap) }, (event) =>
    seen.push(event.id),
  );
  await until("the event", () => seen.length === 1);
  expect(gaps).toMatchObject([{ reason: "epoch", from: after }]);
});

test("a full buffer pauses, and nothing is lost", async () => {
  await using client = connect();
  await server.publish(named("user:6", ids(0, 500)));
  const seen = [];
  for await (const event of client.subscribe("user:6", { from: "earliest", buffer: 10 })) {
    seen.push(event.id);
    if (seen.length === 500) break;
  }
  expect(seen).toEqual(ids(0, 500).map((id) => `user:6-${id}`));
});

test("a publish is answered with its position, and its repeat with the same", async () => {
  await using client = connect();
  const event = {
    id: "once",
    type: "booking.created",
    subject: "booking:b_9",
    data: { bookingId: "b_9" },
  };
  const first = await client.publish(event, { expectedversion: 0 });
  expect(first).toMatchObject({ id: "once", subjectversion: 1, duplicate: false });
  expect(await client.publish(event)).toEqual({ ...first, duplicate: true });
  await expect(
    client.publish({ ...event, id: "second" }, { expectedversion: 0 }),
  ).rejects.toMatchObject({ code: "version_conflict", details: { current: 1 } });
  await expect(client.publish({ ...event, id: "third", data: {} })).rejects.toMatchObject({
    code: "invalid_event",
  });
  await expect(
    client.publish({ ...event, id: "big", data: { bookingId: "b_9", text: "x".repeat(70_000) } }),
  ).rejects.toMatchObject({ code: "payload_too_large", details: { limit: 65_536 } });
  expect(client.pending).toEqual([]);
});

test("publishes without a server wait, and are appended once", async () => {
  await server.stop("SIGTERM");
  await using client = connect({ maxPending: 2 });
  const event = (id) => ({
    id,
    type: "booking.created",
    subject: "booking:b_8",
    data: { bookingId: "b_8" },
  });
  const published = [client.publish(event("o1")), client.publish(event("o2"))];
  await expect(client.publish(event("o3"))).rejects.toMatchObject({ code: "overloaded" });
  expect(client.pending.map(({ id }) => id)).toEqual(["o1", "o2"]);
  await until("waiting", () => client.state.status === "waiting");
  await server.start();
  expect(await Promise.all(published)).toMatchObject([
    { subjectversion: 1 },
    { subjectversion: 2 },
  ]);
});

test("history has pages, and all of them", async () => {
  await using client = connect();
  await server.publish(named("user:7", ids(0, 30)));
  const page = await client.history({ channels: ["user:7"], limit: 10 });
  expect(page.events).toHaveLength(10);
  const all = [];
  for await (const event of client.historyAll({ channels: ["user:7"], limit: 10, order: "desc" })) {
    all.push(event.id);
  }
  expect(all).toEqual(
    ids(0, 30)
      .reverse()
      .map((id) => `user:7-${id}`),
  );
  await expect(client.history({ limit: 5000 })).rejects.toMatchObject({ code: "bad_request" });
});

test("a subject's state comes before its events", async () => {
  await using client = connect();
  await client.publish({
    type: "booking.created",
    subject: "booking:b_7",
    data: { bookingId: "b_7" },
  });
  const seen = [];
  client.subscribe(
    "booking:b_7",
    { state: true, onState: ({ subject, state }) => seen.push([subject, state.status]) },
    (event) => seen.push(event.type),
  );
  await until("the state", () => seen.length === 1);
  await client.publish({
    type: "booking.confirmed",
    subject: "booking:b_7",
    data: { bookingId: "b_7" },
  });
  await until("the event", () => seen.length === 2);
  expect(seen).toEqual([["booking:b_7", "PENDING"], "booking.confirmed"]);
});

test("a refused subscription ends with its code", async () => {
  await using client = connect();
  await expect(client.subscribe("no channel").ended).rejects.toMatchObject({ code: "bad_request" });
});
