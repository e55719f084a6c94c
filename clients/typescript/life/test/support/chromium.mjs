// Debian's Chromium without a window, controlled over its DevTools protocol. Each page is served
// from this machine and runs one program; each entry that the program logs becomes a line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { environment } from "./server.mjs";
import { until } from "./until.mjs";

const flags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--disable-dev-shm-usage",
  // Pages in the background are as fast as the first.
  "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
  "--remote-debugging-port=0",
];

export class Chromium {
  #next = 1;
  #waiting = new Map();
  #sessions = new Map();

  /** `more`: further flags of the browser. */
  static async create(...more) {
    const browser = new Chromium();
    browser.folder = await mkdtemp(join(tmpdir(), "courtside-chromium-"));
    const command = ["--pdeathsig", "KILL", "chromium", ...flags, ...more];
    browser.child = spawn("setpriv", [...command, `--user-data-dir=${browser.folder}`, "about:blank"], {
      env: environment,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let output = "";
    browser.child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
    const [, url] = await until("Chromium is there", () => {
      if (browser.child.exitCode !== null) throw new Error(`no Chromium:\n${output}`);
      return /DevTools listening on (ws:\S+)/.exec(output);
    });
    browser.socket = new WebSocket(url);
    await once(browser.socket, "open");
    browser.socket.onmessage = ({ data }) => browser.#take(JSON.parse(data));
    browser.pages = http.createServer((_, answer) => {
      answer.writeHead(200, { "content-type": "text/html" }).end("<title>life</title>");
    });
    browser.pages.listen(0, "127.0.0.1");
    await once(browser.pages, "listening");
    return browser;
  }

  #take({ id, sessionId, method, params, result, error }) {
    if (id !== undefined) {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      return error ? reject(new Error(error.message)) : resolve(result);
    }
    if (method !== "Runtime.consoleAPICalled") return;
    this.#sessions.get(sessionId)?.(params.args.map(({ value }) => value).join(" "));
  }

  #say(method, params, sessionId) {
    const id = this.#next++;
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /**
   * Runs the program in its own page. `onLine` gets what it logs. Returns a function that ends it.
   */
  async run(program, onLine) {
    const url = `http://127.0.0.1:${this.pages.address().port}/`;
    const { targetId } = await this.#say("Target.createTarget", { url });
    const { sessionId } = await this.#say("Target.attachToTarget", { targetId, flatten: true });
    this.#sessions.set(sessionId, onLine);
    await this.#say("Runtime.enable", {}, sessionId);
    const evaluate = (expression) => this.#say("Runtime.evaluate", { expression }, sessionId);
    for (;;) {
      const { result } = await evaluate("document.readyState + ' ' + location.href");
      if (result.value === `complete ${url}`) break;
    }
    const { exceptionDetails } = await evaluate(program);
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return () => this.#say("Target.closeTarget", { targetId });
  }

  async end() {
    this.pages.close();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGKILL");
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
