// The demo itself, started as `script/server --demo` starts it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/server/main.js", import.meta.url));

export class Demo {
  output = "";

  static async start(...flags) {
    const demo = new Demo();
    const binary = process.env.COURTSIDE_TEST_BINARY;
    // The kernel ends it when this process ends, for whatever reason.
    const command = ["--pdeathsig", "TERM", process.execPath, main, "--binary", binary, ...flags];
    demo.child = spawn("setpriv", command, { stdio: ["ignore", "pipe", "pipe"] });
    demo.ended = once(demo.child, "exit");
    for (const stream of [demo.child.stdout, demo.child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        demo.output += text;
      });
    }
    await until("the demo is open", () => {
      if (demo.child.exitCode !== null) throw new Error(`no demo:\n${demo.output}`);
      return demo.output.includes("Ctrl-C");
    });
    return demo;
  }

  get url() {
    return /http:\S+\/demo/.exec(this.output)[0];
  }

  get folder() {
    return /The log is in (\S+)\.\n/.exec(this.output)[1];
  }

  async stop(signal) {
    this.child.kill(signal);
    const [status] = await this.ended;
    return status;
  }
}

export async function until(what, isTrue, ms = 20_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await isTrue();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
