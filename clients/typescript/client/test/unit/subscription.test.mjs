// Goal: each event reaches its handler once, in order, and the position never passes an event that
// is not done. No real time.
import { expect, test } from "vitest";

import { CourtsideClient } from "../../dist/index.js";
import { FakeClock, randomOf, settle } from "../support/fake.mjs";
import { LogServer } from "../support/log.mjs";

function setUp(options = {}) {
  const clock = new FakeClock(options.random);
  const server = new LogServer();
  const { WebSocket } = server;
  const client = new CourtsideClient({ url: "http://test", WebSocket, clock, ...options });
  return { clock, server, client };
}

/** A handler whose calls wait until they are let go. */
function slow() {
  const calls = [];
  const handle = (event) =>
    new Promise((resolve, reject) => calls.push({ id: event.id, resolve, reject }));
  return { calls, handle };
}

test.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
  "cut anywhere, every handler runs once per event and in order (seed %i)",
  async (seed) => {
    const random = randomOf(seed);
    const below = (count) => Math.floor(random() * count);
    const { clock, server, client } = setUp({ random, backoff: { first: 50, max: 400 } });
    const expected = new Map();
    const seen = new Map();
    for (const channel of ["a:1", "a:2", "a:3"]) {
      expected.set(channel, []);
      seen.set(channel, []);
      const handle = async (event) => {
        if (below(4) === 0) await new Promise((go) => clock.setTimeout(go, below(100)));
        seen.get(channel).push(event.id);
      };
      const options = { from: "earliest", buffer: 2 + below(10), batch: below(3) > 0 };
      client.subscribe(channel, options, handle);
    }
    for (let step = 0; step < 300; step += 1) {
      const chance = below(10);
      if (chance < 6) {
        const channel = `a:${1 + below(3)}`;
        const ids = Array.from({ length: 1 + below(4) }, (_, index) => `${step}-${index}`);
        expected.get(channel).push(...ids);
        server.append(channel, ...ids);
      } else if (chance === 6) server.socket?.end(1006);
      else if (chance === 7) server.progress();
      else if (chance === 8) await clock.pass(below(500));
      else await Promise.resolve();
    }
    await clock.pass(20_000);
    expect([...seen]).toEqual([...expected]);
  },
);

test("the position is stored after the handler, and not before", async () => {
  const store = new Map();
  const { server, client } = setUp({ store });
  const { calls, handle } = slow();
  const subscription = client.subscribe("a:1", { key: "mine" }, handle);
  await settle();
  expect(store.get("mine")).toBe("e1:0");
  server.append("a:1", "one");
  server.append("a:1", "two");
  server.append("a:2", "other");
  server.progress();
  await settle();
  expect(calls.map(({ id }) => id)).toEqual(["one"]);
  expect(store.get("mine")).toBe("e1:0");
  calls[0].resolve();
  await settle();
  expect(store.get("mine")).toBe("e1:1");
  calls[1].resolve();
  await settle();
  // Everything up to the progress had been sent.
  expect(store.get("mine")).toBe("e1:3");
  expect(subscription.position).toBe("e1:3");
});

test("a quiet subscription moves with live and progress, but not while it is behind", async () => {
  const { server, client } = setUp();
  server.append("a:2", "other");
  const subscription = client.subscribe("a:1", () => {});
  await settle();
  server.append("a:2", "other");
  server.progress();
  expect(subscription.position).toBe("e1:2");
  const { sub } = server.last("subscribe");
  server.socket.say({ type: "behind", sub, position: "e1:2" });
  server.append("a:2", "other");
  server.progress();
  expect(subscription.position).toBe("e1:2");
});

test("cut before the first event, it resumes from `subscribed`", async () => {
  const { clock, server, client } = setUp();
  const seen = [];
  server.append("a:1", "before");
  client.subscribe("a:1", (event) => seen.push(event.id));
  await settle();
  server.socket.end();
  server.append("a:1", "meanwhile");
  await clock.pass(1000);
  expect(server.last("subscribe").from).toEqual({ after: "e1:1" });
  expect(seen).toEqual(["meanwhile"]);
});

