// Goal: two programs of README.md do what the page says: a worker that dies after its transaction
// has each effect once, and a board that begins with the calendar misses and doubles nothing.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transform } from "esbuild";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import WebSocket from "ws";

import { CourtsideClient } from "../../dist/index.js";
import { Publisher } from "../../dist/node.js";
import { Server } from "../support/server.mjs";
import { until } from "../support/until.mjs";

const page = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const AsyncFunction = (async () => {}).constructor;
const serviceKey = "w".repeat(32);

let folder;
let server;
let publisher;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "courtside-readme-"));
  const keys = join(folder, "keys");
  const lines = `worker:${serviceKey}:booking:read_any\nbackend:${"b".repeat(32)}\n`;
  writeFileSync(keys, lines, { mode: 0o600 });
  server = await Server.create("--access-service-keys-file", keys);
  publisher = new Publisher({ url: server.url, token: "b".repeat(32) });
});
afterAll(async () => {
  await publisher?.close();
  await server?.end();
  rmSync(folder, { recursive: true, force: true });
});

// The first program below a heading, as a function of the names that it uses.
async function programOf(heading, names) {
  const [, text] = new RegExp(`^### ${heading}\n.*?^\`\`\`ts\n(.*?)^\`\`\`$`, "ms").exec(page);
  const program = text.replace(/^import .*$/m, "");
  const { code } = await transform(program, { loader: "ts", target: "es2022" });
  return (values) => new AsyncFunction(...names, code)(...names.map((name) => values[name]));
}

// As much of pg as the program needs: a transaction changes nothing before its commit.
class Pool {
  positions = new Map();
  invoices = [];
  onKeep = () => {};

  async query(text, [key, position]) {
    if (text.startsWith("select")) {
      return { rows: this.positions.has(key) ? [{ position: this.positions.get(key) }] : [] };
    }
    this.onKeep();
    this.positions.set(key, position);
  }

  async connect() {
    let changes = [];
    return {
      query: async (text, [key, position] = []) => {
        if (text.startsWith("insert")) changes.push(() => this.positions.set(key, position));
        if (text === "commit") for (const change of changes) change();
      },
      insert: (event) => changes.push(() => this.invoices.push(event.id)),
      release: () => {
        changes = [];
      },
    };
  }
}

test("a worker that dies between its transaction and the store has each effect once", async () => {
  const program = await programOf("Exactly once over restarts", [
    ...["CourtsideClient", "url", "serviceKey", "pool", "writeInvoice", "process"],
  ]);
  const pool = new Pool();
  const ends = [];
  class Client extends CourtsideClient {
    constructor(options) {
      super({ ...options, WebSocket });
    }
  }
  onTestFinished(() => Promise.all(ends.map((end) => end())));
  const start = () =>
    program({
      ...{ CourtsideClient: Client, url: server.url, serviceKey, pool },
      writeInvoice: (connection, event) => connection.insert(event),
      process: { once: (_, run) => ends.push(run) },
    });
  for (const id of ["1", "2", "3"]) {
    const data = { bookingId: id };
    await publisher.publish({ id, type: "booking.created", subject: `booking:${id}`, data });
  }
  pool.onKeep = () => {
    if (pool.invoices.length === 2) throw new Error("killed");
  };
  await expect(start()).rejects.toThrow("killed");
  expect(pool.invoices).toEqual(["1", "2"]);
  pool.onKeep = () => {};
  const second = start();
  await until("the third", () => pool.invoices.length >= 3);
  await ends[1]();
  await second;
  expect(pool.invoices).toEqual(["1", "2", "3"]);
});

test("a board has the slots of the calendar, and then each event after it", async () => {
  const program = await programOf("A live board", ["fetch", "url", "show", "client", "update"]);
  const slot = (type) =>
    publisher.publish({ type, subject: "slot:s_1", data: { slotId: "s_1", venueId: "7" } });
  await slot("slot.held");
  const client = new CourtsideClient({ url: server.url, WebSocket });
  onTestFinished(() => client.close());
  const seen = [];
  const show = async (slots) =>
    seen.push(...slots.map(({ slotId, status }) => `${slotId} ${status}`));
  await program({ fetch, url: server.url, show, client, update: (event) => seen.push(event.type) });
  await slot("slot.booked");
  await until("the event", () => seen.length >= 2);
  expect(seen).toEqual(["s_1 held", "slot.booked"]);
});
