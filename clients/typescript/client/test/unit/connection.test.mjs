// Goal: the client connects, waits and gives up by the rules of docs/protocol.md. No real time.
import { expect, test } from "vitest";

import { CourtsideClient } from "../../dist/index.js";
import { FakeClock, FakeServer, says, settle, welcome } from "../support/fake.mjs";

function setUp({ script = { hello: says(welcome()) }, ...options } = {}) {
  const clock = new FakeClock(options.random);
  const server = new FakeServer(script);
  const { WebSocket } = server;
  const client = new CourtsideClient({ url: "http://test/base", WebSocket, clock, ...options });
  return { clock, server, client };
}

const status = (client) => client.state.status;

test("nothing happens before something is subscribed", async () => {
  const { clock, server, client } = setUp();
  await clock.pass(60_000);
  expect(server.sockets).toHaveLength(0);
  expect(clock.timers).toBe(0);
  expect(client.state).toEqual({ status: "idle" });
});

test("one socket for all subscriptions, closed a while after the last one", async () => {
  const { clock, server, client } = setUp();
  const first = client.subscribe("user:1");
  const second = client.subscribe("user:2");
  await settle();
  expect(server.socket.url).toBe("ws://test/base/v1/ws");
  expect(server.socket.protocol).toBe("courtside.v1.json");
  expect(client.state).toEqual({ status: "open", session: "s_1", actor: undefined });
  expect(server.count("subscribe")).toBe(2);
  await first.close();
  await second.close();
  await clock.pass(4999);
  expect(server.open).toBe(1);
  const third = client.subscribe("user:3");
  await clock.pass(60);
  await third.close();
  await clock.pass(5000);
  expect(server.open).toBe(0);
  expect(server.sockets).toHaveLength(1);
  expect(status(client)).toBe("idle");
  expect(clock.timers).toBe(0);
});

test("an option that is undefined has its default", async () => {
  const { clock, server, client } = setUp({
    connectTimeout: undefined,
    idleTimeout: undefined,
    maxPending: undefined,
    source: undefined,
    backoff: { first: 200, max: undefined },
  });
  const subscription = client.subscribe("user:1", {
    from: undefined,
    buffer: undefined,
    stallTimeout: undefined,
    types: undefined,
  });
  void client.publish({ type: "t", subject: "a:1", data: {} }).catch(() => {});
  await settle();
  expect(server.last("publish").event).toMatchObject({ source: "/client" });
  const { sub } = server.last("subscribe");
  const event = (offset) => ({ type: "event", sub, position: `e1:${offset}`, event: { id: "x" } });
  for (let offset = 1; offset < 1000; offset += 1) server.socket.say(event(offset));
  expect(server.count("unsubscribe")).toBe(0);
  server.socket.say(event(1000));
  expect(server.count("unsubscribe")).toBe(1);
  const ended = expect(subscription.ended).rejects.toMatchObject({ code: "overloaded" });
  await clock.pass(60_000);
  await ended;
  server.socket.end();
  expect(clock.untilNext).toBe(100);
  await client.close();
});

test("the state is one object until it changes, and listeners are told", async () => {
  const { clock, server, client } = setUp();
  const seen = [];
  const end = client.onState(() => seen.push(status(client)));
  client.subscribe("user:1");
  expect(client.state).toBe(client.state);
  await settle();
  server.socket.end(1006, "gone");
  await settle();
  expect(client.state).toEqual({
    status: "waiting",
    retryAt: clock.time + 500,
    attempt: 1,
    code: 1006,
    reason: "gone",
  });
  end();
  await clock.pass(500);
  expect(status(client)).toBe("open");
  expect(seen).toEqual(["connecting", "open", "waiting"]);
});

test("back-off doubles up to its maximum, with full jitter", async () => {
  let random = 0.999;
  const { clock, server, client } = setUp({ script: {}, random: () => random });
  client.subscribe("user:1");
  await settle();
  const waits = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    server.socket.end();
    waits.push(client.state.retryAt - clock.time);
    await clock.pass(waits.at(-1));
  }
  expect(waits).toEqual([999, 1998, 3996, 7992, 15_984, 29_970, 29_970, 29_970]);
  random = 0;
  server.socket.end();
  expect(client.state.retryAt).toBe(clock.time);
});

test("a connection that lasted begins the back-off anew", async () => {
  const { clock, server, client } = setUp();
  client.subscribe("user:1");
  await settle();
  for (const wait of [500, 1000]) {
    server.socket.end();
    expect(client.state.retryAt - clock.time).toBe(wait);
    await clock.pass(wait);
  }
  await clock.pass(5000);
  server.socket.end();
  expect(client.state.retryAt - clock.time).toBe(500);
});

test("connect() ends the wait", async () => {
  const { server, client } = setUp();
  client.subscribe("user:1");
  await settle();
  server.socket.end();
  client.connect();
  await settle();
  expect(status(client)).toBe("open");
});

test("a draining server is left alone for as long as it asks", async () => {
  const { clock, server, client } = setUp();
  client.subscribe("user:1");
  await settle();
  server.socket.say({ type: "draining", retryafter: 9000 });
  expect(status(client)).toBe("open");
  server.socket.end(1012, "draining");
  expect(client.state.retryAt).toBe(clock.time + 9000);
});

