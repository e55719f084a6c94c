// Goal: a person who opens the page sees the evening move, books and cancels, loses the connection
// and gets everything once, and learns why somebody else has the slot.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

import { Demo, until } from "./demo.mjs";

const executablePath = process.env.COURTSIDE_TEST_CHROMIUM ?? "/usr/bin/chromium";

let demo;
let browser;
const problems = [];

before(async () => {
  demo = await Demo.start("--port", "0", "--speed", "120");
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  await demo?.stop("SIGTERM");
});

async function open(player, options = {}, { url } = demo) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => problems.push(error.message));
  // Everything comes from the demo's own origin.
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (!/^(data|blob):/.test(request.url()) && origin !== new URL(url).origin) {
      problems.push(`a request to ${request.url()}`);
    }
  });
  await page.goto(`${url}?player=${player}`);
  // The last slot of the board: everything until now has been read.
  await page.locator("#cell-13-3").waitFor();
  return page;
}

/** The last free slots of the evening: no simulated player wants them yet. */
const freeSlots = (page) =>
  page.locator('button.is-available[aria-disabled="false"]').evaluateAll((cells) =>
    cells
      .map((cell) => cell.dataset.slot)
      .sort()
      .reverse(),
  );

const cell = (page, slot) => page.locator(`button[data-slot="${slot}"]`);

const booking = (page, status) =>
  page.getByRole("listitem").filter({ has: page.getByText(status, { exact: true }) });

test("events move, and a person books and cancels", async () => {
  const page = await open("kavya");
  const newest = () => page.locator(".log-position").first().textContent();
  const first = await newest();
  await until("another event", async () => (await newest()) !== first);

  const [slot] = await freeSlots(page);
  await cell(page, slot).click();
  await page.getByText("is held for you").waitFor();
  await page.locator(`button[data-slot="${slot}"].is-booked.is-mine`).waitFor();
  const label = await cell(page, slot).getAttribute("aria-label");
  assert.match(label, /booked for You/);

  const [, court, time] = /^(.*), (\d\d:\d\d):/.exec(label);
  await page.getByRole("button", { name: `Cancel ${court}, ${time}` }).click();
  await page.getByText("is cancelled").waitFor();
  await booking(page, "refunded")
    .filter({ hasText: `${court}, ${time}` })
    .waitFor();
  await page.locator(`button[data-slot="${slot}"].is-available`).waitFor();
  await page.context().close();
});

test("after a cut everything is there once, and the slower of two people sees why", async () => {
  const [mine, theirs] = await Promise.all([open("asha"), open("dev")]);
  const slot = (await freeSlots(theirs))[1];
  await mine.getByRole("button", { name: /Cut the connection/ }).click();
  await mine.getByText("Disconnected").waitFor();
  await cell(theirs, slot).click();
  await theirs.getByText("is held for you").waitFor();
  // This page does not know that yet.
  assert.equal(await cell(mine, slot).getAttribute("aria-disabled"), "false");
  await cell(mine, slot).click();
  await mine.getByText(/Your click waits for the connection/).waitFor();

  await mine.getByText("Dev Mehta was faster").waitFor();
  await mine.getByText(/Your event was refused/).waitFor();
  const facts = await mine
    .locator(".fact")
    .evaluateAll((all) => all.map((fact) => [...fact.children].map((part) => part.textContent)));
  const { "caught up": caughtUp, away, took, ...others } = Object.fromEntries(facts);
  assert.ok(Number.parseInt(caughtUp, 10) >= 3, caughtUp);
  assert.ok(Number.parseFloat(away) >= 10, away);
  assert.match(took, /ms$/);
  assert.deepEqual(others, { lost: "0", doubled: "0", order: "kept", board: "as the server’s" });
  assert.ok((await mine.locator(".dot.is-late").count()) >= 3);
  assert.match(await cell(mine, slot).getAttribute("aria-label"), /(held|booked) for Dev/);
  await Promise.all([mine.context().close(), theirs.context().close()]);
});

test("the board works with the keyboard, and on a phone", async () => {
  const page = await open("tara", { viewport: { width: 360, height: 740 } });
  const overflow = () =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  assert.equal(await overflow(), 0);
  await page.locator("#cell-0-0").focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowDown");
  for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
  const focused = () => page.evaluate(() => document.activeElement.id);
  assert.equal(await focused(), "cell-13-3");
  const tabStops = await page.locator('table button[tabindex="0"]').count();
  assert.equal(tabStops, 1);
  const [slot] = await freeSlots(page);
  await cell(page, slot).focus();
  await page.keyboard.press("Enter");
  await page.getByText("is held for you").waitFor();
  // The list stands still while one of its events is open.
  const summary = page.locator("summary").nth(3);
  await summary.focus();
  await page.keyboard.press("Enter");
  await page.locator("pre:visible").waitFor();
  await page.getByRole("button", { name: /Follow again: \d+ newer/ }).click();
  await page.locator("pre:visible").waitFor({ state: "hidden" });
  assert.equal(await overflow(), 0);
  await page.context().close();
});

test("a taken port is told, Ctrl-C leaves nothing, and the page survives a new log", async () => {
  const { port } = new URL(demo.url);
  const second = await Demo.start("--port", port);
  assert.match(second.output, new RegExp(`Port ${port} is taken`));
  assert.notEqual(new URL(second.url).port, port);
  const page = await open("asha", {}, second);
  const epoch = async () =>
    (await page.locator(".log-position").first().textContent()).split(":")[0];
  const old = await epoch();
  assert.ok(existsSync(second.folder));
  const stopAt = Date.now();
  assert.equal(await second.stop("SIGINT"), 0);
  assert.ok(Date.now() - stopAt < 5000, `it took ${Date.now() - stopAt} ms`);
  assert.ok(!existsSync(second.folder));
  await assert.rejects(fetch(second.url));

  // The same address, and another log: the page begins anew.
  const third = await Demo.start("--port", new URL(second.url).port);
  assert.equal(third.url, second.url);
  await until("the new log", async () => (await epoch()) !== old);
  await page.context().close();
  await third.stop("SIGTERM");
});

test("no page had an error, or asked elsewhere", () => {
  assert.deepEqual(problems, []);
});
