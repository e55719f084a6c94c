// The real server, as a child on a fresh folder.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** After SIGTERM, until it is killed. */
const stopMs = 5000;

export class Courtside {
  readonly folder: string;
  readonly url: string;
  /** Fulfilled when the process has ended, with its output so far. */
  readonly ended: Promise<string>;
  #child: ChildProcess;

  private constructor(folder: string, url: string, child: ChildProcess, ended: Promise<string>) {
    this.folder = folder;
    this.url = url;
    this.ended = ended;
    this.#child = child;
  }

  static async start(binary: string): Promise<Courtside> {
    const folder = await mkdtemp(join(tmpdir(), "courtside-demo-"));
    const options = ["--listen", "127.0.0.1:0", "--data", folder, "--drain", "200ms"];
    // The kernel ends the server when this process ends, for whatever reason. It has a group of its
    // own, so Ctrl-C reaches this process alone, which then stops everything in order.
    const command = ["--pdeathsig", "TERM", binary, "serve", ...options];
    const child = spawn("setpriv", command, {
      detached: true,
      // Without the variables that configure another server, such as JWT_SECRET.
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = new Output(child);
    const ended = once(child, "close").then(() => output.text);
    const url = await Promise.race([
      output.find(/listening on (http:[/\d.:]+)/),
      ended.then(() => ""),
    ]);
    if (!url) {
      await rm(folder, { recursive: true, force: true });
      throw new Error(`the server did not start:\n${output.text}`);
    }
    return new Courtside(folder, url, child, ended);
  }

  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), stopMs);
    this.#child.kill("SIGTERM");
    await this.ended;
    clearTimeout(timer);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The end of what a process writes. */
class Output {
  text = "";
  #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.text = (this.text + text).slice(-10_000);
      });
    }
  }

  /** The first group of the pattern, when it has been written. */
  find(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = pattern.exec(this.text)?.[1];
        if (found) resolve(found);
      };
      this.#child.stdout?.on("data", look);
      this.#child.stderr?.on("data", look);
    });
  }
}
