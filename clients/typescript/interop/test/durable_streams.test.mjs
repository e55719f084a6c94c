// Goal: the client of Durable Streams, unchanged, in Node and in Chromium, reads every event of a
// channel once and in order through cuts of any kind, with the loop of docs/protocol.md; and a gap
// is an error to its user.
//
// COURTSIDE_TEST_E2E=long: 100,000 events and 50 cuts in each mode. COURTSIDE_TEST_SEED: other cuts.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as passed } from "node:timers/promises";

import { stream } from "@durable-streams/client";

import { randomOf } from "../../client/test/support/fake.mjs";
import { Server } from "../../life/test/support/server.mjs";
import { until } from "../../life/test/support/until.mjs";
import { Cuts } from "./support/cuts.mjs";
import { places } from "./support/places.mjs";

const isLong = process.env.COURTSIDE_TEST_E2E === "long";
const seed = Number(process.env.COURTSIDE_TEST_SEED ?? 1);
const [total, cutCount, batch] = isLong ? [100_000, 50, 500] : [3_000, 9, 100];

// `live` of the client. A catch-up begins when all events are there, and ends when it has them.
const modes = { "catch-up": "true", "long-poll": "'long-poll'", sse: "'sse'" };
const flags = ["--limits-long-poll", "1s", "--limits-stream-answer", "2s", "--limits-history-events", "200"];
const boundMs = 3_000; // longer than these

const idsOf = (channel, from, count) => Array.from({ length: count }, (_, i) => `${channel}-${from + i}`);

// Publishes all events of a channel. The second half waits until the reader is close.
async function publishAll(server, channel, followed) {
  for (let at = 0; at < total; at += batch) {
    if (at >= total / 2) await followed(at - 2 * batch);
    await server.publish(idsOf(channel, at, batch), { channel });
  }
}

// What is wrong with the ids that were seen of a channel.
function faultsOf(seen, channel) {
  const distinct = new Set(seen);
  const all = idsOf(channel, 0, total);
  return {
    lost: all.filter((id) => !distinct.has(id)).length,
    doubled: seen.length - distinct.size,
    misplaced: all.filter((id, i) => seen[i] !== id).length,
  };
}

for (const [name, Place] of Object.entries(places))
  describe(`in ${name}`, { concurrency: true }, () => {
    let place;
    let server;
    before(async () => {
      place = await Place.create();
      server = await Server.create(...flags, ...place.serverFlags);
    });
    after(() => Promise.all([place?.end(), server?.end()]));

    for (const [mode, live] of Object.entries(modes))
      test(`${mode}: ${total} events through ${cutCount} cuts (COURTSIDE_TEST_SEED=${seed})`, { timeout: 900_000 }, async (t) => {
        const channel = `cuts:${mode}`;
        const random = randomOf(seed);
        const cuts = await Cuts.create(server, { total, times: cutCount, seed });
        const isCatchUp = mode === "catch-up";
        const seen = [];
        let reached = 0; // how many events there are up to the last one that was seen
        let isOver = isCatchUp;
        const published = publishAll(server, channel, (events) =>
          until("the reader follows", () => isOver || reached >= events));
        if (isCatchUp) await published;
        const began = Date.now();
        const error = await place.read({
          live, boundMs, url: `${cuts.url}/v1/streams/${channel}`,
          handle: async ({ ids, upToDate }) => {
            seen.push(...ids);
            if (ids.length > 0) reached = Number(ids.at(-1).split("-").at(-1)) + 1;
            cuts.on(reached);
            // A handler takes its time, and still has its batch when what the client reads ahead is cut.
            await passed(cuts.isDue ? 100 : random() * 5);
            return isCatchUp ? upToDate : reached >= total;
          },
        });
        isOver = true;
        cuts.end();
        await published;
        t.diagnostic(`${mode}: ${Date.now() - began} ms, cuts ${JSON.stringify(cuts.done)}`);
        assert.equal(error, null);
        assert.deepEqual(faultsOf(seen, channel), { lost: 0, doubled: 0, misplaced: 0 });
        assert.equal(cuts.count, cutCount);
        assert.ok(Math.min(...Object.values(cuts.done)) >= Math.floor(cutCount / 3));
      });
  });

describe("the client", () => {
  let server;
  before(async () => (server = await Server.create(...flags)));
  after(() => server?.end());
  const publish = (from, count, channel) => server.publish(idsOf(channel, from, count), { channel });

  test("reads a page, and then the next one", async () => {
    await publish(0, 300, "pages:1");
    const url = `${server.url}/v1/streams/pages:1`;
    const first = await stream({ url, offset: "-1", live: false });
    const items = await first.json();
    assert.equal(items.length, 200);
    assert.equal(first.upToDate, false);
    const second = await stream({ url, offset: first.offset, live: false });
    assert.equal((await second.json()).length, 100);
    assert.equal(second.upToDate, true);
  });

  test("knows when it is up to date, and then gets what comes", async () => {
    await publish(0, 2, "live:1");
    const ids = [];
    const res = await stream({ url: `${server.url}/v1/streams/live:1`, offset: "-1", live: "sse" });
    let isUpToDate = false;
    res.subscribeJson((got) => {
      ids.push(...got.items.map((item) => item.id));
      isUpToDate = got.upToDate;
    });
    await until("it is up to date", () => isUpToDate && ids.length === 2);
    await publish(2, 2, "live:1");
    await until("it has the others, too", () => isUpToDate && ids.length === 4);
    res.cancel();
    assert.deepEqual(ids, ["live:1-0", "live:1-1", "live:1-2", "live:1-3"]);
  });

  // What it does with each status is the client's; that these are final is ours.
  for (const [why, path, status] of [
    ["an offset of another log", "user:1?offset=other_00000000000000000001", 410],
    ["a stream that is no channel", "user?offset=-1", 404],
    ["an offset that is none", "user:1?offset=x", 400],
  ])
    test(`is told of ${why}`, async () => {
      const [name, query] = path.split("?offset=");
      const failed = stream({ url: `${server.url}/v1/streams/${name}`, offset: query, live: true });
      await assert.rejects(failed, (error) => error.status === status && JSON.parse(error.text).status === status);
    });
});
