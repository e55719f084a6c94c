// Goal: the WebSocket clients that applications use agree with the server on compression, whatever
// parameters they offer, and every message comes back as it was: plain, compressed, in fragments,
// without and with TLS.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { chromium } from "playwright-core";
import WebSocket from "ws";

import { Server } from "../../life/test/support/server.mjs";

const run = promisify(execFile);
const flags = ["--conformance-echo", "true", "--deflate", "true"];
const always = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

// Texts of JSON, as events are: short, at the threshold, long; and what cannot get smaller.
const jsonOf = (bytes) =>
  Array.from({ length: bytes / 16 }, (_, i) => `{"id":${i * 2654435761}},`).join("").slice(0, bytes);
const dense = Buffer.from(Array.from({ length: 5000 }, (_, i) => Math.imul(i * i, 2654435761) >>> 24));
const messages = [
  "", "Hello", jsonOf(1023), jsonOf(1024), jsonOf(60_000), `${jsonOf(3000)} \u{1f3f8} grüße`,
  dense, Buffer.from(jsonOf(40_000)), jsonOf(2_000_000),
];

// `answered` is what the server adds to `always`; null: it agrees on nothing.
const offers = [
  { name: "as it comes", options: true, answered: "" },
  { name: "none", options: false, answered: null },
  { name: "no takeover at either side", answered: "",
    options: { clientNoContextTakeover: true, serverNoContextTakeover: true } },
  { name: "takeover at the server, as it may", options: { serverNoContextTakeover: false }, answered: "" },
  { name: "everything compressed", options: { threshold: 0 }, answered: "" },
  { name: "a server's window of 8", options: { serverMaxWindowBits: 8 }, answered: null },
  ...[9, 10, 11, 12].map((bits) => ({
    name: `windows of ${bits}`, answered: `; server_max_window_bits=${bits}`,
    options: { threshold: 0, serverMaxWindowBits: bits, clientMaxWindowBits: bits },
  })),
  { name: "windows of 15", answered: "; server_max_window_bits=12",
    options: { threshold: 0, serverMaxWindowBits: 15, clientMaxWindowBits: 15 } },
];

async function open(url, options) {
  const socket = new WebSocket(url, { maxPayload: 2 ** 25, ...options });
  let agreed = null;
  socket.on("upgrade", ({ headers }) => (agreed = headers["sec-websocket-extensions"] ?? null));
  await once(socket, "open");
  return { socket, agreed: () => agreed };
}

// Sends the message and returns what comes back.
async function returned(socket, message) {
  socket.send(message);
  const [data, isBinary] = await once(socket, "message");
  return isBinary ? data : data.toString();
}

async function expectAll(socket) {
  for (const message of messages) assert.deepEqual(await returned(socket, message), message);
  for (const part of ["frag", "", jsonOf(5000)]) socket.send(part, { fin: false });
  socket.ping("between");
  assert.equal((await once(socket, "pong"))[0].toString(), "between");
  assert.equal(await returned(socket, "."), `frag${jsonOf(5000)}.`);
  socket.close(1000);
  assert.equal((await once(socket, "close"))[0], 1000);
}

let server;
before(async () => (server = await Server.create(...flags)));
after(() => server?.end());
const echo = () => `${server.url.replace("http", "ws")}/v1/echo`;

describe("npm ws", () => {
  for (const { name, options, answered } of offers)
    test(name, async () => {
      const { socket, agreed } = await open(echo(), { perMessageDeflate: options });
      assert.equal(agreed(), answered === null ? null : always + answered);
      await expectAll(socket);
    });

  // It says on the wire nothing of it, but fails on the answer.
  test("insists on takeover in vain", async () => {
    const options = { perMessageDeflate: { clientNoContextTakeover: false } };
    await assert.rejects(open(echo(), options), /Invalid Sec-WebSocket-Extensions header/);
  });

  test("with TLS", async () => {
    const folder = await mkdtemp(join(tmpdir(), "courtside-interop-"));
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    await run("openssl", [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost".split(" "),
      "-keyout", key, "-out", certificate,
    ]);
    const secure = await Server.create(...flags, "--tls-certificate-file", certificate, "--tls-key-file", key);
    try {
      const url = `wss://127.0.0.1:${secure.port}/v1/echo`;
      for (const perMessageDeflate of [true, { threshold: 0, serverMaxWindowBits: 10 }, false]) {
        const { socket } = await open(url, { perMessageDeflate, rejectUnauthorized: false });
        await expectAll(socket);
      }
    } finally {
      await secure.end();
      await rm(folder, { recursive: true });
    }
  });

  test("events of a subscription", async () => {
    const url = `${server.url.replace("http", "ws")}/v1/ws`;
    for (const perMessageDeflate of [true, false]) {
      const { socket } = await open(url, { perMessageDeflate });
      const channel = `deflate:${perMessageDeflate}`;
      const events = [];
      const isLive = new Promise((resolve) => {
        socket.on("message", (data) => {
          const message = JSON.parse(data);
          if (message.type === "live") resolve();
          if (message.type === "event") events.push(message.event.data);
        });
      });
      socket.send(JSON.stringify({ type: "hello" }));
      socket.send(JSON.stringify({ type: "subscribe", id: 1, sub: 1, channels: [channel] }));
      await isLive;
      const sent = [{ text: "short" }, { text: jsonOf(20_000) }, { text: jsonOf(1500) }];
      for (const [i, data] of sent.entries()) await server.publish([`${channel}-${i}`], { channel, data });
      while (events.length < sent.length) await once(socket, "message");
      assert.deepEqual(events, sent);
      socket.close();
    }
  });

  test("is refused as the RFC says", async () => {
    const { socket } = await open(echo(), { perMessageDeflate: { threshold: 0 } });
    socket.send("x".repeat(16 * 2 ** 20 + 1)); // 16 KiB on the wire
    assert.equal((await once(socket, "close"))[0], 1009);
  });
});

// A page's WebSocket offers what the browser does.
test("Chromium", async () => {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  const pages = http.createServer((_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end());
  pages.listen(0, "127.0.0.1");
  await once(pages, "listening");
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${pages.address().port}`);
    const texts = messages.filter((message) => typeof message === "string");
    const { extensions, back } = await page.evaluate(async ([url, sent]) => {
      const socket = new WebSocket(url);
      await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
      const answers = [];
      for (const text of sent) {
        const answer = new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(data)));
        socket.send(text);
        answers.push(await answer);
      }
      return { extensions: socket.extensions, back: answers };
    }, [echo(), texts]);
    assert.equal(extensions, always);
    assert.deepEqual(back, texts);
  } finally {
    await browser.close();
    pages.close();
  }
});

// The client in Python's standard parameters, and in others; see the program.
test("Python's websockets", async () => {
  const program = fileURLToPath(new URL("programs/deflate.py", import.meta.url));
  const { stdout } = await run("/usr/bin/python3", [program, echo()]);
  assert.match(stdout, /^([a-z ]+: ok\n)+$/);
});