test("duplicates are dropped", async () => {
  const { server, client } = setUp();
  const seen = [];
  client.subscribe("a:1", (event) => seen.push(event.id));
  await settle();
  server.append("a:1", "one");
  const { sub } = server.last("subscribe");
  server.socket.say({ type: "event", sub, position: "e1:1", event: { id: "one" } });
  server.append("a:1", "two");
  await settle();
  expect(seen).toEqual(["one", "two"]);
});

test("an event counts as received by its offset, as a number, and within its epoch", async () => {
  const { server, client } = setUp();
  const seen = [];
  client.subscribe("a:1", (event) => seen.push(event.id));
  await settle();
  const { sub } = server.last("subscribe");
  const positions = ["e1:9", "e1:9", "e1:8", "e1:10", "e1:9", "e1:11", "e1:11", "e10:3", "e10:2"];
  for (const position of [...positions, "e1:12"]) {
    server.socket.say({ type: "event", sub, position, event: { id: position } });
  }
  await settle();
  expect(seen).toEqual(["e1:9", "e1:10", "e1:11", "e10:3", "e1:12"]);
});

test("batches are asked for, unless the application says otherwise", async () => {
  const { server, client } = setUp();
  client.subscribe("a:1", () => {});
  client.subscribe("a:2", { batch: undefined }, () => {});
  client.subscribe("a:3", { batch: false, fields: ["id", "data"] }, () => {});
  await settle();
  const asked = server.sent.filter(({ type }) => type === "subscribe");
  expect(asked.map(({ batch }) => batch)).toEqual([true, true, false]);
  expect(asked.map(({ fields }) => fields)).toEqual([undefined, undefined, ["id", "data"]]);
});

test("each event of a batch is done when its handler has finished, and not before", async () => {
  const store = new Map();
  const { clock, server, client } = setUp({ store });
  const { calls, handle } = slow();
  const subscription = client.subscribe("a:1", { key: "k", from: "earliest" }, handle);
  await settle();
  server.append("a:1", "one", "two", "three");
  await settle();
  expect(calls.map(({ id }) => id)).toEqual(["one"]);
  calls[0].resolve();
  await settle();
  expect(store.get("k")).toBe("e1:1");
  expect(calls.map(({ id }) => id)).toEqual(["one", "two"]);
  // Cut in the middle of the batch: what was not done is there already, and comes no second time.
  server.socket.end();
  await clock.pass(1000);
  expect(server.last("subscribe").from).toEqual({ after: "e1:3" });
  calls[1].resolve();
  await settle();
  calls[2].resolve();
  await settle();
  expect(calls.map(({ id }) => id)).toEqual(["one", "two", "three"]);
  expect(subscription.position).toBe("e1:3");
});

test("what a batch repeats is dropped", async () => {
  const { server, client } = setUp();
  const seen = [];
  const context = [];
  client.subscribe("a:1", (event, { position }) => {
    seen.push(event.id);
    context.push(position);
  });
  await settle();
  const { sub } = server.last("subscribe");
  const batch = (...offsets) =>
    offsets.map((offset) => ({ position: `e1:${offset}`, event: { id: `${offset}` } }));
  server.socket.say({ type: "events", sub, events: batch(1, 2, 2, 1, 3) });
  server.socket.say({ type: "events", sub, events: batch(2, 3, 4) });
  server.socket.say({ type: "events", sub, events: batch(4) });
  await settle();
  expect(seen).toEqual(["1", "2", "3", "4"]);
  expect(context).toEqual(["e1:1", "e1:2", "e1:3", "e1:4"]);
});

