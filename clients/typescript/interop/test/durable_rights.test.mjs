// Goal: a reader of Durable Streams whose token has no right, or loses it in the middle of the
// stream, gets the status and the problem document that GET /v1/events gives; a renewed token goes on.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import jwt from "jsonwebtoken";

import { Server } from "../../life/test/support/server.mjs";
import { until } from "../../life/test/support/until.mjs";
import { Cuts } from "./support/cuts.mjs";
import { places } from "./support/places.mjs";

const secret = "0123456789abcdef0123456789abcdef";
const key = "key-of-the-service-0123456789abcdef";
const modes = { "catch-up": "true", "long-poll": "'long-poll'", sse: "'sse'" };
const liveModes = Object.entries(modes).slice(1);

// A token of `account` that is valid for so many seconds.
function tokenOf(account, seconds = 3600) {
  const now = Date.now() / 1000;
  const claims = { sub: account, userId: account, userRole: "USER", type: "ACCESS" };
  return jwt.sign({ ...claims, iat: now - 60, exp: now + seconds }, secret);
}

// The same token for each request. Its time begins with the first one.
function tokenOnDemand(account, seconds) {
  const self = {};
  self.get = () => {
    self.ends ??= Date.now() + seconds * 1000;
    return (self.token ??= tokenOf(account, seconds));
  };
  return self;
}

