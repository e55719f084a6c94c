// Runs the matrix with the Node of npm's node-linux-*, whatever runs this: node peers/run.mjs
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const node = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/bin/node`);
const { status } = spawnSync(
  node,
  [...process.argv.slice(2), "--test", "--test-reporter=spec", "peers.test.mjs"],
  { cwd: fileURLToPath(new URL(".", import.meta.url)), stdio: "inherit" },
);
process.exit(status ?? 1);