test("a handler that fails in a batch stops at its event, and gets the rest of it again", async () => {
  const store = new Map();
  const { server, client } = setUp({ store });
  const failing = client.subscribe("a:1", { key: "k" }, ({ id }) => {
    if (id === "two") throw new Error("broken");
  });
  await settle();
  server.append("a:1", "one", "two", "three");
  await expect(failing.ended).rejects.toThrow("broken");
  expect(store.get("k")).toBe("e1:1");
  const seen = [];
  client.subscribe("a:1", { key: "k" }, ({ id }) => seen.push(id));
  await settle();
  expect(seen).toEqual(["two", "three"]);
});

test("an iterator takes a batch event by event", async () => {
  const store = new Map();
  const { server, client } = setUp({ store });
  const subscription = client.subscribe("a:1", { key: "k" });
  await settle();
  server.append("a:1", "one", "two", "three");
  for await (const event of subscription) {
    if (event.id === "three") break;
  }
  expect(store.get("k")).toBe("e1:2");
});

test("a batch beyond the buffer pauses once, and everything comes", async () => {
  const { clock, server, client } = setUp();
  server.batchMax = 8;
  const { calls, handle } = slow();
  client.subscribe("a:1", { buffer: 4 }, handle);
  await settle();
  const ids = Array.from({ length: 20 }, (_, index) => `${index}`);
  server.append("a:1", ...ids);
  await settle();
  expect(server.count("unsubscribe")).toBe(1);
  for (let count = 0; count < 20; count += 1) {
    calls[count].resolve();
    await settle();
  }
  await clock.pass(1000);
  expect(calls.map(({ id }) => id)).toEqual(ids);
  // A handler that keeps up needs no pause, however large the batch is.
  const seen = [];
  const unsubscribed = server.count("unsubscribe");
  client.subscribe("a:2", { buffer: 4 }, ({ id }) => seen.push(id));
  await settle();
  server.append("a:2", ...ids);
  expect(seen).toEqual(ids);
  expect(server.count("unsubscribe")).toBe(unsubscribed);
});

test("the position in a handler is that of its event, whatever comes after it", async () => {
  const { server, client } = setUp();
  const contexts = [];
  client.subscribe("a:1", async (_, context) => {
    await settle();
    contexts.push(context);
  });
  await settle();
  server.append("a:1", "one", "two");
  server.append("a:2", "other");
  server.progress();
  for (let turn = 0; turn < 8; turn += 1) await settle();
  expect(contexts).toEqual([{ position: "e1:1" }, { position: "e1:2" }]);
});

test("a handler that fails stops the subscription at its event", async () => {
  const store = new Map();
  const { server, client } = setUp({ store });
  const seen = [];
  const subscription = client.subscribe("a:1", { key: "k" }, (event) => {
    seen.push(event.id);
    if (event.id === "two") throw new Error("broken");
  });
  await settle();
  for (const id of ["one", "two", "three"]) server.append("a:1", id);
  await expect(subscription.ended).rejects.toThrow("broken");
  expect(seen).toEqual(["one", "two"]);
  expect(store.get("k")).toBe("e1:1");
  await settle();
  expect(server.count("unsubscribe")).toBe(1);
});

test("onError decides: skip, retry or stop", async () => {
  const { clock, server, client } = setUp();
  const seen = [];
  const decisions = ["retry", "retry", "skip", "stop"];
  const subscription = client.subscribe(
    "a:1",
    {
      onError: (_, event) => {
        seen.push(`failed ${event.id}`);
        return decisions.shift();
      },
    },
    (event) => {
      if (event.id !== "two") throw new Error("broken");
      seen.push(event.id);
    },
  );
  const ended = expect(subscription.ended).rejects.toThrow("broken");
  await settle();
  for (const id of ["one", "two", "three"]) server.append("a:1", id);
  await clock.pass(10_000);
  await ended;
  expect(seen).toEqual(["failed one", "failed one", "failed one", "two", "failed three"]);
  expect(subscription.position).toBe("e1:2");
});

test("a store that fails ends the subscription, unless onError skips it", async () => {
  const store = {
    get: () => undefined,
    set: () => {
      throw new Error("full");
    },
  };
  const { server, client } = setUp({ store });
  await expect(client.subscribe("a:1", () => {}).ended).rejects.toThrow("full");
  const seen = [];
  client.subscribe("a:2", { onError: () => "skip" }, (event) => seen.push(event.id));
  await settle();
  server.append("a:2", "one");
  await settle();
  expect(seen).toEqual(["one"]);
});

