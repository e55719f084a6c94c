// Goal: whatever happens to connections, server and client, each handler runs once per event, in the
// order of the log. COURTSIDE_TEST_E2E=long is the long form, COURTSIDE_TEST_SEED another seed.
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";

import { CourtsideClient } from "../../dist/index.js";
import { Publisher } from "../../dist/node.js";
import { randomOf } from "../support/fake.mjs";
import { FaultyProxy, faults } from "../support/proxy.mjs";
import { Server } from "../support/server.mjs";
import { until } from "../support/until.mjs";

const isLong = process.env.COURTSIDE_TEST_E2E === "long";
const [cuts, restarts] = isLong ? [200, 10] : [30, 2];
const seed = Number(process.env.COURTSIDE_TEST_SEED ?? 1);
const random = randomOf(seed);
const below = (count) => Math.floor(random() * count);

const subscriptionCount = 20;
const clientCount = 5;
const listeners = ["now", "small", "failing"];

let server;
let publisher;
beforeAll(async () => {
  server = await Server.create("--heartbeat", "1s", "--drain", "200ms");
  publisher = new Publisher({ url: server.url, backoff: { first: 20, max: 100 } });
});
afterAll(() => server.end());

/** A page or process with several subscriptions. Its positions outlive it. */
class Application {
  store = new Map();

  constructor(channels, styles) {
    this.subscribers = channels.map((channel, index) => {
      return { channel, seen: [], style: styles[index % styles.length] };
    });
  }

  static async create(channels, styles) {
    const application = new Application(channels, styles);
    application.proxy = await FaultyProxy.create(server);
    application.start();
    return application;
  }

  start() {
    this.client = new CourtsideClient({
      url: this.proxy.url,
      WebSocket,
      store: this.store,
      backoff: { first: 20, max: 200 },
      connectTimeout: 2000,
    });
    for (const subscriber of this.subscribers) this.#subscribe(subscriber);
  }

  #subscribe(subscriber) {
    const { channel, style } = subscriber;
    const { client } = this;
    const from = style === "now" ? "now" : "earliest";
    const options = { from, buffer: style === "small" ? 5 : 1000 };
    if (style === "iterator") {
      subscriber.subscription = client.subscribe(channel, options);
      void this.#iterate(subscriber);
      return;
    }
    subscriber.subscription = client.subscribe(channel, options, async (event) => {
      if (style !== "now") await new Promise((go) => setTimeout(go, below(3)));
      // A handler that fails has not handled the event.
      if (style === "failing" && below(10) === 0) throw new Error("by chance");
      subscriber.seen.push(event.id);
    });
    subscriber.subscription.ended.catch((error) => {
      if (error.message !== "by chance") throw error;
      if (client === this.client) this.#subscribe(subscriber);
    });
  }

  async #iterate({ subscription, seen }) {
    for await (const event of subscription) {
      seen.push(event.id);
      await new Promise((go) => setTimeout(go, below(3)));
    }
  }

  /** As a page does, but its handlers may finish. */
  async reload() {
    const { client } = this;
    this.client = undefined;
    await client.close();
    this.start();
  }
}

let published = 0;
function publish() {
  const count = 1 + below(20);
  for (let index = 0; index < count; index += 1) {
    const channels = [0, 1].map(() => `user:${below(subscriptionCount)}`);
    published += 1;
    void publisher.publish({
      id: `c${published}`,
      type: "test.happened",
      subject: `test:${published}`,
      data: { text: "x".repeat(below(500)) },
      channels: [...new Set(channels)],
    });
  }
}

async function logOf(channel) {
  const client = new CourtsideClient({ url: server.url });
  const ids = [];
  for await (const { id } of client.historyAll({ channels: [channel], limit: 1000 })) ids.push(id);
  return ids;
}

test(`${cuts} cuts and ${restarts} restarts (COURTSIDE_TEST_SEED=${seed})`, async () => {
  const applications = await Promise.all(
    Array.from({ length: clientCount }, (_, index) =>
      Application.create(
        Array.from(
          { length: subscriptionCount / clientCount },
          (_, at) => `user:${at * clientCount + index}`,
        ),
        // The event at which an iterator is closed comes again, so only the others are reloaded.
        index === 0 ? listeners : [...listeners, "iterator"],
      ),
    ),
  );
  const subscribers = applications.flatMap((application) => application.subscribers);
  await until("all are subscribed", () =>
    subscribers.every(({ subscription }) => subscription.position),
  );
  // Before the first event, in every way.
  for (const [index, { proxy }] of applications.entries()) proxy.cut(faults[index % 3]);
  publish();
  for (let cut = 0; cut < cuts; cut += 1) {
    const open = await until("one is open", () => {
      const found = applications.filter(({ client }) => client.state.status === "open");
      return found.length > 0 && found;
    });
    publish();
    open[below(open.length)].proxy.cut(faults[below(3)], below(2) * below(3000));
    if (cut % Math.floor(cuts / restarts) === 7) {
      await server.stop(below(2) ? "SIGKILL" : "SIGTERM");
      publish();
      await server.start();
    }
    await new Promise((go) => setTimeout(go, below(50)));
    if (cut % 5 === 2) await applications[0].reload();
    publish();
  }
  await publisher.flush();
  expect(publisher.pending).toBe(0);
  for (const subscriber of subscribers) subscriber.expected = await logOf(subscriber.channel);
  const isDone = ({ seen, expected }) => seen.length >= expected.length;
  await until("everything arrived", () => subscribers.every(isDone)).catch(() => {});
  // And nothing comes twice, a little later.
  await Promise.all(applications.map(({ client }) => client.close()));
  for (const { channel, seen, expected } of subscribers) {
    expect([channel, ...seen]).toEqual([channel, ...expected]);
  }
  const connections = applications.map(({ proxy }) => proxy.connections);
  console.log(`${published} events, connections ${connections}`);
  for (const { proxy } of applications) proxy.end();
}, 600_000);
