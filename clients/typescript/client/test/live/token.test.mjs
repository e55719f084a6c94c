// Goal: against the real server a token is renewed on the open connection, and an expired, refused or
// revoked one is shown by the state. COURTSIDE_TEST_E2E=long: a token of 10 s is renewed for 2 minutes.
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";

import { CourtsideClient } from "../../dist/index.js";
import { Server } from "../support/server.mjs";
import { secret, tokenFor } from "../support/token.mjs";
import { until } from "../support/until.mjs";

const isLong = process.env.COURTSIDE_TEST_E2E === "long";
const [lifetime, duration] = isLong ? [10, 120_000] : [2, 4000];
const service = { authorization: "Bearer key-of-the-service-0123456789abcdef" };

let server;
beforeAll(async () => {
  const keys = join(tmpdir(), `courtside-keys-${process.pid}`);
  const line = `test:${service.authorization.slice(7)}:event:publish,metrics:read\n`;
  await writeFile(keys, line, { mode: 0o600 });
  server = await Server.create(
    ...["--access-jwt-secret", secret, "--access-jwt-leeway", "1s"],
    ...["--access-service-keys-file", keys, "--heartbeat", "1s"],
  );
});
afterAll(() => server.end());

function connect(token) {
  const backoff = { first: 20, max: 200 };
  const client = new CourtsideClient({ url: server.url, WebSocket, backoff, token });
  const states = [];
  client.onState(() => states.push(client.state.status));
  return { client, states };
}

const publish = (account, id) => server.publish([{ id, channel: `user:${account}` }], service);

test(`a token of ${lifetime} s is renewed for ${duration / 1000} s on one connection`, async () => {
  const before = await server.counts(service);
  const given = [];
  const { client, states } = connect(() => {
    given.push(Date.now());
    return tokenFor("1", lifetime);
  });
  const seen = [];
  client.subscribe("user:1", (event) => seen.push(event.id));
  await until("open", () => client.state.status === "open");
  const { session } = client.state;
  const end = Date.now() + duration;
  for (let round = 1; Date.now() < end; round += 1) {
    await until("a renewal", () => given.length > round);
    await publish("1", `renewed-${round}`);
    await until("the event", () => seen.length === round);
    expect(seen.at(-1)).toBe(`renewed-${round}`);
  }
  // Each after half of its time: not later, and not again and again.
  const most = (2 * (duration / 1000)) / lifetime + 2;
  expect(given.length).toBeGreaterThanOrEqual(most - 3);
  expect(given.length).toBeLessThanOrEqual(most);
  expect(states).toEqual(["connecting", "open"]);
  expect(client.state.session).toBe(session);
  const after = await server.counts(service);
  expect(after).toMatchObject({ sessions: 1, subscriptions: 1, opened: before.opened + 1 });
  await client.close();
}, 150_000);

test("a token that nobody renews ends in `closed`", async () => {
  const { client } = connect(tokenFor("2", 1));
  client.subscribe("user:2", () => {});
  await until("closed", () => client.state.status === "closed");
  expect(client.state).toMatchObject({ code: 4401, error: { code: "unauthorized" } });
  await client.close();
});

test("a token for another account is refused, and the state says so", async () => {
  let account = "3";
  const { client } = connect(() => tokenFor(account, 2));
  client.subscribe("user:3", () => {});
  await until("open", () => client.state.status === "open");
  account = "4";
  await until("closed", () => client.state.status === "closed");
  expect(client.state).toMatchObject({ code: 4403 });
  await client.close();
});

test("a renewal that is refused again and again ends in `closed`", async () => {
  const tokens = [tokenFor("10", 2)];
  const { client, states } = connect(() => tokens.shift() ?? `bad ${Math.random()}`);
  const subscription = client.subscribe("user:10");
  await expect(subscription.next()).rejects.toMatchObject({ code: "unauthorized" });
  expect(client.state).toMatchObject({ code: 4401, error: { code: "unauthorized" } });
  expect(states).toEqual(["connecting", "open", "closed"]);
  await until("no session is left", async () => (await server.counts(service)).sessions === 0);
  await client.close();
});

test("a revoked token is shown at once; with a fresh one it goes on", async () => {
  const fixed = connect(tokenFor("5", 600));
  const fresh = connect(() => tokenFor("5", 600));
  const seen = [];
  const late = [];
  fixed.client.subscribe("user:5", (event) => late.push(event.id));
  fresh.client.subscribe("user:5", (event) => seen.push(event.type));
  const isOpen = ({ client }) => client.state.status === "open";
  await until("both are open", () => isOpen(fixed) && isOpen(fresh));
  await server.publish(
    [
      {
        id: "revoked",
        type: "session.revoked",
        subject: "account:5",
        data: { accountId: "5" },
      },
    ],
    service,
  );
  // The event ends the session: rights are looked up again only after a minute.
  await until("closed", () => fixed.client.state.status === "closed");
  expect(fixed.states).toEqual(["connecting", "open", "closed"]);
  expect(fixed.client.state).toMatchObject({ code: 4401, error: { code: "unauthorized" } });
  await until("open again", () => fresh.states.filter((status) => status === "open").length === 2);
  await publish("5", "after");
  await until("the event", () => seen.includes("test.happened"));
  expect(late).not.toContain("after");
  await Promise.all([fixed.client.close(), fresh.client.close()]);
});

test("history uses the token too, and a fresh one after 401", async () => {
  await publish("6", "h");
  const tokens = ["bad", tokenFor("6", 600)];
  const { client } = connect(() => tokens.shift());
  const { events } = await client.history({ channels: ["user:6"] });
  expect(events.map(({ id }) => id)).toEqual(["h"]);
  await expect(client.history({ channels: ["user:7"] })).rejects.toMatchObject({
    code: "forbidden",
  });
  await client.close();
});

test("a channel of somebody else ends the subscription with its code", async () => {
  const { client } = connect(tokenFor("8", 600));
  await expect(client.subscribe("user:9").ended).rejects.toMatchObject({ code: "forbidden" });
  await client.close();
  const anonymous = connect();
  const refused = anonymous.client.subscribe("user:9");
  await expect(refused.ended).rejects.toMatchObject({ code: "unauthorized" });
  await anonymous.client.close();
});
