// The real server: COURTSIDE_TEST_BINARY is the program. It keeps its folder and its port when it is
// stopped and started again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { until } from "./until.mjs";

// Our environment without the tests' variables: the program refuses unknown COURTSIDE_ variables.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("COURTSIDE_")),
);

export class Server {
  output = "";
  port = 0;
  headers = {};
  #ownConnections = 0;

  static async create(...flags) {
    const server = new Server();
    server.flags = flags;
    server.folder = await mkdtemp(join(tmpdir(), "courtside-client-"));
    await server.start();
    return server;
  }

  async start() {
    const listen = ["--listen", `127.0.0.1:${this.port}`, "--data", this.folder];
    const binary = process.env.COURTSIDE_TEST_BINARY;
    // The kernel ends it when this process ends, for whatever reason.
    const command = ["--pdeathsig", "KILL", binary, "serve", ...listen, ...this.flags];
    this.child = spawn("setpriv", command, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.ended = once(this.child, "exit");
    this.#ownConnections = 0;
    const before = this.output.length;
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        this.output += text;
      });
    }
    const [, port] = await until("the server listens", () => {
      if (this.child.exitCode !== null) throw new Error(`no server:\n${this.output}`);
      return /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(this.output.slice(before));
    });
    this.port = Number(port);
  }

  async stop(signal) {
    this.child.kill(signal);
    await this.ended;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Appends events `{id, channel}` of the type `test.happened`. Returns when they are on disk. */
  async publish(events, headers = this.headers) {
    const body = events.map(({ id, channel, data = {}, ...more }) => ({
      specversion: "1.0",
      id,
      source: "/test",
      type: "test.happened",
      subject: `test:${id}`,
      data,
      ...(channel && { channels: [channel] }),
      ...more,
    }));
    this.#ownConnections += 1;
    const answer = await fetch(`${this.url}/v1/events`, {
      method: "POST",
      headers: {
        "content-type": "application/cloudevents-batch+json",
        connection: "close",
        ...headers,
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`publish: ${answer.status} ${text}`);
    return JSON.parse(text).results;
  }

  /**
   * What the server counts: its open sessions and subscriptions, and `opened`: the connections that it
   * accepted since its start, without those of `publish` and of this.
   */
  async counts(headers = this.headers) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const read = async () => {
      const request = http.get(`${this.url}/metrics`, { agent, headers });
      const [answer] = await once(request, "response");
      const text = (await answer.setEncoding("utf8").toArray()).join("");
      if (answer.statusCode !== 200) throw new Error(`metrics: ${answer.statusCode} ${text}`);
      return (name) => Number(new RegExp(`^courtside_${name} (\\d+)$`, "m").exec(text)[1]);
    };
    this.#ownConnections += 1;
    // The counters follow at the end of a turn, so the first answer may miss its own connection.
    await read();
    const metric = await read();
    agent.destroy();
    return {
      sessions: metric("sessions"),
      subscriptions: metric("subscribers"),
      opened: metric("accepted_total") - this.#ownConnections,
    };
  }

  async end() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.stop("SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }
}
