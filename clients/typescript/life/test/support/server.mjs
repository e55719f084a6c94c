// The real server: CTest sets COURTSIDE_TEST_BINARY to the program. The server keeps its folder and
// its port when it is stopped and started again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { until } from "./until.mjs";

export const binary = process.env.COURTSIDE_TEST_BINARY;

// Our environment without the tests' variables: the program refuses unknown COURTSIDE_ variables.
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("COURTSIDE_")),
);

export class Server {
  output = "";
  port = 0;

  static async create(...flags) {
    const server = new Server();
    server.flags = flags;
    server.folder = await mkdtemp(join(tmpdir(), "courtside-life-"));
    await server.start();
    return server;
  }

  async start() {
    const listen = ["--listen", `127.0.0.1:${this.port}`, "--data", this.folder];
    // The kernel ends it when this process ends, for whatever reason.
    const command = ["--pdeathsig", "KILL", binary, "serve", ...listen, ...this.flags];
    this.child = spawn("setpriv", command, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.ended = once(this.child, "exit");
    const before = this.output.length;
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (this.output += text));
    const [, port] = await until("the server listens", () => {
      if (this.child.exitCode !== null) throw new Error(`no server:\n${this.output}`);
      return /listening on https?:\/\/127\.0\.0\.1:(\d+)/.exec(this.output.slice(before));
    });
    this.port = Number(port);
  }

  async stop(signal) {
    this.child.kill(signal);
    await this.ended;
  }

  /** Appends one event for each id. Returns when they are on disk. */
  async publish(ids, { channel = "user:42", data = {}, key } = {}) {
    const events = ids.map((id) => ({
      specversion: "1.0", id, source: "/life", type: "life.happened", subject: `life:${id}`,
      data, channels: [channel],
    }));
    const answer = await fetch(`${this.url}/v1/events`, {
      method: "POST",
      headers: {
        "content-type": "application/cloudevents-batch+json",
        connection: "close",
        ...(key && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(events),
    });
    const body = await answer.text();
    if (answer.status !== 200) throw new Error(`publish: ${answer.status} ${body}`);
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The sequence of the oldest available event. */
  async earliest() {
    const answer = await fetch(`${this.url}/v1/events?limit=1`, { headers: { connection: "close" } });
    return Number((await answer.json()).events[0].sequence);
  }

  async end() {
    if (this.child.exitCode === null) await this.stop("SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }
}
