// Checks the format, the lint rules and the types, builds, and runs every test: node test/run.mjs
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const here = createRequire(import.meta.url);
const clients = createRequire(new URL("../../clients/typescript/package.json", `file://${root}`));

function node(...options) {
  const { status } = spawnSync(process.execPath, options, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

if (!process.env.COURTSIDE_TEST_BINARY) {
  console.error("COURTSIDE_TEST_BINARY must be the server's program");
  process.exit(1);
}
node(clients.resolve("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", ".");
node(here.resolve("typescript/bin/tsc"), "-p", ".");
const vite = fileURLToPath(new URL("bin/vite.js", `file://${here.resolve("vite/package.json")}`));
node(vite, "build");
node(vite, "build", "--ssr", "--outDir", "dist/server");
const tests = ["contrast", "evening", "page"].map((name) => `test/${name}.test.mjs`);
node("--test", "--test-reporter=spec", ...tests);
