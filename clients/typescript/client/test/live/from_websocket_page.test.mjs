// Goal: the programs of docs/from-websocket.md work with the real server.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";

import { Server } from "../support/server.mjs";
import { until } from "../support/until.mjs";

const page = readFileSync(
  new URL("../../../../../docs/from-websocket.md", import.meta.url),
  "utf8",
);
let folder;
let server;
let programs;
let script;

beforeAll(async () => {
  globalThis.WebSocket ??= WebSocket; // Node 20 has none
  // Within the package, so that its own name leads to its build.
  folder = mkdtempSync(fileURLToPath(new URL("../../dist/page-", import.meta.url)));
  programs = {};
  for (const [, name, text] of page.matchAll(/^```js (\S+)\n(.*?)^```$/gms)) {
    if (name === "receive.js") {
      script = text;
      continue;
    }
    const file = join(folder, name);
    writeFileSync(file, text);
    Object.assign(programs, await import(/* @vite-ignore */ pathToFileURL(file).href));
  }
  server = await Server.create();
});
afterAll(async () => {
  await server?.end();
  rmSync(folder, { recursive: true, force: true });
});

// As a page does it: a script that calls a function of the page.
function receive(handle) {
  const own = script.replace("ws://127.0.0.1:8080", server.url.replace("http", "ws"));
  return new Function("handle", `${own}return socket;`)(handle);
}

test("step 1 has five lines", () => {
  expect(script.trim().split("\n")).toHaveLength(5);
});

test("what step 2 publishes is received by steps 1 and 3, and by step 3 also after a restart", async () => {
  const plain = [];
  const resumed = [];
  const said = [];
  const socket = receive((...event) => plain.push(event));
  socket.addEventListener("message", ({ data }) => said.push(data));
  const client = programs.resume(server.url, "booking:b_1", (...event) => resumed.push(event));
  await until("both are subscribed", () => said.length > 0 && client.state.status === "open");
  const data = { bookingId: "b_1", accountId: "42" };
  const publish = (id, type) => programs.broadcast(server.url, id, type, "booking:b_1", data);
  // The client may be open and not subscribed yet; then it does not get the first ones.
  let count = 0;
  await until("the first event", async () => {
    if (resumed.length === 0) await publish(`first-${++count}`, "booking.created");
    return resumed.length > 0;
  });
  await until("step 1 has them", () => plain.length === count);
  expect(plain[0]).toEqual(["booking.created", data]);

  await server.stop("SIGKILL");
  await server.start();
  const before = resumed.length;
  await publish("second", "booking.confirmed");
  await publish("second", "booking.confirmed");
  await until("step 3 has the next one", () => resumed.length > before);
  expect(resumed.at(-1)).toEqual(["booking.confirmed", data]);
  client.close();
  expect(resumed.filter(([type]) => type === "booking.confirmed")).toHaveLength(1);
});

test("a refused event of step 2 is an error", async () => {
  await expect(programs.broadcast(server.url, "x", "booking.created", "bad", {})).rejects.toThrow();
});
