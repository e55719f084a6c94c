// Goal: the package agrees with its package.json: no dependencies, the same exports with import and
// require, types for both.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as module from "@courtside/outbox";

const require = createRequire(import.meta.url);
const manifest = require("@courtside/outbox/package.json");
const root = new URL("../", import.meta.url);

test("import and require have the same exports", () => {
  assert.deepEqual(Object.keys(require("@courtside/outbox")).sort(), Object.keys(module).sort());
  assert.deepEqual(Object.keys(module).sort(), [
    "actorOf",
    "createOutbox",
    "currentContext",
    "outboxEvent",
    "outboxEvents",
    "outboxMiddleware",
    "runWithContext",
  ]);
});

test("every file that the manifest names exists and is packed", () => {
  const { types, main } = manifest;
  const named = [types, main, ...Object.values(manifest.exports["."]).flatMap(Object.values)];
  for (const path of named) {
    assert.ok(existsSync(new URL(path, root)), path);
    assert.ok(manifest.files.includes(path.split("/")[1]), path);
  }
  assert.equal(require(new URL("dist/cjs/package.json", root).pathname).type, "commonjs");
});

test("nothing else is needed at run time", () => {
  for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"]) {
    assert.equal(manifest[kind], undefined, kind);
  }
  assert.equal(manifest.sideEffects, false);
});
