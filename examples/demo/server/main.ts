// Runs the demo: the real server, the evening, and the page. Everything ends with Ctrl-C.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Courtside } from "./courtside.js";
import { Desk } from "./desk.js";
import { Web } from "./web.js";

const usage = `usage: script/server --demo [--port N] [--seed N] [--speed N] [--binary F]

  --port N    where the page is, on 127.0.0.1 [8080]
  --seed N    the evening: the same seed has the same events [1]
  --speed N   simulated seconds in a second, 1 ... 1000 [60]
  --binary F  the server's program [build/release/bin/courtside]
`;

const root = fileURLToPath(new URL("../../../..", import.meta.url));

interface Options {
  binary: string;
  port: number;
  seed: number;
  speed: number;
}

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        binary: { type: "string", default: `${root}build/release/bin/courtside` },
        port: { type: "string", default: "8080" },
        seed: { type: "string", default: "1" },
        speed: { type: "string", default: "60" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    return {
      binary: values.binary ?? "",
      port: number("port", values.port, 0, 65_535),
      seed: number("seed", values.seed, 0, 2 ** 32 - 1),
      speed: number("speed", values.speed, 1, 1000),
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}`);
    process.exit(64);
  }
}

function number(name: string, text: string | undefined, least: number, most: number): number {
  const value = Number(text);
  if (!text || !Number.isInteger(value) || value < least || value > most) {
    throw new Error(`--${name} must be a whole number between ${least} and ${most}`);
  }
  return value;
}

async function main(): Promise<void> {
  const { binary, port, seed, speed } = readOptions();
  const server = await Courtside.start(binary);
  const desk = new Desk({ url: server.url, seed, speed });
  const web = new Web(fileURLToPath(new URL("../page", import.meta.url)), server.url);

  let stopping: Promise<void> | undefined;
  const stop = (status: number): Promise<void> => {
    process.exitCode = status;
    stopping ??= Promise.all([desk.close(), web.close()]).then(() => server.stop());
    return stopping;
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void stop(0));
  }
  void server.ended.then((output) => {
    if (stopping) return;
    process.stderr.write(`the server ended:\n${output}`);
    void stop(1);
  });

  try {
    await desk.open();
    if (stopping) return;
    const listening = await web.listen(port);
    if (listening.isTaken) console.log(`Port ${port} is taken; the demo takes another one.`);
    const url = `http://127.0.0.1:${listening.port}`;
    console.log(`
An evening at a sports centre is live:

  ${url}/demo

Seed ${seed}, ${speed} times as fast as life. The log is in ${server.folder}.
In another terminal: ${binary.replace(root, "")} tail venue:riverside --url ${url}
Ctrl-C ends everything.`);
    await desk.run();
  } catch (error) {
    if (stopping) return;
    await stop(1);
    throw error;
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