test.each([
  ["too many connections of this account: come back in 5000 ms", 5000],
  ["too many failed log-ins from this address: come back in 986 ms", 986],
  ["a reason without a time", 1000],
])("close code 4429 with the reason %j: the client waits for %i ms", async (reason, ms) => {
  const { clock, server, client } = setUp({ random: () => 0 });
  client.subscribe("user:1");
  await settle();
  server.socket.end(4429, reason);
  expect(client.state).toMatchObject({ status: "waiting", retryAt: clock.time + ms, reason });
  await clock.pass(ms - 1);
  expect(server.sockets).toHaveLength(1);
  await clock.pass(1);
  expect(status(client)).toBe("open");
});

test.each([1002, 1003, 1007, 1009, 4400, 4403, 4406, 4499])(
  "close code %i is final",
  async (code) => {
    const { clock, server, client } = setUp();
    client.subscribe("user:1", () => {});
    const iterator = client.subscribe("user:2");
    await settle();
    const published = client.publish({ type: "booking.created", subject: "booking:1", data: {} });
    server.socket.end(code, "why");
    expect(client.state).toMatchObject({ status: "closed", code, reason: "why" });
    await expect(published).rejects.toBe(client.state.error);
    await expect(iterator.next()).rejects.toBe(client.state.error);
    await expect(client.publish({})).rejects.toBe(client.state.error);
    await expect(client.subscribe("user:3").next()).rejects.toBe(client.state.error);
    await clock.pass(600_000);
    expect(server.sockets).toHaveLength(1);
    // The listener goes on after a new beginning.
    client.connect();
    await settle();
    expect(server.last("subscribe").channels).toEqual(["user:1"]);
  },
);

test.each([1000, 1001, 1005, 1006, 1011, 1012, 1013, 4408])(
  "close code %i is not final",
  async (code) => {
    const { clock, server, client } = setUp();
    client.subscribe("user:1");
    await settle();
    server.socket.end(code);
    await clock.pass(1000);
    expect(status(client)).toBe("open");
  },
);

test("a silent connection is given up after two heartbeats", async () => {
  const { clock, server, client } = setUp();
  client.subscribe("user:1");
  await settle();
  for (let count = 0; count < 5; count += 1) {
    await clock.pass(49_999);
    server.socket.say({ type: "ping" });
  }
  expect(server.count("pong")).toBe(5);
  await clock.pass(49_999);
  expect(server.open).toBe(1);
  await clock.pass(1);
  expect(server.open).toBe(0);
  expect(client.state).toMatchObject({ status: "waiting", code: 4408 });
  await clock.pass(1000);
  expect(server.sockets).toHaveLength(2);
});

test("a clock that is set back hides no silence", async () => {
  const { clock, server, client } = setUp();
  let offset = 0;
  clock.now = () => clock.time + offset;
  client.subscribe("user:1");
  await settle();
  offset = -3_600_000;
  await clock.pass(100_000);
  expect(client.state).toMatchObject({ code: 4408 });
  expect(server.open).toBe(0);
});

test("an unused connection that is lost is not kept after its reconnect", async () => {
  const { clock, server, client } = setUp();
  await client.subscribe("user:1").close();
  await settle();
  server.socket.end();
  await clock.pass(600);
  expect(status(client)).toBe("open");
  await clock.pass(5000);
  expect(status(client)).toBe("idle");
  expect(server.open).toBe(0);
  expect(clock.timers).toBe(0);
});

test("an event whose id is undefined gets one", async () => {
  const { server, client } = setUp();
  const event = { id: undefined, source: undefined, type: "t", subject: "a:1" };
  const published = client.publish(event).catch(() => {});
  await settle();
  expect(server.last("publish").event).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    source: "/client",
  });
  await client.close();
  await published;
});

test("a server that never says welcome is given up", async () => {
  const { clock, client } = setUp({ script: {}, connectTimeout: 3000 });
  client.subscribe("user:1");
  await clock.pass(2999);
  expect(status(client)).toBe("connecting");
  await clock.pass(1);
  expect(status(client)).toBe("waiting");
});

test("close() ends everything and leaves no timer", async () => {
  const { clock, server, client } = setUp();
  const subscription = client.subscribe("user:1", () => {});
  await settle();
  await client.close();
  await subscription.ended;
  expect(client.state).toEqual({
    status: "closed",
    code: 1000,
    reason: "close()",
  });
  expect(server.open).toBe(0);
  expect(clock.timers).toBe(0);
  expect(() => client.subscribe("user:1")).toThrow("closed");
  expect(() => client.connect()).toThrow("closed");
});

test("an address that is none ends in `closed`, with what the WebSocket says about it", async () => {
  class WebSocket {
    constructor(url) {
      throw new SyntaxError(`Invalid URL: ${url}`);
    }
  }
  const { clock, client } = setUp({ url: "x", WebSocket });
  const publish = client.publish({ type: "a.b", subject: "a:b", data: {} });
  const reason = "SyntaxError: Invalid URL: x/v1/ws";
  await expect(publish).rejects.toThrow(reason);
  expect(client.state).toMatchObject({ status: "closed", code: 0, reason });
  expect(clock.timers).toBe(0);
});
