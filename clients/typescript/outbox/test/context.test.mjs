// Goal: an event gets the correlation id and the actor of its request from the context, the actor
// as it is when the event is written; fields of the event itself override the context.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { test } from "node:test";

import express from "express";

import {
  actorOf,
  currentContext,
  outboxEvent,
  outboxMiddleware,
  runWithContext,
} from "@courtside/outbox";

import { Recorder } from "./support/recorder.mjs";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function who(more = {}) {
  const tx = new Recorder();
  await outboxEvent(tx, { type: "booking.confirmed", data: { bookingId: "b_1" }, ...more });
  const { actorId, actorType, actorRole, correlationId, causationId } = tx.row;
  return { actorId, actorType, actorRole, correlationId, causationId };
}

test("claims become an actor", () => {
  const type = (userId, userRole) => actorOf({ userId, userRole }).type;
  assert.equal(type("42", "USER"), "USER");
  assert.equal(type("42", "VENUE_OWNER"), "USER");
  assert.equal(type("42", "BMSP_CUSTOMER_CARE"), "ADMIN");
  assert.equal(type("SYSTEM", undefined), "SYSTEM");
  assert.equal(type("42", "SYSTEM"), "SYSTEM");
  assert.equal(type("ANONYMOUS", "ANONYMOUS"), "ANONYMOUS");
  assert.deepEqual(actorOf({ sub: "42", userRole: "USER" }), {
    id: "42",
    type: "USER",
    role: "USER",
  });
  assert.deepEqual(actorOf(undefined), { id: "ANONYMOUS", type: "ANONYMOUS" });
});

test("outside a context there is no actor", async () => {
  assert.deepEqual(currentContext(), {});
  const nobody = {
    actorId: null,
    actorType: null,
    actorRole: null,
    correlationId: null,
    causationId: null,
  };
  assert.deepEqual(await who(), nobody);
});

test("a job has its own context", async () => {
  const actor = { id: "SYSTEM" };
  const first = await runWithContext({ actor, causationId: "e_1" }, async () => {
    await new Promise(setImmediate);
    return who();
  });
  assert.match(first.correlationId, uuid);
  assert.deepEqual(
    [first.actorId, first.actorType, first.causationId],
    ["SYSTEM", "SYSTEM", "e_1"],
  );
  const inner = await runWithContext({ actor, correlationId: "k" }, () => {
    return runWithContext({ causationId: "e_2" }, () => who());
  });
  assert.deepEqual([inner.correlationId, inner.causationId, inner.actorId], ["k", "e_2", "SYSTEM"]);
  const innermost = await runWithContext({ actor, causationId: "e_1", correlationId: "k" }, () => {
    return runWithContext({ correlationId: "l" }, () => who());
  });
  assert.deepEqual([innermost.correlationId, innermost.causationId], ["l", "e_1"]);
  assert.throws(
    () => runWithContext({ correlationId: "a\nb" }, () => 1),
    /`correlationId` must be an id/,
  );
});

test("fields of the event override the context", async () => {
  await runWithContext(
    { correlationId: "k", causationId: "e_1", actor: { id: "42" } },
    async () => {
      const other = await who({ correlationId: "l", actor: { id: "7", type: "ADMIN" } });
      assert.deepEqual([other.correlationId, other.actorId, other.actorType], ["l", "7", "ADMIN"]);
      const none = await who({ correlationId: null, causationId: null, actor: null });
      assert.deepEqual(Object.values(none), [null, null, null, null, null]);
    },
  );
});

test("the package loaded with require() has the same context", async () => {
  const copy = createRequire(import.meta.url)("@courtside/outbox");
  assert.notEqual(copy.currentContext, currentContext);
  copy.runWithContext({ correlationId: "k" }, () =>
    assert.equal(currentContext().correlationId, "k"),
  );
});

async function serve(options, work) {
  const app = express();
  app.use(outboxMiddleware(options));
  // Authentication comes later, and takes some time.
  app.use(async (request, _response, next) => {
    await new Promise(setImmediate);
    if (request.get("x-user"))
      request.user = { userId: request.get("x-user"), userRole: "BMSP_ADMIN" };
    next();
  });
  app.post("/", express.json(), async (_request, response) => response.json(await who()));
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await work(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function ask(url, headers) {
  const all = { "content-type": "application/json", ...headers };
  const response = await fetch(url, { method: "POST", headers: all, body: '{"a":1}' });
  return { ...(await response.json()), header: response.headers.get("x-correlation-id") };
}

test("Express: each request has its correlation id and its user", async () => {
  await serve(undefined, async (url) => {
    const known = await ask(url, { "x-correlation-id": "k-1", "x-user": "42" });
    assert.deepEqual(known, {
      actorId: "42",
      actorType: "ADMIN",
      actorRole: "BMSP_ADMIN",
      correlationId: "k-1",
      causationId: null,
      header: "k-1",
    });
    const stranger = await ask(url, {});
    assert.deepEqual([stranger.actorId, stranger.actorType], ["ANONYMOUS", "ANONYMOUS"]);
    assert.match(stranger.correlationId, uuid);
    assert.equal(stranger.header, stranger.correlationId);
    for (const unusable of ["a b", "é", "x".repeat(65), "a, b", "*"]) {
      const { correlationId } = await ask(url, { "x-correlation-id": unusable });
      assert.match(correlationId, uuid, unusable);
    }
  });
});

test("Express: simultaneous requests have separate contexts", async () => {
  await serve(undefined, async (url) => {
    const ids = Array.from({ length: 50 }, (_, index) => `k-${index}`);
    const answers = await Promise.all(
      ids.map((id) => ask(url, { "x-correlation-id": id, "x-user": id })),
    );
    assert.deepEqual(
      answers.map(({ correlationId }) => correlationId),
      ids,
    );
    assert.deepEqual(
      answers.map(({ actorId }) => actorId),
      ids,
    );
  });
});

test("Express: the application may provide the actor", async () => {
  const actor = (request) => request.get("x-job") && { id: request.get("x-job"), type: "SYSTEM" };
  await serve({ actor }, async (url) => {
    const job = await ask(url, { "x-job": "cron", "x-user": "42" });
    assert.deepEqual([job.actorId, job.actorType], ["cron", "SYSTEM"]);
    const user = await ask(url, { "x-user": "42" });
    assert.deepEqual([user.actorId, user.actorType], ["42", "ADMIN"]);
  });
});

test("Express: the application may already have a correlation id", async () => {
  const correlationId = (request) => request.get("x-request-id");
  await serve({ correlationId }, async (url) => {
    const own = await ask(url, { "x-request-id": "r-1", "x-correlation-id": "k-1" });
    assert.deepEqual([own.correlationId, own.header], ["r-1", "r-1"]);
    assert.equal((await ask(url, { "x-correlation-id": "k-2" })).correlationId, "k-2");
    assert.match((await ask(url, { "x-request-id": "a b" })).correlationId, uuid);
  });
});

test("Express: passing the middleware without calling it is an error", async () => {
  const app = express();
  app.use(outboxMiddleware);
  app.use((error, _request, response, _next) => void response.status(500).send(error.message));
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const url = `http://127.0.0.1:${server.address().port}/`;
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    assert.match(await response.text(), /must be called: app.use\(outboxMiddleware\(\)\)/);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
