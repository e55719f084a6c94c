// Goal: the publisher over HTTP appends each event once and in order, in batches, also when the
// server is down for a while, and one bad event refuses no other.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { Publisher } from "../../dist/node.js";
import { Server } from "../support/server.mjs";
import { until } from "../support/until.mjs";

let server;
beforeAll(async () => {
  server = await Server.create();
});
afterAll(() => server.end());

const { fetch } = globalThis;
afterEach(() => {
  globalThis.fetch = fetch;
});

const backoff = { first: 20, max: 100 };
const event = (id, booking) => ({
  id,
  type: "booking.created",
  subject: `booking:${booking}`,
  data: { bookingId: booking },
});

async function log(subject) {
  const answer = await fetch(`${server.url}/v1/events?subject=${subject}&limit=1000`);
  return (await answer.json()).events.map(({ id }) => id);
}

test("what is published together is sent together, in order", async () => {
  let requests = 0;
  globalThis.fetch = (...request) => {
    requests += 1;
    return fetch(...request);
  };
  await using publisher = new Publisher({ url: server.url, backoff, batchEvents: 40 });
  const ids = Array.from({ length: 100 }, (_, index) => `n${index}`);
  const answers = await Promise.all(ids.map((id) => publisher.publish(event(id, "1"))));
  expect(answers.map(({ subjectversion }) => subjectversion)).toEqual(ids.map((_, at) => at + 1));
  expect(requests).toBe(3);
  expect(await log("booking:1")).toEqual(ids);
});

test("a batch is no larger than batchBytes, unless one event is", async () => {
  const sizes = [];
  globalThis.fetch = (url, init) => {
    sizes.push(JSON.parse(init.body).length);
    return fetch(url, init);
  };
  await using publisher = new Publisher({ url: server.url, backoff, batchBytes: 1000 });
  const large = { ...event("b1", "2"), data: { bookingId: "2", text: "x".repeat(2000) } };
  const events = [large, event("b2", "2"), event("b3", "2")];
  await Promise.all(events.map((each) => publisher.publish(each)));
  expect(sizes).toEqual([1, 2]);
});

test("one bad event refuses no other", async () => {
  await using publisher = new Publisher({ url: server.url, backoff });
  const bad = { ...event("bad", "3"), data: {} };
  const stale = publisher.publish(event("stale", "3"), { expectedversion: 7 });
  const published = [event("g1", "3"), bad, event("g2", "3")].map((each) =>
    publisher.publish(each),
  );
  const [wrong, first, second, third] = await Promise.allSettled([stale, ...published]);
  expect(wrong).toMatchObject({ reason: { code: "version_conflict" } });
  expect(first).toMatchObject({ value: { subjectversion: 1 } });
  expect(second).toMatchObject({ reason: { code: "invalid_event" } });
  expect(third).toMatchObject({ value: { subjectversion: 2 } });
  expect(publisher.pending).toBe(0);
});

test("while the server is down, events wait up to the limit", async () => {
  await server.stop("SIGKILL");
  await using publisher = new Publisher({ url: server.url, backoff, maxPending: 2 });
  const published = [publisher.publish(event("d1", "4")), publisher.publish(event("d2", "4"))];
  await expect(publisher.publish(event("d3", "4"))).rejects.toMatchObject({ code: "overloaded" });
  expect(publisher.pending).toBe(2);
  await server.start();
  await Promise.all(published);
  expect(await log("booking:4")).toEqual(["d1", "d2"]);
});

test("an answer that got lost leaves no double", async () => {
  let requests = 0;
  globalThis.fetch = async (...request) => {
    requests += 1;
    const answer = await fetch(...request);
    if (requests === 1) throw new TypeError("the answer got lost");
    return answer;
  };
  await using publisher = new Publisher({ url: server.url, backoff });
  expect(await publisher.publish(event("once", "5"))).toMatchObject({ duplicate: true });
  expect(await log("booking:5")).toEqual(["once"]);
});

test("a closed publisher has sent everything, and takes no more", async () => {
  const publisher = new Publisher({ url: server.url, backoff });
  const published = publisher.publish(event("last", "6"));
  await publisher.close();
  await published;
  await until("nothing waits", () => publisher.pending === 0);
  await expect(publisher.publish(event("later", "6"))).rejects.toMatchObject({ code: "closed" });
});

test("a refused token is named to the callback, and the fresh one counts", async () => {
  const answers = [];
  globalThis.fetch = async (url, { headers: { authorization, ...headers }, ...init }) => {
    // A failure of the network comes first: it is no answer about the token.
    if (answers.push(authorization) === 1) throw new TypeError("offline");
    if (authorization === "Bearer fresh") return fetch(url, { ...init, headers });
    return Response.json({ code: "token_expired", retryable: false }, { status: 401 });
  };
  const token = ({ refused }) => (refused === "old" ? "fresh" : "old");
  await using publisher = new Publisher({ url: server.url, backoff, token });
  const published = [event("t1", "7"), event("t2", "7")].map((each) => publisher.publish(each));
  expect(await Promise.all(published)).toMatchObject([{ id: "t1" }, { id: "t2" }]);
  expect(answers).toEqual(["Bearer old", "Bearer old", "Bearer fresh"]);
});

test("a refused token refuses its batch at once", async () => {
  let requests = 0;
  globalThis.fetch = async () => {
    requests += 1;
    return Response.json({ code: "unauthorized", retryable: false }, { status: 401 });
  };
  await using publisher = new Publisher({ url: server.url, backoff, token: "bad" });
  const published = ["u1", "u2", "u3"].map((id) => publisher.publish(event(id, "8")));
  for (const { reason } of await Promise.allSettled(published)) {
    expect(reason).toMatchObject({ code: "unauthorized" });
  }
  expect(requests).toBe(2);
  expect(publisher.pending).toBe(0);
});

test("an id or source that is undefined gets its default", async () => {
  await using publisher = new Publisher({ url: server.url, backoff });
  const { id } = await publisher.publish({ ...event(undefined, "9"), source: undefined });
  expect(id).toMatch(/^[0-9a-f]{32}$/);
});
