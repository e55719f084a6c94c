// Goal: real clients, alone and behind real proxies, handle every event once and in order, however
// often and wherever their connection is cut.
//
// COURTSIDE_TEST_E2E=long: every client on every route, 200 reconnects each.
// COURTSIDE_TEST_RECONNECTS: another number. COURTSIDE_TEST_SEED: the seed of the cuts.
// COURTSIDE_TEST_PEERS: an expression; only the cells whose `route: client` it matches.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { randomOf } from "../../client/test/support/fake.mjs";
import { Chromium } from "../test/support/chromium.mjs";
import { Server } from "../test/support/server.mjs";
import { until } from "../test/support/until.mjs";
import { Cell } from "./support/cell.mjs";
import { Certificate } from "./support/certificate.mjs";
import { clients } from "./support/clients.mjs";
import { Publisher } from "./support/publisher.mjs";

const isLong = process.env.COURTSIDE_TEST_E2E === "long";
const reconnects = Number(process.env.COURTSIDE_TEST_RECONNECTS ?? (isLong ? 200 : 4));
const seed = Number(process.env.COURTSIDE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

const trusted = ["--trusted-proxies", "127.0.0.1"];
const routes = [
  { name: "direct" },
  { name: "direct, TLS", isSecure: true },
  { name: "nginx", proxy: "nginx", flags: trusted, isLong: true },
  { name: "nginx, TLS", proxy: "nginx", flags: trusted, isSecure: true },
  { name: "HAProxy", proxy: "HAProxy", flags: trusted },
  { name: "HAProxy, TLS", proxy: "HAProxy", flags: trusted, isSecure: true, isLong: true },
  { name: "Caddy", proxy: "Caddy", flags: trusted, isLong: true },
  { name: "Caddy, TLS", proxy: "Caddy", flags: trusted, isSecure: true, isLong: true },
];
const isWanted = (entry) => isLong || !entry.isLong;
const pattern = new RegExp(process.env.COURTSIDE_TEST_PEERS ?? "");
const clientsOn = (route) =>
  clients.filter((client) => isWanted(client) && pattern.test(`${route.name}: ${client.name}`));

// What all cells use: a browser, a folder, and a certificate.
class Shared {
  static async create() {
    const shared = new Shared();
    shared.folder = mkdtempSync(join(tmpdir(), "courtside-peers-"));
    // README's program imports npm's ws.
    const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
    symlinkSync(modules, join(shared.folder, "node_modules"));
    shared.certificate = new Certificate(shared.folder);
    for (const client of clients.filter(isWanted)) client.prepare?.(shared);
    const trust = `--ignore-certificate-errors-spki-list=${shared.certificate.fingerprint}`;
    shared.browser = await Chromium.create(trust);
    return shared;
  }

  async end() {
    await this.browser.end();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function row(cell, count) {
  const figures = Object.entries(cell.outcome(count)).map(([name, value]) => `${name} ${value}`);
  return `${cell.route.name} | ${cell.client.name} | ${figures.join(", ")}`;
}

async function run(t, { shared, route, number }) {
  const random = randomOf(seed + 1000 * number);
  const tls = route.isSecure ? shared.certificate : undefined;
  const ofServer = tls && !route.proxy ? ["--tls-certificate-file", tls.chain, "--tls-key-file", tls.key] : [];
  const server = await Server.create("--heartbeat", "1s", ...(route.flags ?? []), ...ofServer);
  const publisher = new Publisher({ port: server.port, tls: ofServer.length > 0 && tls, random });
  const cells = clientsOn(route).map((client, i) => {
    return new Cell({ client, route, random: randomOf(seed + 1000 * number + i + 1) });
  });
  try {
    const context = { serverPort: server.port, tls, shared };
    await Promise.all(cells.map((cell) => cell.start(context)));
    await Promise.all(cells.map((cell) => cell.whenLive()));
    publisher.run();
    for (const cell of cells) cell.cutUntil(reconnects);
    const patienceMs = 30_000 + reconnects * 5_000;
    const isOver = () => cells.every((cell) => cell.isDone || cell.others.length > 0);
    await until("the reconnects", isOver, patienceMs).catch(() => {});
    for (const cell of cells) cell.endCuts();
    await publisher.stop();
    await publisher.publish(1);
    const { count } = publisher;
    for (const cell of cells) {
      await t.test(`${route.name}: ${cell.client.name}`, async (t) => {
        await until("the last event", () => cell.sequences.includes(count), 60_000).catch(() => {});
        t.diagnostic(row(cell, count));
        assert.deepEqual(cell.others, [], cell.proxy?.output);
        const { lost, doubled, events, ...more } = cell.outcome(count);
        assert.deepEqual({ events, lost, doubled }, { events: count, lost: 0, doubled: 0 });
        assert.equal(more["out of order"], 0);
        assert.ok(more.reconnects >= reconnects && more.connections > reconnects, "too few reconnects");
      });
    }
  } finally {
    await Promise.all(cells.map((cell) => cell.end()));
    await server.end();
  }
}

const wanted = routes.filter((route) => isWanted(route) && clientsOn(route).length > 0);
assert.ok(wanted.length > 0, "COURTSIDE_TEST_PEERS matches no cell");
// Most of the time the clients wait before they reconnect, so all routes run at the same time.
test(`${reconnects} reconnects, seed ${seed}`, { concurrency: wanted.length }, async (t) => {
  const shared = await Shared.create();
  try {
    const one = (route, number) => t.test(route.name, (t) => run(t, { shared, route, number }));
    await Promise.all(wanted.map(one));
  } finally {
    await shared.end();
  }
});
