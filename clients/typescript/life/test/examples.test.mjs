// Goal: the clients of examples/clients show every event once and in order, whatever cuts them, and
// show a gap when the log is another one. README.md's client is the same program.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Proxy } from "./support/proxy.mjs";
import { program } from "./support/readme.mjs";
import { binary, environment, Server } from "./support/server.mjs";
import { until } from "./support/until.mjs";

const example = (name) => fileURLToPath(new URL(`../../../../examples/clients/${name}`, import.meta.url));
const javascript = readFileSync(example("client.mjs"), "utf8");
const secret = "0123456789abcdef0123456789abcdef";
const key = "key-of-the-service-0123456789abcdef";

let folder;
before(() => (folder = mkdtempSync(join(tmpdir(), "courtside-examples-"))));
after(() => rmSync(folder, { recursive: true, force: true }));

function edited(port, token) {
  const file = join(folder, `client-${port}.mjs`);
  const text = javascript
    .replace("127.0.0.1:8080", `127.0.0.1:${port}`)
    .replace("=> undefined;", `=> ${JSON.stringify(token)};`);
  writeFileSync(file, text);
  return file;
}

const languages = [
  { name: "JavaScript", command: (port, token) => [process.execPath, edited(port, token)] },
  // Debian's own Python, for which Debian's python3-websockets is.
  { name: "Python", command: () => ["/usr/bin/python3", example("client.py")] },
  { name: "C++", command: (port) => [process.env.COURTSIDE_TEST_EXAMPLE, `127.0.0.1:${port}`] },
];

function run(command, env) {
  const lines = [];
  const child = spawn("setpriv", ["--pdeathsig", "KILL", ...command], {
    env: { ...environment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", (line) => lines.push(line));
  return { lines, end: () => child.kill("SIGKILL"), ended: new Promise((done) => child.once("exit", done)) };
}

async function printed(command) {
  const program = run(command, { JWT_SECRET: secret });
  await program.ended;
  return until("its output", () => program.lines[0]);
}

// The clients of all languages, each live behind its own proxy, on one server with access control.
async function withClients(story, seconds = 3600) {
  const keys = join(folder, "keys");
  writeFileSync(keys, `test:${key}:event:publish\n`, { mode: 0o600 });
  const flags = ["--heartbeat", "1s", "--access-jwt-secret", secret, "--access-service-keys-file", keys];
  const server = await Server.create(...flags);
  const token = await printed([binary, "token", "--user", "42", "--role", "USER", "--expires", `${seconds}s`]);
  const clients = [];
  try {
    for (const { name, command } of languages) {
      const proxy = await Proxy.create(server.port);
      const url = `ws://127.0.0.1:${proxy.port}/v1/ws`;
      const env = { COURTSIDE_URL: url, COURTSIDE_TOKEN: token };
      clients.push({ name, proxy, ...run(command(proxy.port, token), env) });
    }
    for (const { name, lines } of clients)
      await until(`${name} is live`, () => lines.includes("live")).catch((error) => {
        throw new Error(`${error.message}\n${lines.join("\n")}`);
      });
    await story(server, clients);
  } finally {
    for (const client of clients) {
      client.end();
      client.proxy.end();
    }
    await server.end();
  }
}

const eventsOf = (lines) => lines.filter((line) => line.endsWith(" life.happened"));
const othersOf = (lines) => lines.filter((line) => line !== "live" && !line.endsWith(" life.happened"));
const expected = (count) =>
  Array.from({ length: count }, (_, i) => `${String(i + 1).padStart(20, "0")} life.happened`);

test("200 events, with cuts, silent connections and crashes: each once, in order", async (t) => {
  await withClients(async (server, clients) => {
    for (let count = 0; count < 200; ++count) {
      await server.publish([`e${count}`], { key });
      if (count % 40 === 20) for (const { proxy } of clients) proxy.forget();
      if (count % 20 === 10) for (const { proxy } of clients) proxy.cut();
      if (count % 80 === 57) {
        await server.stop("SIGKILL");
        await server.start();
      }
      // Nothing else ends the silent connections before this.
      if (count % 20 !== 5) continue;
      for (const { name, lines } of clients)
        await until(`${name} has event ${count}`, () => eventsOf(lines).length > count);
    }
    for (const { name, lines, proxy } of clients) {
      await t.test(name, async () => {
        await until("the last event", () => eventsOf(lines).length >= 200).catch(() => {});
        assert.deepEqual(eventsOf(lines), expected(200));
        assert.deepEqual(othersOf(lines), []);
        assert.ok(proxy.connections > 10, `${proxy.connections} connections`);
      });
    }
  });
});

test("another log under the same address: a gap is shown, and delivery goes on", async (t) => {
  await withClients(async (server, clients) => {
    await server.publish(["before"], { key });
    for (const { name, lines } of clients) await until(name, () => eventsOf(lines).length === 1);
    const first = server.folder;
    await server.stop("SIGKILL");
    server.folder = mkdtempSync(join(folder, "other-"));
    await server.start();
    await server.publish(["after"], { key });
    for (const { name, lines } of clients) {
      await t.test(name, async () => {
        await until("the event of the new log", () => eventsOf(lines).length === 2);
        assert.match(othersOf(lines).join("\n"), /^gap \w+:1 \w+:0$/);
      });
    }
    rmSync(first, { recursive: true, force: true });
  });
});

test("a token that is about to expire is renewed", async (t) => {
  await withClients(async (server, clients) => {
    await server.publish(["one"], { key });
    for (const { name, lines, proxy } of clients) {
      await t.test(name, async () => {
        await until("the event", () => eventsOf(lines).length === 1);
        await until("the answer to refresh", () => proxy.seen.includes('{"type":"ok","id":2}'));
        assert.deepEqual(othersOf(lines), []);
      });
    }
  }, 50);
});

test("README.md's client is the client of examples/clients", () => {
  const lines = program("client.mjs", 8080).split("\n");
  assert.equal(lines.shift(), "import WebSocket from 'ws';");
  const cut = lines.findIndex((line) => line.endsWith("// here the network fails"));
  lines.splice(cut, 1);
  assert.equal(lines.join("\n"), javascript);
});