let number = 0;
async function publish(server, type, subject, data, channels) {
  number += 1;
  const answer = await fetch(`${server.url}/v1/events`, {
    method: "POST",
    headers: {
      "content-type": "application/cloudevents+json", authorization: `Bearer ${key}`, connection: "close",
    },
    body: JSON.stringify({
      specversion: "1.0", id: `r${number}`, source: "/rights", type, subject, data, ...(channels && { channels }),
    }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

// The status and the problem of GET /v1/events.
async function refusal(server, channel, token, accept = "application/json") {
  const headers = { authorization: `Bearer ${token}`, accept, connection: "close" };
  const answer = await fetch(`${server.url}/v1/events?channel=${channel}`, { headers });
  return { status: answer.status, problem: await answer.json() };
}

for (const [name, Place] of Object.entries(places))
  describe(`in ${name}`, { concurrency: Place.pages }, () => {
    let place;
    let server;
    let folder;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "courtside-rights-"));
      await writeFile(join(folder, "keys"), `test:${key}:event:publish\n`, { mode: 0o600 });
      place = await Place.create();
      server = await Server.create(
        ...["--access-jwt-secret", secret, "--access-service-keys-file", join(folder, "keys")],
        ...["--access-jwt-leeway", "0s", "--limits-long-poll", "1s", "--limits-stream-answer", "2s"],
        ...["--limits-history-events", "100", ...place.serverFlags],
      );
    });
    after(async () => {
      await Promise.all([place?.end(), server?.end()]);
      await rm(folder, { recursive: true });
    });

    // The error of a reader that loses its right or its token while it is live.
    async function readUntilRefused({ live, channel, token, lose }) {
      const add = () => publish(server, "test.happened", "test:1", {}, [channel]);
      await add();
      let seen = 0;
      let isLive = false;
      const reading = place.read({
        live, url: `${server.url}/v1/streams/${channel}`, token,
        handle: ({ ids, upToDate }) => {
          seen += ids.length;
          isLive = upToDate && ids.length === 0;
        },
      });
      await until("it is live", () => isLive && seen > 0);
      const before = seen;
      await add();
      await until("it has the other one", () => seen > before);
      await lose?.();
      const { status, problem } = await reading;
      return { status, problem };
    }

    for (const [why, token, status] of [
      ["of another account", tokenOf("43"), 403],
      ["that has expired", tokenOf("42", -1), 401],
      ["that is none", "none", 401],
    ])
      test(`a token ${why}`, async () => {
        const handle = () => assert.fail("a batch");
        const expected = await refusal(server, "user:42", token);
        assert.equal(expected.status, status);
        for (const live of Object.values(modes)) {
          const url = `${server.url}/v1/streams/user:42`;
          const error = await place.read({ live, url, token: () => token, handle });
          assert.deepEqual({ status: error.status, problem: error.problem }, expected);
        }
        for (const live of ["long-poll", "sse"]) {
          const url = `${server.url}/v1/streams/user:42?offset=now&live=${live}`;
          const answer = await fetch(url, { headers: { authorization: `Bearer ${token}`, connection: "close" } });
          const got = { status: answer.status, problem: await answer.json() };
          assert.deepEqual(got, await refusal(server, "user:42", token, "text/event-stream"));
        }
      });

    test("a token that expires between two pages", { timeout: 120_000 }, async () => {
      const token = tokenOnDemand("pages", 2);
      const channel = "user:pages";
      for (let i = 0; i < 5; i += 1)
        await server.publish(Array.from({ length: 100 }, (_, j) => `p${i}-${j}`), { channel, key });
      let seen = 0;
      const { status, problem } = await place.read({
        live: "true", url: `${server.url}/v1/streams/${channel}`, token: token.get,
        handle: async ({ ids, upToDate }) => {
          await until("the token has expired", () => Date.now() > token.ends + 1_000); // It counts whole seconds.
          seen += ids.length;
          return upToDate;
        },
      });
      const expected = await refusal(server, channel, token.get());
      assert.equal(expected.problem.code, "token_expired");
      assert.deepEqual({ status, problem }, expected);
      assert.ok(seen >= 100 && seen < 500 && seen % 100 === 0, `${seen} events`);
    });

    for (const [mode, live] of liveModes) {
      test(`${mode}: a token that expires`, { timeout: 120_000 }, async () => {
        const token = tokenOnDemand(`expiring-${mode}`, 6);
        const channel = `user:expiring-${mode}`;
        const got = await readUntilRefused({ live, channel, token: token.get });
        assert.equal(got.status, 401);
        assert.equal(got.problem.code, "token_expired");
        assert.deepEqual(got, await refusal(server, channel, token.get()));
      });

      test(`${mode}: a token that is revoked`, { timeout: 120_000 }, async () => {
        const account = `revoked-${mode}`;
        const [token, channel] = [tokenOf(account), `user:${account}`];
        const lose = () => publish(server, "session.revoked", `account:${account}`, { accountId: account });
        const got = await readUntilRefused({ live, channel, token: () => token, lose });
        assert.equal(got.status, 401);
        assert.equal(got.problem.details.reason, "revoked");
        assert.deepEqual(got, await refusal(server, channel, token));
      });

      test(`${mode}: a right that is lost`, { timeout: 120_000 }, async () => {
        const roomId = `room-${mode}`;
        const [token, channel] = [tokenOf("42"), `chat:${roomId}`];
        const change = (what, data) => publish(server, `chat.${what}`, channel, { roomId, ...data });
        await change("room_opened", { participants: ["42", "43"] });
        const lose = () => change("participant_removed", { accountId: "42" });
        const got = await readUntilRefused({ live, channel, token: () => token, lose });
        assert.equal(got.status, 403);
        assert.deepEqual(got, await refusal(server, channel, token));
      });

      test(`${mode}: tokens that live for 4 s are renewed`, { timeout: 120_000 }, async () => {
        const [account, channel] = [`renewed-${mode}`, `user:renewed-${mode}`];
        let tokens = 0;
        let seen = 0;
        const cuts = await Cuts.create(server);
        const reading = place.read({
          live, url: `${cuts.url}/v1/streams/${channel}`,
          token: () => {
            tokens += 1;
            return tokenOf(account, 4);
          },
          handle: ({ ids }) => (seen += ids.length) === 2,
        });
        let isOver = false;
        reading.finally(() => (isOver = true));
        const began = Date.now();
        await publish(server, "test.happened", "test:1", {}, [channel]);
        const isLater = () => seen === 1 && tokens > 3 && Date.now() - began > 5_000;
        await until("a token has expired", () => isOver || isLater());
        // The client repeats its request for longer than a token lives.
        cuts.isDown = true;
        cuts.reset();
        const down = Date.now();
        const isLong = () => cuts.refused > 2 && Date.now() - down > 5_000;
        await until("another one has", () => isOver || isLong());
        cuts.isDown = false;
        await publish(server, "test.happened", "test:2", {}, [channel]);
        assert.equal(await reading, null);
        cuts.end();
      });
    }
  });
