// Goal: docs/client.md is what the comments of the sources say, and every name that the package
// exports has a comment.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = new URL("../..", import.meta.url).pathname;

test("docs/client.md is current, and no export is without a comment", async () => {
  const { stderr } = await promisify(execFile)(process.execPath, ["api.mjs", "--check"], {
    cwd: root,
  });
  expect(stderr).toBe("");
}, 120_000);
