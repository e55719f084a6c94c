// Every kind of client, each with one small adapter: how to start its program, and how to read a
// line that it prints.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { Proxy } from "./proxy.mjs";
import { program } from "./readme.mjs";
import { binary, environment } from "./server.mjs";
import { until } from "./until.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const stream = (port) => `http://127.0.0.1:${port}/v1/events?channel=user:42`;
const node = (...options) => [process.execPath, "--experimental-eventsource", ...options];

// The output of our programs: "live", "event <id>", "gap <from> <to>".
function words(line) {
  const [word, ...rest] = line.split(" ");
  if (word === "live") return { live: true };
  if (word === "event") return { event: rest.join(" ") };
  return { [word === "gap" ? "gap" : "other"]: line };
}

// README.md's client prints an event's sequence and its type.
function readmeWords(line) {
  const event = /^(\d{20}) life\.happened$/.exec(line);
  return event ? { sequence: Number(event[1]) } : words(line);
}

function tailWords(line) {
  if (line.startsWith("{")) return { event: JSON.parse(line).id };
  if (line.includes("can no longer be had")) return { gap: line };
  const isExpected = line.endsWith("; trying again") || line === "courtside: connected again";
  return isExpected ? {} : { other: line };
}

const sse = (implementation) => ({
  name: `README's follow() on the EventSource of ${implementation}`,
  command: ({ port, folder }) => {
    const file = join(folder, `follow-${port}.mjs`);
    writeFileSync(file, program("follow.js", port));
    return node(path("../programs/follow.mjs"), implementation, file, stream(port));
  },
});

// It resumes by itself, but gives up on a 502 and never notices a silent connection.
const bare = (implementation) => ({
  name: `the EventSource of ${implementation} alone`,
  isBare: true,
  command: ({ port }) => node(path("../programs/bare.mjs"), implementation, stream(port)),
});

const report = `{
  "courtside.progress": ({ live }) => live && console.log("live"),
  "life.happened": ({ id }) => console.log("event", id),
  gap: ({ from, to }) => console.log("gap", from, to),
}`;

const polyfill = createRequire(import.meta.url).resolve("event-source-polyfill");

// The lines of a page that uses its own EventSource.
const listen = (name, port) => `const source = new ${name}("${stream(port)}");
  for (const [type, handle] of Object.entries(${report}))
    source.addEventListener(type, ({ data }) => handle(JSON.parse(data)));`;

export const kinds = [
  {
    name: "README's client over npm ws",
    command: ({ port, folder }) => {
      const file = join(folder, `client-${port}.mjs`);
      writeFileSync(file, program("client.mjs", port));
      return node(file);
    },
    read: readmeWords,
  },
  { name: "cloudevents.json over npm ws", command: ({ port }) => node(path("../programs/cloudevents.mjs"), port) },
  { name: "flatc's TypeScript", command: ({ port }) => node(path("../../build/flatbuffers.js"), port) },
  {
    name: "courtside tail",
    command: ({ port }) => [
      binary, "tail", "user:42", "-o", "jsonl", "--url", `http://127.0.0.1:${port}`,
    ],
    read: tailWords,
    // The client prints nothing for this: the proxy sees it.
    isLive: (client) => client.proxy.seen.includes('"type":"live"'),
  },
  sse("node"),
  sse("undici"),
  sse("eventsource"),
  bare("node"),
  bare("undici"),
  bare("eventsource"),
  {
    name: "README's client in Chromium",
    page: ({ port }) => program("client.mjs", port).replace(/^import .*\n/, ""),
    read: readmeWords,
  },
  {
    name: "README's follow() in Chromium",
    page: ({ port }) =>
      `${program("follow.js", port).replace(/^export /, "")}\nfollow("${stream(port)}", ${report});`,
  },
  {
    name: "the EventSource of Chromium alone",
    isBare: true,
    page: ({ port }) => listen("EventSource", port),
  },
  {
    // It resumes with ?lastEventId= instead of the header.
    name: "npm event-source-polyfill alone, in Chromium",
    isBare: true,
    page: ({ port }) => `${readFileSync(polyfill, "utf8")}\n${listen("EventSourcePolyfill", port)}`,
  },
];

/** One client, behind its own proxy. */
export class Client {
  live = false;
  gaps = [];
  others = [];
  #seen = [];

  constructor(kind) {
    this.kind = kind;
  }

  async start({ server, browser, folder }) {
    const { kind } = this;
    this.proxy = await Proxy.create(server.port);
    const take = (line) => this.#take((kind.read ?? words)(line));
    const context = { port: this.proxy.port, folder };
    if (kind.page) {
      this.stop = await browser.run(kind.page(context), take);
    } else {
      this.#spawn(kind.command(context), take);
    }
  }

  #spawn(command, take) {
    // The kernel ends it when this process ends, for whatever reason.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", ...command], {
      env: { ...environment, NODE_NO_WARNINGS: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    createInterface(child.stdout).on("line", take);
    createInterface(child.stderr).on("line", take);
    this.stop = () => child.kill("SIGKILL");
  }

  #take({ live, event, sequence, gap, other }) {
    if (live) this.live = true;
    if (event !== undefined) this.#seen.push(event);
    if (sequence !== undefined) this.#seen.push(sequence);
    if (gap) this.gaps.push(gap);
    if (other) this.others.push(other);
  }

  /** The ids of the events that it has shown. `log`: the ids of all published events. */
  seen(log) {
    return this.#seen.map((event) => (typeof event === "number" ? log[event - 1] : event));
  }

  isLive() {
    return until(`${this.kind.name} is live`, () => this.live || this.kind.isLive?.(this)).catch(
      (error) => {
        throw new Error(`${error.message}\n${this.others.join("\n")}`);
      },
    );
  }

  /** Also ends a client that did not start. */
  async end() {
    await this.stop?.();
    this.proxy?.end();
  }
}
