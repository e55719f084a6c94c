// Goal: a client of any kind that is connected, has never received an event, and is then
// disconnected in any way loses no event that is published in the meantime, gets none twice, and
// gets no gap.
//
// COURTSIDE_TEST_LIFE_ROUNDS: how often each story is run (1).
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Chromium } from "./support/chromium.mjs";
import { Client, kinds } from "./support/clients.mjs";
import { Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

const rounds = Number(process.env.COURTSIDE_TEST_LIFE_ROUNDS ?? 1);
let browser;
let folder; // the folder of README's programs

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "courtside-life-programs-"));
  symlinkSync(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(folder, "node_modules"));
  browser = await Chromium.create();
});
after(async () => {
  await browser?.end();
  rmSync(folder, { recursive: true, force: true });
});

// Runs one story: every client is live, `cut` disconnects them and publishes events, and then every
// client has every event.
function story(name, { heartbeat = "1s", flags = [], who = kinds, cut, expect = () => {} }) {
  const told = async (t) => {
    const server = await Server.create("--heartbeat", heartbeat, "--drain", "500ms", ...flags);
    const log = []; // the ids of all events
    const wanted = []; // the ids of the events for the clients
    const publish = async (...ids) => {
      await server.publish(ids);
      log.push(...ids);
      wanted.push(...ids);
    };
    const publishElsewhere = async (ids, data) => {
      await server.publish(ids, { channel: "user:43", data });
      log.push(...ids);
    };
    const clients = who.map((kind) => new Client(kind));
    const started = clients.map((client) => client.start({ server, browser, folder }));
    try {
      await Promise.all(started);
      await Promise.all(clients.map((client) => client.isLive()));
      await cut({ server, clients, publish, publishElsewhere });
      await publish("after");
      for (const client of clients) {
        await t.test(client.kind.name, async () => {
          await until("it has the last event", () => client.seen(log).includes("after"), 20_000).catch(() => {});
          assert.deepEqual(client.seen(log), wanted);
          assert.deepEqual(client.gaps, [], "a gap, though nothing was lost");
          assert.deepEqual(client.others, []);
          expect(client);
        });
      }
    } finally {
      await Promise.allSettled(started);
      for (const client of clients) await client.end();
      await server.end();
    }
  };
  for (let round = 1; round <= rounds; ++round) test(round === 1 ? name : `${name} (${round})`, told);
}

// Waits until each client has this many events.
function heartbeats(clients, count) {
  const before = clients.map(({ proxy }) => proxy.pieces);
  return until("heartbeats", () =>
    clients.every(({ proxy }, i) => proxy.pieces >= before[i] + count));
}

// The clients that do what EventSource leaves to the page.
const careful = kinds.filter(({ isBare }) => !isBare);

describe("a client that never had an event", () => {
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    story(`is cut by ${signal} and a start`, {
      cut: async ({ server, publish }) => {
        await server.stop(signal);
        await server.start();
        await publish("at once", "and another");
      },
    });
  }

  story("is cut, and a proxy answers 502 for a while", {
    who: careful,
    cut: async ({ clients, publish }) => {
      for (const { proxy } of clients) {
        proxy.answers502 = true;
        proxy.cut();
      }
      await publish("behind a 502");
      await until("each has been refused", () => clients.every(({ proxy }) => proxy.refused > 0));
      await publish("and another");
      for (const { proxy } of clients) proxy.answers502 = false;
    },
  });

  story("is on a connection that has died without an end", {
    who: careful,
    cut: async ({ clients, publish }) => {
      for (const { proxy } of clients) proxy.forget();
      await publish("into the void", "and another");
    },
  });

  // Events that were not for it cause no gap, although its first position is gone.
  story("is quiet while retention takes what others got, and is then cut", {
    flags: ["--retention-bytes", "2MiB"],
    cut: async ({ server, clients, publish, publishElsewhere }) => {
      const data = "x".repeat(4000);
      for (let batch = 0; batch < 24 || (await server.earliest()) < 1000; ++batch) {
        const ids = Array.from({ length: 250 }, (_, i) => `${batch}-${i}`);
        await publishElsewhere(ids, data);
      }
      await heartbeats(clients, 2);
      await server.stop("SIGKILL");
      await server.start();
      await publish("at once");
    },
  });

  story("is idle for longer than two heartbeats, and stays connected", {
    heartbeat: "2s",
    cut: async ({ clients, publish }) => {
      await heartbeats(clients, 4);
      await publish("at last");
    },
    expect: ({ proxy }) => assert.equal(proxy.connections, 1),
  });
});
