// Goal: a token is renewed without a new connection, and a refused one ends in a state that the
// application can show. No real time.
import { expect, test } from "vitest";

import { CourtsideClient } from "../../dist/index.js";
import { FakeClock, FakeServer, says, settle, welcome } from "../support/fake.mjs";

async function setUp(token, script = {}) {
  const clock = new FakeClock();
  const server = new FakeServer({ hello: says(welcome()), ...script });
  const { WebSocket } = server;
  const client = new CourtsideClient({ url: "http://test", WebSocket, clock, token });
  client.subscribe("user:1", () => {});
  await settle();
  return { clock, server, client };
}

const ok = ({ id }, socket) => socket.say({ type: "ok", id });
const refuse = ({ id }, socket) =>
  socket.say({ type: "error", id, code: "unauthorized", message: "bad token", retryable: true });

function counting() {
  const requests = [];
  const token = async (request) => {
    requests.push(request);
    return `t${requests.length}`;
  };
  return { requests, token };
}

test("the token goes with hello", async () => {
  const { server } = await setUp("secret");
  expect(server.last("hello")).toMatchObject({ token: "secret" });
});

test("an expiring token is renewed on the same connection", async () => {
  const { token } = counting();
  const { clock, server, client } = await setUp(token, { refresh: ok });
  server.socket.say({ type: "expiring", in: 60 });
  await clock.pass(29_999);
  expect(server.count("refresh")).toBe(0);
  await clock.pass(1);
  expect(server.last("refresh")).toMatchObject({ token: "t2" });
  // A short-lived token is renewed after half of its time, and not again and again.
  server.socket.say({ type: "expiring", in: 2 });
  await clock.pass(999);
  expect(server.count("refresh")).toBe(1);
  await clock.pass(1);
  expect(server.last("refresh")).toMatchObject({ token: "t3" });
  expect(server.sockets).toHaveLength(1);
  expect(client.state.status).toBe("open");
});

test("refused renewals end in `closed`, each fresh token tried once", async () => {
  const { requests, token } = counting();
  const { clock, server, client } = await setUp(token, { refresh: refuse });
  server.socket.say({ type: "expiring", in: 60 });
  await clock.pass(30_010);
  expect(requests.slice(2)).toEqual([{ refused: "t2" }, { refused: "t3" }, { refused: "t4" }]);
  expect(client.state).toMatchObject({
    status: "closed",
    code: 4401,
    reason: "bad token",
    error: { code: "unauthorized" },
  });
});

test("a renewal that has no other token ends in `closed`", async () => {
  let count = 0;
  const { clock, server, client } = await setUp(() => (count++ ? "second" : "first"), {
    refresh: refuse,
  });
  server.socket.say({ type: "expiring", in: 60 });
  await clock.pass(30_010);
  expect(server.count("refresh")).toBe(1);
  const reason = "no fresh token: bad token";
  expect(client.state).toMatchObject({ status: "closed", code: 4401, reason });
});

test("a token callback that fails during renewal is asked again", async () => {
  const answers = [
    () => "t1",
    () => {
      throw new Error("offline");
    },
    () => "t2",
  ];
  const { clock, server, client } = await setUp(async () => answers.shift()(), { refresh: ok });
  server.socket.say({ type: "expiring", in: 60 });
  await clock.pass(34_999);
  expect(server.count("refresh")).toBe(0);
  await clock.pass(1);
  expect(server.last("refresh")).toMatchObject({ token: "t2" });
  expect(client.state.status).toBe("open");
});

test("a token callback that fails before connecting is a reason to wait", async () => {
  let count = 0;
  const { clock, client, server } = await setUp(async () => {
    count += 1;
    if (count === 1) throw new Error("offline");
    return "t1";
  });
  expect(client.state).toMatchObject({ status: "waiting", reason: "no token: Error: offline" });
  await clock.pass(2000);
  expect(server.last("hello")).toMatchObject({ token: "t1" });
});

test("a revoked token without a callback closes at once", async () => {
  const { clock, server, client } = await setUp("secret");
  server.socket.say({
    type: "unsubscribed",
    sub: server.last("subscribe").sub,
    code: "unauthorized",
  });
  server.socket.end(4401, "revoked");
  expect(client.state).toMatchObject({ status: "closed", code: 4401, reason: "revoked" });
  await clock.pass(100_000);
  expect(server.sockets).toHaveLength(1);
});

test("after a revocation fresh tokens are tried for longer than the leeway", async () => {
  const { requests, token } = counting();
  const { clock, server, client } = await setUp(token);
  server.script.hello = (_, socket) => socket.end(4401, "revoked");
  server.socket.end(4401, "revoked");
  const began = clock.time;
  while (client.state.status !== "closed") await clock.pass(100);
  expect(clock.time - began).toBeGreaterThan(10_000);
  expect(requests.slice(1)).toEqual([1, 2, 3, 4].map((count) => ({ refused: `t${count}` })));
});

test("after a revocation a fresh token is enough", async () => {
  const { token } = counting();
  const { clock, server, client } = await setUp(token);
  server.socket.end(4401, "revoked");
  await clock.pass(500);
  expect(server.last("hello")).toMatchObject({ token: "t2" });
  expect(client.state.status).toBe("open");
});

test("a token whose renewal got no answer is not the one that was refused", async () => {
  let newest = "old";
  const { clock, server, client } = await setUp(({ refused }) =>
    newest === refused ? undefined : newest,
  );
  newest = "new";
  server.socket.say({ type: "expiring", in: 2 });
  await clock.pass(1000);
  expect(server.last("refresh")).toMatchObject({ token: "new" });
  server.socket.end(4401, "expired");
  await clock.pass(1000);
  expect(server.last("hello")).toMatchObject({ token: "new" });
  expect(client.state.status).toBe("open");
});

test("a callback that returns the refused token again is not sent again", async () => {
  const { clock, server, client } = await setUp(() => "same");
  server.socket.end(4401, "expired");
  await clock.pass(1000);
  expect(server.count("hello")).toBe(1);
  const reason = "no fresh token: expired";
  expect(client.state).toMatchObject({ status: "closed", code: 4401, reason });
});
