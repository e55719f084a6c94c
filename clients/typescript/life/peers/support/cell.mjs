// One cell of the matrix: a client, its own cutters, and its own proxy between them.
//
//   client ─▶ cutter ─▶ nginx, HAProxy, Caddy ─▶ cutter ─▶ server
//   client ─▶ cutter ─────────────────────────────────────▶ server
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { environment } from "../../test/support/server.mjs";
import { until } from "../../test/support/until.mjs";
import { Cutter, faults } from "./cutter.mjs";
import { ProxyProcess } from "./proxies.mjs";

// A client that is forgotten before its `welcome` waits for two heartbeats of 25 s. That is before this
// many bytes, TLS included.
const beforeWelcomeBytes = 6_000;
const untilCutBytes = 16_000;
// A client cannot read a part of a TLS record, and a replay has records of 16 KiB: a network that
// lets fewer bytes through is none.
const untilCutTlsBytes = 40_000;

export class Cell {
  isLive = false;
  sequences = []; // of the events that the client handled
  others = []; // what it printed beside them
  cuts = Object.fromEntries(faults.map((fault) => [fault, 0]));
  slowest = { ms: 0, after: "" }; // the time from a cut to the next connection
  reconnects = 0; // after which it handled an event
  #heard = 0;
  #cutters = [];

  constructor({ client, route, random }) {
    this.client = client;
    this.route = route;
    this.random = random;
  }

  async start({ serverPort, tls, shared }) {
    const { client, route } = this;
    this.isSecure = tls !== undefined;
    let port = serverPort;
    if (route.proxy) {
      const back = await Cutter.create(port, { requests: true });
      this.#cutters.push(back);
      const own = join(shared.folder, `${route.proxy}-${back.port}`);
      this.proxy = await ProxyProcess.create(route.proxy, { folder: own, serverPort: back.port, tls });
      port = this.proxy.port;
    }
    this.front = await Cutter.create(port);
    this.#cutters.push(this.front);
    this.front.onConnection = () => this.#measure();
    const at = { port: this.front.port, tls, folder: shared.folder, shared };
    if (client.page) {
      this.stop = await shared.browser.run(client.page(at), (line) => this.#take(line));
    } else {
      this.#spawn(client.command(at), client.environment?.(at));
    }
  }

  #spawn(command, more) {
    // The kernel ends it when this process ends, for whatever reason.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", ...command], {
      env: { ...environment, NODE_NO_WARNINGS: "1", ...more },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a group of its own, to be ended with its children
    });
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on("line", (line) => this.#take(line));
    const onExit = (status, signal) => this.others.push(`the program ended: ${signal ?? status}`);
    child.on("exit", onExit);
    this.stop = () => {
      child.off("exit", onExit);
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGKILL");
    };
  }

  #take(line) {
    const event = /^(\d{20}) peers\.happened$/.exec(line);
    if (event) this.sequences.push(Number(event[1]));
    else if (line === "live") this.isLive = true;
    else this.others.push(line);
  }

  /** Cuts until the client has reconnected so many times and handled an event each time. */
  cutUntil(reconnects) {
    this.target = reconnects;
    this.#planCut({ from: 0 }); // the first connection too
  }

  #measure() {
    const { at, what } = this.lastCut ?? {};
    this.lastCut = undefined;
    const ms = at === undefined ? 0 : Math.round(performance.now() - at);
    if (ms > this.slowest.ms) this.slowest = { ms, after: what };
  }

  endCuts() {
    for (const cutter of this.#cutters) cutter.plan();
  }

  get isDone() {
    return this.reconnects >= this.target;
  }

  #planCut(more) {
    const cutter = this.#cutters[Math.floor(this.random() * this.#cutters.length)];
    const fault = this.random() < 0.1 ? "forget" : this.random() < 0.5 ? "reset" : "end";
    const least = fault === "forget" ? beforeWelcomeBytes : 1;
    const most = this.isSecure && cutter === this.front ? untilCutTlsBytes : untilCutBytes;
    const bytes = least + Math.floor(this.random() * (most - least));
    const done = () => {
      this.cuts[fault] += 1;
      const place = cutter === this.front ? "at the client" : "at the server";
      this.lastCut = { at: performance.now(), what: `${fault} ${place} after ${bytes} bytes` };
      if (this.wasCut && this.sequences.length > this.#heard) this.reconnects += 1;
      this.wasCut = true;
      this.#heard = this.sequences.length;
      if (!this.isDone) this.#planCut();
    };
    cutter.plan({ fault, bytes, done, ...more });
  }

  /** The sequences 1 … `count` were published. */
  outcome(count) {
    const distinct = new Set(this.sequences);
    let lost = 0;
    for (let sequence = 1; sequence <= count; ++sequence) lost += distinct.has(sequence) ? 0 : 1;
    return {
      reconnects: this.reconnects,
      connections: this.front.connections,
      ...this.cuts,
      events: this.sequences.length,
      lost,
      doubled: this.sequences.length - distinct.size,
      "out of order": this.sequences.filter((sequence, i, all) => i > 0 && sequence < all[i - 1]).length,
      slowest: `${this.slowest.ms} ms (${this.slowest.after})`,
    };
  }

  whenLive() {
    return until(`${this.client.name} is live`, () => this.isLive || this.others.length > 0).catch((error) => {
      throw new Error(`${error.message}\n${this.others.join("\n")}\n${this.proxy?.output ?? ""}`);
    });
  }

  async end() {
    await this.stop?.();
    for (const cutter of this.#cutters) cutter.end();
    await this.proxy?.end();
  }
}