test("a store that is slow to answer is waited for", async () => {
  const store = { get: () => settle().then(() => "e1:1"), set: () => settle() };
  const { server, client } = setUp({ store });
  const seen = [];
  server.append("a:1", "one");
  server.append("a:1", "two");
  const subscription = client.subscribe("a:1", { from: "earliest" }, (event) =>
    seen.push(event.id),
  );
  for (let turn = 0; turn < 5; turn += 1) await settle();
  expect(seen).toEqual(["two"]);
  expect(subscription.position).toBe("e1:2");
});

test("an iterator's event is done when the next one is asked for", async () => {
  const store = new Map();
  const { server, client } = setUp({ store });
  const subscription = client.subscribe("a:1", { key: "k" });
  await settle();
  server.append("a:1", "one");
  server.append("a:1", "two");
  expect((await subscription.next()).value.id).toBe("one");
  expect(store.get("k")).toBe("e1:0");
  expect((await subscription.next()).value.id).toBe("two");
  expect(store.get("k")).toBe("e1:1");
  await subscription.return();
  expect(store.get("k")).toBe("e1:1");
  expect(await subscription.next()).toEqual({ done: true, value: undefined });
});

test("requests for several events are answered one after the other", async () => {
  const { server, client } = setUp();
  const subscription = client.subscribe("a:1");
  const asked = [subscription.next(), subscription.next(), subscription.next()];
  await settle();
  for (const id of ["one", "two", "three"]) server.append("a:1", id);
  const got = await Promise.all(asked);
  expect(got.map(({ value }) => value.id)).toEqual(["one", "two", "three"]);
});

test("a gap ends the subscription, and the next one gets it again", async () => {
  const store = new Map([["k", "e0:7"]]);
  const { server, client } = setUp({ store });
  server.append("a:1", "one");
  const gap = { reason: "epoch", from: "e0:7", to: "e1:0" };
  const first = client.subscribe("a:1", { key: "k" }, () => {});
  await expect(first.ended).rejects.toMatchObject({ name: "GapError", gap });
  expect(store.get("k")).toBe("e0:7");
  await expect(client.subscribe("a:1", { key: "k" }).next()).rejects.toMatchObject({ gap });
  const seen = [];
  const onGap = async (found) => seen.push(found);
  const third = client.subscribe("a:1", { key: "k", onGap }, (event) => seen.push(event.id));
  await settle();
  expect(seen).toEqual([gap, "one"]);
  expect(third.position).toBe("e1:1");
});

test("a gap waits for the events before it", async () => {
  const { server, client } = setUp();
  const seen = [];
  const subscription = client.subscribe("a:1");
  await settle();
  server.append("a:1", "one");
  const { sub } = server.last("subscribe");
  server.socket.say({ type: "gap", sub, reason: "expired", from: "e1:2", to: "e1:9" });
  seen.push((await subscription.next()).value.id);
  await expect(subscription.next()).rejects.toThrow("are gone");
  expect(seen).toEqual(["one"]);
});

test("an iterator that nobody reads pauses, then fails", async () => {
  const { clock, server, client } = setUp();
  const subscription = client.subscribe("a:1", { buffer: 3, stallTimeout: 5000 });
  await settle();
  for (let count = 0; count < 10; count += 1) server.append("a:1", `${count}`);
  await settle();
  expect(server.count("unsubscribe")).toBe(1);
  await clock.pass(4000);
  expect((await subscription.next()).value.id).toBe("0");
  await clock.pass(4999);
  const ended = expect(subscription.ended).rejects.toMatchObject({ code: "overloaded" });
  await clock.pass(1);
  await ended;
});

