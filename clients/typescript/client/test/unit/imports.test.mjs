// Goal: an import of any entry, and React on the server, touch no global and start nothing: in Node, and
// in an edge runtime.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { EdgeVM } from "@edge-runtime/vm";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";

import { trappedScope } from "../support/traps.mjs";

const root = new URL("../..", import.meta.url).pathname;
const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const entries = Object.entries(exports)
  .filter(([, target]) => target.default)
  .map(([name, target]) => [name, `${root}${target.default.slice(2)}`]);

// React reads globals itself, so it is loaded before the traps are set.
const needsReact = (text) => /(from |require\()"react"/.test(text);

function runInNode(name, ...options) {
  const program = [`${root}test/support/${name}`, ...options];
  return JSON.parse(execFileSync(process.execPath, program, { timeout: 20_000 }));
}

async function bundle(entryPoint) {
  const { outputFiles } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    format: "cjs",
    platform: "browser",
    conditions: ["edge-light", "worker"],
    external: entryPoint === "react" ? [] : ["react"],
    define: { "process.env.NODE_ENV": '"production"' },
    absWorkingDir: root,
    write: false,
  });
  return outputFiles[0].text;
}

// Runs a module of CommonJS, whose `require` knows React only.
async function runInEdge(text) {
  const vm = new EdgeVM();
  const run = (code, scope, react) => {
    const load = vm.evaluate(
      `(scope) => { with (scope) return (module, exports, require) => { ${code}\n }; }`,
    )(scope);
    const module = { exports: {} };
    load(module, module.exports, () => react);
    return module.exports;
  };
  const react = needsReact(text) && run(await bundle("react"), {});
  return run(text, trappedScope(vm.context), react);
}

describe("in Node", () => {
  test.each(entries)("%s", (_, path) => {
    const others = needsReact(readFileSync(path, "utf8")) ? ["react"] : [];
    const outcome = runInNode("import_alone.mjs", path, ...others);
    expect(outcome).toEqual({ result: true, added: [], started: [] });
  });

  test.each([
    ["const socket = globalThis.WebSocket;", { error: "touched the global WebSocket" }],
    ["typeof document", { error: "touched the global document" }],
    ["globalThis.courtside = {};", { added: ["courtside"] }],
    [
      "import { setInterval } from 'node:timers'; setInterval(Date, 1e9);",
      { started: ["Timeout"] },
    ],
  ])("what imports must not do is noticed: %s", (text, found) => {
    const outcome = runInNode("import_alone.mjs", `data:text/javascript,${text}`);
    expect(outcome).toMatchObject(found);
  });
});

test("a page with every hook, rendered on the server", () => {
  const outcome = runInNode("render_alone.mjs");
  expect(outcome).toEqual({ result: "idle 0 0", added: [], started: [] });
});

describe("in an edge runtime", () => {
  test.each(entries)("%s", async (_, path) => {
    const found = await runInEdge(await bundle(path));
    expect(Object.keys(found)).not.toHaveLength(0);
    // Neither does a client that does nothing yet.
    if (found.CourtsideClient) new found.CourtsideClient({ url: "https://example.org" });
    if (found.Publisher) new found.Publisher({ url: "https://example.org" });
  });

  test.each([
    ["const socket = WebSocket;", "WebSocket"],
    ["exports.has = typeof document;", "document"],
    ["exports.has = 'crypto' in globalThis && globalThis.crypto;", "crypto"],
    ["globalThis.courtside = {};", "courtside"],
  ])("what imports must not do is noticed: %s", async (text, name) => {
    await expect(runInEdge(text)).rejects.toThrow(`touched the global ${name}`);
  });

  test("the emulation has fetch, and neither a page nor Node", () => {
    const vm = new EdgeVM();
    const has = (name) => vm.evaluate(`typeof ${name}`) !== "undefined";
    expect(["fetch", "window", "document", "Buffer"].filter(has)).toEqual(["fetch"]);
  });
});
