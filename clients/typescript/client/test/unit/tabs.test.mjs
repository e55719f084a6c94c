// Goal: tabs that share a socket leave a dead one, whenever each of them notices. No real time.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { CourtsideClient } from "../../dist/index.js";
import { sharedSocket } from "../../dist/tabs.js";
import { FakeClock, settle } from "../support/fake.mjs";
import { LogServer } from "../support/log.mjs";
import { fakeOrigin } from "../support/origin.mjs";

let server;
beforeEach(() => {
  server = new LogServer();
  for (const [name, value] of Object.entries(fakeOrigin())) vi.stubGlobal(name, value);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A tab whose clock goes on by itself: browsers slow down the timers of tabs in the background. */
function openTab(channel) {
  const clock = new FakeClock();
  const WebSocket = sharedSocket("courtside 42", server.WebSocket);
  const client = new CourtsideClient({ url: "http://test", WebSocket, clock });
  const seen = [];
  client.subscribe(channel, ({ id }) => seen.push(id));
  return { clock, client, seen };
}

test("one socket, and each tab gets its own events", async () => {
  const tabs = [openTab("a:1"), openTab("a:2")];
  await settle();
  server.append("a:1", "one");
  server.append("a:2", "two");
  await settle();
  expect(server.sockets).toHaveLength(1);
  expect(tabs.map(({ seen }) => seen)).toEqual([["one"], ["two"]]);
});

test.each([
  ["silent after the welcome", 50_000],
  ["silent from its beginning", 10_000],
])("a dead socket, %s, is left although a tab notices later", async (_, patience) => {
  const { hello } = server.script;
  if (patience === 10_000) server.script.hello = undefined;
  const [first, second] = [openTab("a:1"), openTab("a:2")];
  vi.spyOn(Date, "now").mockImplementation(() => first.clock.time);
  await settle();
  expect(server.sockets).toHaveLength(1);
  const [dead] = server.sockets;
  await first.clock.pass(patience + 600);
  expect(dead.isClosed).toBe(true);
  server.script.hello = hello;
  await first.clock.pass(2000);
  await second.clock.pass(2000);
  expect([first, second].map(({ client }) => client.state.status)).toEqual(["open", "open"]);
  expect(server.sockets).toHaveLength(2);
  server.append("a:1", "one");
  server.append("a:2", "two");
  await settle();
  expect([first.seen, second.seen]).toEqual([["one"], ["two"]]);
});
