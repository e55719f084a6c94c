// Where the client of Durable Streams runs: in this Node, or in a page of Debian's Chromium whose
// origin is another one than the server's. Both run the loop of docs/protocol.md.
import { once } from "node:events";
import http from "node:http";

import { build } from "esbuild";
import { chromium } from "playwright-core";

import { loopOf } from "./loop.mjs";
import { runLoop } from "./run_loop.mjs";

class Stopped extends Error {}

/**
 * What both places can do, with a server that has their `serverFlags`. `pages` readers at a time are
 * fast enough for tests.
 *
 *   read({ live, boundMs, url, token, handle })
 *
 * `handle({ ids, upToDate, offset })` may return a promise; true stops the loop. Returns the error
 * with which the loop ended, `{ status, problem, message }`, or null when `handle` has stopped it.
 */
class NodePlace {
  static pages = 100;
  serverFlags = [];

  static create = async () => new NodePlace();

  async read({ live, boundMs = 90_000, url, token = () => "none", handle }) {
    const take = async ({ items, upToDate, offset }) => {
      if (await handle({ ids: items.map(({ id }) => id), upToDate, offset })) throw new Stopped();
    };
    try {
      await runLoop(loopOf({ live, boundMs }), url, token, take);
    } catch (error) {
      if (error instanceof Stopped) return null;
      return shown(error);
    }
  }

  async end() {}
}

const shown = ({ status, text, json, message }) => ({
  status,
  problem: json ?? (text === undefined ? undefined : JSON.parse(text)),
  message,
});

const html = '<!doctype html><title>interop</title><script type="module" src="/page.js"></script>';

class ChromiumPlace {
  static pages = 4;

  static async create() {
    const place = new ChromiumPlace();
    place.browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    });
    const { outputFiles } = await build({
      entryPoints: [new URL("page.mjs", import.meta.url).pathname],
      bundle: true,
      format: "esm",
      write: false,
    });
    place.pages = http.createServer((asked, answer) => {
      const isScript = asked.url === "/page.js";
      answer.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
      answer.end(isScript ? outputFiles[0].text : html);
    });
    place.pages.listen(0, "127.0.0.1");
    await once(place.pages, "listening");
    const origin = `http://127.0.0.1:${place.pages.address().port}`;
    Object.assign(place, { origin, serverFlags: ["--allowed-origins", origin] });
    return place;
  }

  // A page, for as long as `use` takes.
  async #inPage(functions, use) {
    const context = await this.browser.newContext();
    try {
      const page = await context.newPage();
      for (const [name, each] of Object.entries(functions)) await page.exposeFunction(name, each);
      await page.goto(this.origin);
      await page.waitForFunction(() => window.isReady);
      return await use(page);
    } finally {
      await context.close();
    }
  }

  async read({ live, boundMs = 90_000, url, token = () => "none", handle }) {
    const program = loopOf({ live, boundMs });
    const error = await this.#inPage({ token, handle }, (page) =>
      page.evaluate((what) => window.read(what), { program, url }));
    return error === null ? null : shown(error);
  }

  /** Sends a request from a page; returns `{ status, headers, text }` as the page sees it. */
  request(url, init = {}) {
    return this.#inPage({}, (page) =>
      page.evaluate(([target, what]) => window.request(target, what), [url, init]));
  }

  async end() {
    await this.browser.close();
    this.pages.close();
  }
}

export const places = { Node: NodePlace, Chromium: ChromiumPlace };
