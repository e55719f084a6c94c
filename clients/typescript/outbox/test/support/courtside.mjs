// The real server: CTest sets COURTSIDE_TEST_BINARY to the program. The server has its own folder
// and port, which it keeps when it is killed and started again.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { needsDatabase } from "./database.mjs";
import { until } from "./until.mjs";

const binary = process.env.COURTSIDE_TEST_BINARY;

export const needsServer = binary
  ? needsDatabase
  : { skip: "COURTSIDE_TEST_BINARY is not set: the path of the program courtside" };

// The secret that http-backend and the server share, as JWT_SECRET.
export const secret = "a secret of these tests, and of nothing else";

// Our environment without the tests' variables: the server refuses unknown COURTSIDE_ variables.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("COURTSIDE_")),
);
environment.JWT_SECRET = secret;

/** The output of `courtside <command>`. `settings`: environment variables. */
export async function courtside(command, settings = {}) {
  const { stdout } = await promisify(execFile)(binary, command, {
    env: { ...environment, ...settings },
  });
  return stdout.trim();
}

/** An access token: accessToken("p_1", "USER", "--channel", "booking:b_1"). */
export const accessToken = (user, role, ...more) =>
  courtside(["token", "--user", user, "--role", role, ...more]);

export class Courtside {
  output = "";
  port = 0;

  /** `settings` as above. */
  static async create(settings) {
    const server = new Courtside();
    server.settings = settings;
    server.folder = await mkdtemp(join(tmpdir(), "courtside-outbox-"));
    await server.start();
    return server;
  }

  async start() {
    const listen = ["--listen", `127.0.0.1:${this.port}`, "--data", this.folder];
    // The kernel ends it when this process ends, for whatever reason.
    this.child = spawn("setpriv", ["--pdeathsig", "KILL", binary, "serve", ...listen], {
      env: { ...environment, ...this.settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = once(this.child, "exit");
    const before = this.output.length;
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (this.output += text));
    const [, port] = await until("the server listens", () => {
      if (!this.running) throw new Error(`the server does not start:\n${this.output}`);
      return /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(this.output.slice(before));
    });
    this.port = Number(port);
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends `kill -9` at once; the result is awaited until the process has ended. */
  kill() {
    this.child.kill("SIGKILL");
    return this.ended;
  }

  async killAndStart() {
    await this.kill();
    await this.start();
  }

  async end() {
    if (this.running) await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
