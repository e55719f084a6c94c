// Goal: when retention removes events that a reader of Durable Streams has not got yet, in the
// middle of its stream, the loop of docs/protocol.md ends with an error that says so.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Server } from "../../life/test/support/server.mjs";
import { until } from "../../life/test/support/until.mjs";
import { Cuts } from "./support/cuts.mjs";
import { places } from "./support/places.mjs";

const idsOf = (count) => Array.from({ length: count }, (_, i) => `e-${i}`);

let fillers = 0;

// Publishes elsewhere until retention has removed all that was there.
async function forget(server) {
  const answer = await fetch(`${server.url}/health`, { headers: { connection: "close" } });
  const head = Number((await answer.json()).head.split(":")[1]);
  while ((await server.earliest()) <= head) {
    const ids = Array.from({ length: 50 }, () => `filler-${(fillers += 1)}`);
    await server.publish(ids, { channel: "filler:1", data: { filler: "x".repeat(20_000) } });
  }
}

function assertExpired(error) {
  assert.ok(error, "the loop ends without an error");
  assert.equal(error.status, 410);
  assert.equal(error.problem.status, 410);
  assert.equal(error.problem.code, "position_expired");
  assert.match(error.problem.details.earliest, /^[a-z0-9]+:[0-9]+$/);
}

for (const [name, Place] of Object.entries(places))
  describe(`in ${name}`, () => {
    let place;
    let server;
    before(async () => {
      place = await Place.create();
      server = await Server.create(
        ...["--retention-bytes", "1MiB", "--tail-bytes", "1MiB", "--limits-history-events", "100"],
        ...["--limits-long-poll", "1s", "--limits-stream-answer", "2s", ...place.serverFlags],
      );
    });
    after(() => Promise.all([place?.end(), server?.end()]));

    test("between two pages of a catch-up", { timeout: 120_000 }, async () => {
      const channel = `gap:${name}-pages`;
      await server.publish(idsOf(1000), { channel });
      const seen = [];
      const error = await place.read({
        live: "true", url: `${server.url}/v1/streams/${channel}`,
        handle: async ({ ids, upToDate }) => {
          if (seen.length === 0) await forget(server);
          seen.push(...ids);
          return upToDate;
        },
      });
      assertExpired(error);
      assert.ok(seen.length >= 100 && seen.length < 1000, `${seen.length} events`);
      assert.deepEqual(seen, idsOf(seen.length));
    });

    for (const live of ["'long-poll'", "'sse'"])
      test(`while a reader with live: ${live} is cut off`, { timeout: 120_000 }, async () => {
        const channel = `gap:${name}-${live.slice(1, -1)}`;
        await server.publish(idsOf(10), { channel });
        const cuts = await Cuts.create(server);
        const seen = [];
        let isLive = false;
        const reading = place.read({
          live, url: `${cuts.url}/v1/streams/${channel}`,
          handle: ({ ids, upToDate }) => {
            seen.push(...ids);
            isLive = upToDate && ids.length === 0;
          },
        });
        await until("it has the first ones, and is live", () => seen.length === 10 && isLive);
        cuts.isDown = true;
        cuts.reset();
        await server.publish(idsOf(20).slice(10), { channel });
        await forget(server);
        await until("it has tried to come back", () => cuts.refused > 0);
        cuts.isDown = false;
        const error = await reading;
        cuts.end();
        assertExpired(error);
        assert.deepEqual(seen, idsOf(10));
      });
  });
