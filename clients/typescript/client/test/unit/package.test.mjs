// Goal: the package is small and complete.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { sizeOf } from "../support/sizes.mjs";

const root = new URL("../..", import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const parts = Object.keys(manifest.exports)
  .filter((name) => name.startsWith("./") && name !== "./package.json")
  .map((name) => name.slice(2));

let folder;
let archive;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "courtside-pack-"));
  const options = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [packed] = Object.values(JSON.parse(execFileSync("npm", options, { cwd: root })));
  archive = { path: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (program, ...options) =>
  execFileSync(process.execPath, [join(root, "../node_modules/.bin", program), ...options], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

// What is loaded at its first use, and what several parts share, counts as a file of its own.
const shared = ["index", "environment", "errors", "history", "http"];

test("the core has at most 5 kB", async () => {
  expect(await sizeOf("index", ["./sse.js", "./history.js"])).toBeLessThanOrEqual(5000);
});

test.each([...parts, "history", "http"])("the part %s has at most 1 kB", async (part) => {
  const others = shared.filter((name) => name !== part).map((name) => `./${name}.js`);
  expect(await sizeOf(part, [...others, "react", "react/jsx-runtime"])).toBeLessThanOrEqual(1000);
});

test("the archive has what it needs, and nothing else", () => {
  const others = archive.files.filter((path) => !/^dist\/\w+\.(js|d\.ts)$/.test(path));
  expect(others.sort()).toEqual(["LICENSE", "README.md", "package.json"]);
  for (const part of ["index", ...parts]) {
    expect(archive.files).toContain(`dist/${part}.js`);
    expect(archive.files).toContain(`dist/${part}.d.ts`);
  }
});

test("publint has nothing to say", () => {
  expect(run("publint", "run", "--strict", archive.path)).toContain("All good");
});

test("are the types wrong? No", () => {
  // It fails with a status other than 0.
  run("attw", archive.path, "--profile", "esm-only");
});

test("the package has no dependency", () => {
  expect(manifest.dependencies).toBeUndefined();
  expect(manifest.sideEffects).toBe(false);
});
