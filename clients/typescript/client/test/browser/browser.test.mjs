// Goal: in Chromium every handler runs once per event over reloads and cuts, tabs share one socket and
// survive their leader, and React in StrictMode has one socket.
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { startBrowser } from "../support/browser.mjs";
import { randomOf } from "../support/fake.mjs";
import { FaultyProxy, faults } from "../support/proxy.mjs";
import { Server } from "../support/server.mjs";
import { until } from "../support/until.mjs";

const isLong = process.env.COURTSIDE_TEST_E2E === "long";
const seed = Number(process.env.COURTSIDE_TEST_SEED ?? 1);
const random = randomOf(seed);
const below = (count) => Math.floor(random() * count);

let server;
let chromium;
beforeAll(async () => {
  [server, chromium] = await Promise.all([Server.create("--heartbeat", "1s"), startBrowser()]);
}, 60_000);
afterAll(() => Promise.all([server.end(), chromium.end()]));

async function setUp() {
  const proxy = await FaultyProxy.create(server);
  const context = await chromium.browser.newContext();
  onTestFinished(async () => {
    await context.close();
    proxy.end();
  });
  const open = async () => {
    const page = await context.newPage();
    await page.goto(chromium.url);
    await page.waitForFunction(() => window.isReady);
    return page;
  };
  return { proxy, open };
}

test(`reloads, cuts and restarts (COURTSIDE_TEST_SEED=${seed})`, async () => {
  const { proxy, open } = await setUp();
  const channels = Array.from({ length: 20 }, (_, index) => `user:r${index}`);
  const page = await open();
  const follow = () =>
    page.evaluate(([url, list]) => window.follow(url, list), [proxy.url, channels]);
  await follow();
  const expected = Object.fromEntries(channels.map((channel) => [channel, []]));
  let published = 0;
  const publish = async () => {
    const events = Array.from({ length: 1 + below(20) }, () => {
      const channel = channels[below(20)];
      published += 1;
      expected[channel].push(`r${published}`);
      return { id: `r${published}`, channel };
    });
    await server.publish(events);
  };
  const [rounds, restarts] = isLong ? [200, 10] : [20, 2];
  for (let round = 0; round < rounds; round += 1) {
    await publish();
    if (round % 3 === 2) {
      await page.reload();
      await page.waitForFunction(() => window.isReady);
      await follow();
    } else {
      proxy.cut(faults[below(3)], below(2) * below(3000));
    }
    if (round % (rounds / restarts) === 5) {
      await server.stop("SIGKILL");
      await server.start();
    }
    await publish();
  }
  const seen = () =>
    page.evaluate(
      (list) => Object.fromEntries(list.map((each) => [each, window.seen(each)])),
      channels,
    );
  const count = (lists) => Object.values(lists).flat().length;
  await until("everything arrived", async () => count(await seen()) >= published).catch(() => {});
  expect(await seen()).toEqual(expected);
}, 300_000);

test("three tabs share a socket, also after their leader is closed", async () => {
  const { proxy, open } = await setUp();
  const tabs = [];
  for (let index = 0; index < 3; index += 1) {
    const page = await open();
    await page.evaluate(
      ([url, channel]) => window.share(url, channel),
      [proxy.url, `user:t${index}`],
    );
    await page.waitForFunction(() => window.subscription.position);
    tabs.push(page);
  }
  expect(proxy.connections).toBe(1);
  const publish = (id) =>
    server.publish([0, 1, 2].map((index) => ({ id: `${id}${index}`, channel: `user:t${index}` })));
  const have = (page, ids) =>
    page.waitForFunction((list) => `${window.events}` === list, `${ids}`, { timeout: 10_000 });
  await publish("a");
  for (const [index, page] of tabs.entries()) await have(page, [`a${index}`]);
  const published = await tabs[1].evaluate(() =>
    window.client.publish({
      id: "from-a-tab",
      type: "booking.created",
      subject: "booking:t",
      data: { bookingId: "t" },
    }),
  );
  expect(published).toMatchObject({ id: "from-a-tab", subjectversion: 1 });
  await tabs[0].close();
  await publish("b");
  await have(tabs[1], ["a1", "b1"]);
  await have(tabs[2], ["a2", "b2"]);
  expect(proxy.connections).toBe(2);
  // A tab that is no leader leaves the others alone, and its subscriptions end.
  await tabs[2].close();
  await publish("c");
  await have(tabs[1], ["a1", "b1", "c1"]);
  proxy.cut("reset");
  await publish("d");
  await have(tabs[1], ["a1", "b1", "c1", "d1"]);
  expect(proxy.connections).toBe(3);
}, 60_000);

test("without locks each tab has a socket of its own", async () => {
  const { proxy, open } = await setUp();
  for (let index = 0; index < 2; index += 1) {
    const page = await open();
    await page.evaluate((url) => {
      Object.defineProperty(navigator, "locks", { value: undefined });
      window.share(url, "user:l");
    }, proxy.url);
    await page.waitForFunction(() => window.subscription.position);
  }
  expect(proxy.connections).toBe(2);
}, 60_000);

test("React in StrictMode: one socket, closed after the last component", async () => {
  const { proxy, open } = await setUp();
  const page = await open();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await server.publish(["m1", "m2", "m3", "m4"].map((id) => ({ id, channel: "user:m" })));
  await server.publish([{ id: "n1", channel: "user:n" }]);
  await page.evaluate((url) => window.mount(url, "user:m"), proxy.url);
  const shows = (text) =>
    page.waitForFunction((wanted) => document.querySelector("p")?.textContent === wanted, text);
  await shows("open: m2 m3 m4");
  await server.publish([{ id: "m5", channel: "user:m" }]);
  await shows("open: m3 m4 m5");
  await page.evaluate(() => window.show(true, "user:n"));
  await shows("open: n1");
  // Other options: the list begins anew, and nothing is in it twice.
  await page.evaluate(() => window.show(true, "user:n", { types: ["test.happened"] }));
  await server.publish([{ id: "n2", channel: "user:n" }]);
  await shows("open: n1 n2");
  expect(proxy.connections).toBe(1);
  await page.evaluate(() => window.show(false));
  await page.waitForFunction(() => window.clients.every(({ state }) => state.status === "idle"));
  await page.evaluate(() => window.show(true));
  await shows("open: m3 m4 m5");
  expect(proxy.connections).toBe(2);
  // Another client, perhaps of another account: the components use it, and the first has no work.
  await page.evaluate(() => {
    window.changeClient();
    window.show(true);
  });
  await page.waitForFunction(() => window.clients.at(-1).state.status === "open");
  await shows("open: m3 m4 m5");
  await page.waitForFunction(
    () => window.clients.filter(({ state }) => state.status !== "idle").length === 1,
  );
  expect(errors).toEqual([]);
}, 60_000);
