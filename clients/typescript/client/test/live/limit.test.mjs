// Goal: a client that the real server refuses for a while comes back when the server allows it.
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";

import { CourtsideClient } from "../../dist/index.js";
import { Server } from "../support/server.mjs";
import { secret, tokenFor } from "../support/token.mjs";
import { until } from "../support/until.mjs";

let server;
beforeAll(async () => {
  server = await Server.create(
    ...["--access-jwt-secret", secret, "--limits-connections-per-account", "1"],
  );
});
afterAll(() => server.end());

function connect() {
  const token = () => tokenFor("1", 600);
  const client = new CourtsideClient({ url: server.url, WebSocket, token, backoff: { first: 1 } });
  const states = [];
  client.onState(() => states.push({ ...client.state, at: Date.now() }));
  const subscription = client.subscribe("user:1", () => {});
  return { client, states, subscription };
}

test("the account's second client waits as long as asked, and gets in once the first has left", async () => {
  const first = connect();
  await until("the first is in", () => first.subscription.position);
  const second = connect();
  const refused = await until("the second is refused", () =>
    second.states.find(({ status }) => status === "waiting"),
  );
  expect(refused.code).toBe(4429);
  const [, asked] = /^too many connections of this account: come back in (\d+) ms$/.exec(
    refused.reason,
  );
  expect(refused.retryAt - refused.at).toBeGreaterThanOrEqual(asked - 2);
  await first.client.close();
  await until("the second is in", () => second.subscription.position);
  const { at } = second.states.findLast(({ status }) => status === "connecting");
  expect(at - refused.at).toBeGreaterThanOrEqual(asked - 2);
  expect(at - refused.at).toBeLessThan(Number(asked) + 10_000);
  const statuses = second.states.map(({ status }) => status);
  expect(statuses).toEqual(["connecting", "waiting", "connecting", "open"]);
  await second.client.close();
});