test("a slow listener pauses, and gets everything", async () => {
  const { clock, server, client } = setUp();
  const seen = [];
  client.subscribe("a:1", { buffer: 4 }, async (event) => {
    seen.push(event.id);
    await new Promise((go) => clock.setTimeout(go, 100_000));
  });
  await settle();
  for (let count = 0; count < 20; count += 1) server.append("a:1", `${count}`);
  await clock.pass(3_000_000);
  expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`));
});

test("refused for a while: subscribed again when the server allows it", async () => {
  const { clock, server, client } = setUp();
  const subscribe = server.script.subscribe;
  server.script.subscribe = ({ id }, socket) => {
    const details = { retryafter: 7000 };
    socket.say({ type: "error", id, code: "rate_limited", message: "m", retryable: true, details });
  };
  client.subscribe("a:1", () => {});
  await settle();
  server.script.subscribe = subscribe;
  await clock.pass(6999);
  expect(server.count("subscribe")).toBe(1);
  await clock.pass(1);
  expect(server.count("subscribe")).toBe(2);
});

test("a right that was taken away ends the subscription after the events before it", async () => {
  const { server, client } = setUp();
  const seen = [];
  const subscription = client.subscribe("a:1", (event) => seen.push(event.id));
  await settle();
  server.append("a:1", "one");
  server.socket.say({ type: "unsubscribed", sub: server.last("subscribe").sub, code: "forbidden" });
  await expect(subscription.ended).rejects.toMatchObject({ code: "forbidden" });
  expect(seen).toEqual(["one"]);
});

test("states are asked for again until they came, and not after that", async () => {
  const { clock, server, client } = setUp();
  client.subscribe("a:1", { state: true }, () => {});
  server.script.subscribe = ({ id, sub }, socket) => {
    socket.say({ type: "subscribed", id, sub, after: "e1:0" });
    socket.end();
  };
  await clock.pass(600);
  expect(server.last("subscribe")).toMatchObject({ state: true });
  server.script.subscribe = ({ id, sub }, socket) => {
    socket.say({ type: "subscribed", id, sub, after: "e1:0" });
    socket.say({ type: "live", sub, position: "e1:0" });
  };
  await clock.pass(2000);
  expect(server.last("subscribe")).toMatchObject({ state: true, from: { after: "e1:0" } });
  server.socket.end();
  await clock.pass(5000);
  expect(server.last("subscribe").state).toBeUndefined();
});

test("a signal ends the subscription", async () => {
  const { server, client } = setUp();
  const controller = new AbortController();
  const { signal } = controller;
  const subscription = client.subscribe("a:1", { signal });
  const next = subscription.next();
  await settle();
  controller.abort();
  expect(await next).toEqual({ done: true, value: undefined });
  await subscription.ended;
  await settle();
  expect(server.count("unsubscribe")).toBe(1);
  await client.subscribe("a:1", { signal }).ended;
  expect(server.count("subscribe")).toBe(1);
});

test("close waits for the running handler and its position", async () => {
  const store = new Map();
  const { server, client } = setUp({ store });
  const { calls, handle } = slow();
  const subscription = client.subscribe("a:1", { key: "k" }, handle);
  await settle();
  server.append("a:1", "one");
  server.append("a:1", "two");
  await settle();
  let isClosed = false;
  const closed = subscription.close().then(() => {
    isClosed = true;
  });
  await settle();
  expect(isClosed).toBe(false);
  calls[0].resolve();
  await closed;
  expect(calls).toHaveLength(1);
  expect(store.get("k")).toBe("e1:1");
});

test("an iterator's event that was handled while a signal ended it is done", async () => {
  const store = new Map();
  const { server, client } = setUp({ store });
  const controller = new AbortController();
  const { signal } = controller;
  const subscription = client.subscribe("a:1", { key: "k", signal });
  await settle();
  server.append("a:1", "one");
  server.append("a:1", "two");
  for await (const event of subscription) {
    controller.abort();
    expect(event.id).toBe("one");
  }
  expect(store.get("k")).toBe("e1:1");
});

test("an iterator that ends while it is paused leaves no timer", async () => {
  const { clock, server, client } = setUp();
  const subscription = client.subscribe("a:1", { buffer: 2 });
  await settle();
  for (const id of ["one", "two", "three"]) server.append("a:1", id);
  await subscription.next();
  await client.close();
  expect(await subscription.next()).toEqual({ done: true, value: undefined });
  expect(clock.timers).toBe(0);
});

test("a long iteration keeps nothing of the events that are done", async () => {
  const { server, client } = setUp();
  const subscription = client.subscribe("a:1");
  await settle();
  let reactions = 0;
  const { ended } = subscription;
  ended.catch = (handle) => {
    reactions += 1;
    return Promise.prototype.catch.call(ended, handle);
  };
  for (let count = 0; count < 20; count += 1) {
    server.append("a:1", `${count}`);
    await subscription.next();
  }
  expect(reactions).toBe(1);
});

test("states that fill the buffer are asked for once", async () => {
  const { server, client } = setUp();
  const { subscribe } = server.script;
  server.script.subscribe = (message, socket) => {
    const { id, sub, channels, state } = message;
    socket.say({ type: "subscribed", id, sub, after: "e1:0" });
    for (const subject of state ? channels : []) {
      socket.say({ type: "state", sub, subject, position: "e1:0", state: {} });
    }
    subscribe({ ...message, from: message.from ?? { after: "e1:0" } }, socket);
  };
  const seen = [];
  const onState = ({ subject }) => settle().then(() => seen.push(subject));
  const channels = ["a:1", "a:2", "a:3"];
  server.append("a:1", "one");
  client.subscribe(channels, { state: true, buffer: 2, onState }, ({ id }) => seen.push(id));
  for (let turn = 0; turn < 50; turn += 1) await settle();
  expect(seen).toEqual([...channels, "one"]);
  expect(server.sent.filter(({ state }) => state)).toHaveLength(1);
});

test("a retry waits its time, whatever arrives meanwhile, and ends with the client", async () => {
  const { clock, server, client } = setUp();
  let calls = 0;
  const fail = () => {
    calls += 1;
    throw new Error("broken");
  };
  const subscription = client.subscribe("a:1", { onGap: fail, onError: () => "retry" });
  const next = subscription.next();
  await settle();
  const { sub } = server.last("subscribe");
  server.socket.say({ type: "gap", sub, reason: "expired", from: "e1:1", to: "e1:1" });
  await settle();
  for (const offset of [2, 3, 4]) {
    server.socket.say({ type: "event", sub, position: `e1:${offset}`, event: {} });
    await settle();
  }
  expect(calls).toBe(1);
  await clock.pass(500);
  expect(calls).toBe(2);
  await client.close();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(clock.timers).toBe(0);
});

test("close() in a handler waits for that handler, too", async () => {
  const store = new Map();
  const { server, client } = setUp({ store });
  const { calls, handle } = slow();
  let isClosed = false;
  const subscription = client.subscribe("a:1", { key: "k" }, (event) => {
    void subscription.close().then(() => {
      isClosed = true;
    });
    return handle(event);
  });
  await settle();
  server.append("a:1", "one");
  await settle();
  expect(isClosed).toBe(false);
  calls[0].resolve();
  await settle();
  expect(isClosed).toBe(true);
  expect(store.get("k")).toBe("e1:1");
});

test("a handler that is rejected with nothing stops the subscription with an error", async () => {
  const { server, client } = setUp();
  const subscription = client.subscribe("a:1", () => Promise.reject());
  await settle();
  server.append("a:1", "one");
  await expect(subscription.ended).rejects.toThrow("rejected");
});

test("a signal keeps nothing of a subscription that has ended", async () => {
  const { client } = setUp();
  const { signal } = new AbortController();
  const removed = [];
  signal.removeEventListener = (...listener) => removed.push(listener);
  const added = [];
  signal.addEventListener = (...listener) => added.push(listener);
  await client.subscribe("a:1", { signal }).close();
  expect(added).toHaveLength(1);
  expect(removed).toEqual(added);
});
