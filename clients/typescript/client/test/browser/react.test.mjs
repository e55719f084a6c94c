// Goal: React in StrictMode opens one socket and leaks no subscription, over changes of the route and
// hot updates by Vite. The server's own counters say so.
import { afterAll, beforeAll, expect, test } from "vitest";

import { launch } from "../support/browser.mjs";
import { Server } from "../support/server.mjs";
import { until } from "../support/until.mjs";
import { startVite } from "../support/vite.mjs";

let server;
let vite;
let browser;
beforeAll(async () => {
  const folder = new URL("hot", import.meta.url).pathname;
  [server, vite, browser] = await Promise.all([Server.create(), startVite(folder), launch()]);
}, 60_000);
afterAll(() => Promise.all([server.end(), vite.end(), browser.close()]));

test("changes of the route and hot updates: one socket, and no subscription is left", async () => {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  const names = Array.from({ length: 20 }, (_, index) => `b${index}`);
  await server.publish(names.map((name) => ({ id: name, channel: `booking:${name}` })));
  await page.goto(`${vite.url}?server=${encodeURIComponent(server.url)}`);

  const go = (...routes) => page.evaluate((list) => list.forEach(window.go), routes);
  const shows = (text) =>
    page.waitForFunction((wanted) => document.body.textContent.includes(wanted), text);
  const subscriptions = async (count) => {
    await until(`one session with ${count} subscriptions`, async () => {
      const { sessions, subscriptions } = await server.counts();
      return sessions === 1 && subscriptions === count;
    });
    expect((await server.counts()).opened).toBe(1);
  };

  await shows("nothing");
  expect(await server.counts()).toMatchObject({ opened: 0 });
  for (const [index, name] of names.entries()) {
    // Every third time by way of another route that is left at once.
    if (index % 3 === 2) await go(names[index - 2]);
    await go(name);
    await shows(`booking 1, open: ${name}`);
    await subscriptions(2);
  }
  await go("nothing");
  await subscriptions(0);
  await go("b0");
  await subscriptions(2);

  const updates = [
    // The state is kept, and the effects run again.
    ["booking.jsx", '"booking 1"', '"booking 2"', "booking 2, open: b0", 2],
    ["app.jsx", '"app 1"', '"app 2"', "app 2", 2],
    // Other hooks: the component is mounted anew.
    [
      ...["booking.jsx", "const { status }", "useEvents('user:1', {}, () => {}); const { status }"],
      ...["booking 2, open: b0", 3],
    ],
    ["booking.jsx", "useEvents('user:1', {}, () => {});", "", "booking 2, open: b0", 2],
    ["booking.jsx", '"booking 2"', '"booking 3"', "booking 3, open: b0", 2],
  ];
  for (const [index, [file, before, after, text, count]] of updates.entries()) {
    await vite.edit(file, before, after);
    await shows(text);
    await subscriptions(count);
    await server.publish([{ id: `chat ${index}`, channel: "chat:b0" }]);
    const expected = updates.slice(0, index + 1).map((_, at) => `chat ${at}`);
    await page.waitForFunction((length) => window.heard.length >= length, expected.length);
    expect(await page.evaluate(() => window.heard)).toEqual(expected);
  }
  expect(await page.evaluate(() => window.loads)).toBe(1);
  expect(errors).toEqual([]);

  await page.close();
  await until("no session", async () => (await server.counts()).sessions === 0);
  expect(await server.counts()).toEqual({ sessions: 0, subscriptions: 0, opened: 1 });
}, 120_000);
