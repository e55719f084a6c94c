// Runs the tests with the Node of npm's node-linux-*, whatever runs this: node test/run.mjs
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const node = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/bin/node`);
const files = [
  "packages.test.mjs",
  "schemas.test.mjs",
  "conformance.test.mjs",
  "durable_streams.test.mjs",
  "durable_gaps.test.mjs",
  "durable_rights.test.mjs",
  "websocket_deflate.test.mjs",
];
// A client of Durable Streams repeats a request that fails before its answer for ever, also when
// nobody reads its stream any more.
// Most files wait most of the time, so that three at a time fit on any machine.
const flags = ["--test", "--test-force-exit", "--test-concurrency=3", "--test-reporter=spec"];
const { status } = spawnSync(node, [...flags, ...files], {
  cwd: fileURLToPath(new URL(".", import.meta.url)),
  stdio: "inherit",
});
process.exit(status ?? 1);
