// Goal: the cases of the conformance suite of Durable Streams that are about reading JSON pass.
// README.md says which these are; the list is support/read_side_cases.txt.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Server } from "../../life/test/support/server.mjs";
import { Shim } from "./support/shim.mjs";

const cases = readFileSync(new URL("./support/read_side_cases.txt", import.meta.url), "utf8")
  .split("\n")
  .filter(Boolean);

// The suite's results by the name of the case.
async function runSuite(url) {
  const pattern = `^(${cases.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})$`;
  const vitest = createRequire(import.meta.url).resolve("vitest/package.json").replace("package.json", "vitest.mjs");
  const child = spawn(
    process.execPath,
    [vitest, "run", "suite.test.mjs", "-t", pattern, "--reporter=json", "--testTimeout=30000"],
    {
      cwd: fileURLToPath(new URL("./conformance", import.meta.url)),
      env: { ...process.env, DURABLE_STREAMS_URL: url },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (errors += text));
  await once(child, "close");
  const begin = output.indexOf('{"numTotalTestSuites"');
  assert.notEqual(begin, -1, `no report:\n${output}\n${errors}`);
  return JSON.parse(output.slice(begin)).testResults.flatMap((file) => file.assertionResults);
}

test(`${cases.length} cases about reading JSON pass`, { timeout: 300_000 }, async () => {
  const server = await Server.create("--limits-long-poll", "2s", "--allowed-origins", "https://example.com");
  const shim = await Shim.create(server.url);
  try {
    const results = await runSuite(shim.url);
    const failed = results.filter((each) => each.status === "failed");
    assert.deepEqual(failed.map((each) => `${each.fullName}: ${each.failureMessages.join("\n")}`), []);
    const passed = results.filter((each) => each.status === "passed").map((each) => each.fullName);
    assert.deepEqual(passed.sort(), [...cases].sort());
  } finally {
    shim.end();
    await server.end();
  }
});
