// Goal: the programs of docs/tokens.md make tokens that the real server accepts, and the server
// answers with each message of its tables for the reason that the page gives.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EncryptJWT, SignJWT, UnsecuredJWT } from "jose";
import jwt from "jsonwebtoken";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";

import { Server } from "../support/server.mjs";
import { until } from "../support/until.mjs";

const page = readFileSync(new URL("../../../../../docs/tokens.md", import.meta.url), "utf8");
const modules = fileURLToPath(new URL("../../../node_modules/", import.meta.url));
const secret = "0123456789abcdef0123456789abcdef";
const account = { id: "42", role: "USER" };
const issuer = "https://login.example.org";

let folder;
let bySecret;
let byKeys;

// The page's programs lie in a folder with the packages that they import. Of NextAuth, which needs
// all of Next, only what a session is stands there.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "courtside-tokens-"));
  for (const [, name, text] of page.matchAll(/^```js (\S+)\n(.*?)^```$/gms))
    writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, "node_modules/next-auth"), { recursive: true });
  for (const name of ["jose", "jsonwebtoken"])
    symlinkSync(join(modules, name), join(folder, "node_modules", name));
  const getToken = "exports.getToken = async ({ req }) => req.session";
  writeFileSync(join(folder, "node_modules/next-auth/jwt.js"), getToken);
  const exported = { name: "next-auth", exports: { "./jwt": "./jwt.js" } };
  writeFileSync(join(folder, "node_modules/next-auth/package.json"), JSON.stringify(exported));
  const auth = `export const auth = async () => ({ user: ${JSON.stringify(account)} });`;
  writeFileSync(join(folder, "auth.mjs"), auth);
  execFileSync(process.execPath, ["make-keys.mjs"], { cwd: folder });
  process.env.JWT_SECRET = secret;
  const unlimited = ["--limits-failed-logins-per-minute", "0"]; // of bad tokens
  bySecret = await Server.create("--access-jwt-secret", secret, ...unlimited);
  const keys = ["--access-jwks-file", join(folder, "keys.json")];
  const origin = ["--access-jwt-issuer", issuer, "--access-jwt-audience", "courtside"];
  byKeys = await Server.create(...keys, ...origin, ...unlimited);
});
afterAll(async () => {
  await bySecret?.end();
  await byKeys?.end();
  rmSync(folder, { recursive: true, force: true });
});

async function answer(server, token) {
  const response = await fetch(`${server.url}/v1/events?channel=user:42`, {
    headers: { authorization: `Bearer ${token}`, connection: "close" },
  });
  const { code, detail } = await response.json();
  return response.status === 200 ? "accepted" : `${response.status} ${code}: ${detail}`;
}

// A program runs in its own process, as an application would, and its result is the output.
function result(program, expression) {
  const url = JSON.stringify(pathToFileURL(join(folder, program)).href);
  const text = `const program = await import(${url}); console.log(await (${expression}));`;
  const options = { cwd: folder, encoding: "utf8" };
  return execFileSync(process.execPath, ["--input-type=module", "-e", text], options).trim();
}

const call = `program.courtsideToken(${JSON.stringify(account)})`;

test.each([
  ["jsonwebtoken.mjs", "42"],
  ["jose.mjs", "42"],
  ["jsonwebtoken.mjs", 42],
  ["jose.mjs", 42],
])("the token of %s is accepted for the account %o", async (program, id) => {
  const token = result(program, `program.courtsideToken(${JSON.stringify({ ...account, id })})`);
  expect(jwt.decode(token)).toMatchObject({ sub: "42", userRole: "USER", type: "ACCESS" });
  expect(await answer(bySecret, token)).toBe("accepted");
});

test.each([
  ["next-auth-4.mjs", `{ session: { sub: "42", role: "USER" } }`],
  ["next-auth-5.mjs", "{}"],
])("the token of %s is accepted", async (program, request) => {
  const token = result(program, `program.GET(${request}).then((answer) => answer.text())`);
  expect(await answer(bySecret, token)).toBe("accepted");
});

test("without a session of NextAuth there is no token", () => {
  expect(result("next-auth-4.mjs", "program.GET({}).then((answer) => answer.status)")).toBe("401");
});

test("the token that a private key signed is accepted by the server with the JWKS file", async () => {
  expect(await answer(byKeys, result("jwks.mjs", call))).toBe("accepted");
});

test("a ticket opens one stream of CloudEvents", async () => {
  const token = JSON.stringify(result("jose.mjs", call));
  const url = result("ticket.mjs", `program.streamUrl("${bySecret.url}", ${token}, "user:42")`);
  const states = [];
  for (const round of [0, 1]) {
    const socket = new WebSocket(url, "cloudevents.json");
    socket.on("error", () => {});
    socket.on("open", () => states.push("open"));
    socket.on("unexpected-response", (_, response) => states.push(response.statusCode));
    await until("an answer", () => states.length > round);
    socket.terminate();
  }
  expect(states).toEqual(["open", 401]);
});

const now = () => Math.floor(Date.now() / 1000);
const claims = (more) => ({
  ...{ type: "ACCESS", sub: "42", userRole: "USER", iat: now(), exp: now() + 300 },
  ...more,
});
const key = new TextEncoder().encode(secret);
const signed = (more, header = {}, by = key) =>
  new SignJWT(claims(more)).setProtectedHeader({ alg: "HS256", ...header }).sign(by);
const encrypted = (enc, bytes) =>
  new EncryptJWT(claims())
    .setProtectedHeader({ alg: "dir", enc })
    .encrypt(new Uint8Array(bytes).fill(7));
const byPrivateKey = (more) => {
  const pem = readFileSync(join(folder, "private.pem"));
  const wanted = { type: undefined, iss: issuer, aud: "courtside" };
  return jwt.sign(claims({ ...wanted, ...more }), pem, { algorithm: "ES256", keyid: "2026-11" });
};
const otherKey = async () => {
  const { privateKey } = await import("node:crypto").then(({ generateKeyPairSync }) =>
    generateKeyPairSync("ec", { namedCurve: "P-256" }),
  );
  return jwt.sign(claims(), privateKey, { algorithm: "ES256", keyid: "2026-11" });
};
const none = undefined; // JSON leaves it out
const tooMany = Array.from({ length: 257 }, (_, i) => `p${i}`);

// [message, tokens that are refused with it, the server]
const refusals = [
  ["the token's claim `type` is not ACCESS", [{ type: none }, { type: "REFRESH" }]],
  ["the token's claim `userId` is no account's id", [{ userId: 42 }, { userId: "x".repeat(65) }]],
  [
    "the token's claim `sub` is no account's id",
    [{ sub: none }, { sub: 42 }, { sub: "" }, { sub: "a\nb" }],
  ],
  ["the token's claim `exp` is no time", [{ exp: none }, { exp: "1790000300" }]],
  ["the token has expired", [{ exp: now() - 60 }]],
  ["the token's claim `iat` is no time", [{ iat: "now" }]],
  ["the token's claim `iat` is still to come", [{ iat: now() + 60 }, { iat: Date.now() }]],
  ["the token is older than a token may be", [{ iat: now() - 2 * 86_400 }]],
  [
    "the token's claim `exp` is further ahead than a token may be old, and there is no `iat`",
    [{ iat: none, exp: now() + 2 * 86_400 }],
  ],
  ["the token's claim `nbf` is still to come", [{ nbf: now() + 60 }]],
  [
    "the token's claim `iss` is not the issuer that is taken",
    [{ iss: none }, { iss: "x" }],
    "keys",
  ],
  ["the token's claim `aud` does not name this server", [{ aud: none }, { aud: ["x"] }], "keys"],
  ["the token's claim `userRole` is no role's name", [{ userRole: "x".repeat(129) }]],
  [
    "the token's claim `permissions` is no list of texts, or too long a one",
    [{ permissions: "booking:read_own" }, { permissions: tooMany }],
  ],
  ["the token's claim `venueId` has a malformed text", [{ venueId: "" }]],
  ["the token's claim `channels` has a malformed text", [{ channels: ["venue"] }]],
  [
    "the credential is neither a token nor a known key",
    [() => encrypted("A256GCM", 32), () => encrypted("A256CBC-HS512", 64), () => "x"],
  ],
  ["the token is not three parts in base64url", [() => "a!.b.c"]],
  [
    "the token's header names no supported algorithm",
    [
      () => new UnsecuredJWT(claims()).encode(),
      () => jwt.sign(claims(), secret, { algorithm: "HS512" }),
    ],
  ],
  [
    "the token's header has `jku`, which is not allowed",
    [() => signed({}, { jku: "https://example.org" })],
  ],
  ["no known key matches the token's `kid` and `alg`", [() => byPrivateKey()]],
  [
    "the token was signed with another secret",
    [
      () => signed({}, {}, Buffer.from(secret, "base64")),
      () => signed({}, {}, Buffer.alloc(32, 1)),
    ],
  ],
  ["the token was signed with another key", [otherKey], "keys"],
  [
    "the token's claims are no JSON object with each name once",
    [Object.fromEntries(tooMany.map((name) => [name, 1]))],
  ],
];

test.each(refusals)("%s", async (message, tokens, server) => {
  const code = /expired|older/.test(message) ? "token_expired" : "unauthorized";
  for (const each of tokens) {
    const make =
      typeof each === "function" ? each : server ? () => byPrivateKey(each) : () => signed(each);
    const to = server ? byKeys : bySecret;
    expect(await answer(to, await make())).toBe(`401 ${code}: ${message}`);
  }
});

test("the page has these messages and no others", () => {
  const rows = page.split("\n").filter((line) => /^\|.*\|$/.test(line));
  const last = rows.map((row) => /(`+)((?:(?!\1).)+)\1 \|$/.exec(row)?.[2].trim());
  const provoked = [...refusals.map(([message]) => message), "the credential is too long"];
  expect(last.filter((text) => text?.includes(" ")).sort()).toEqual(provoked.sort());
});

test.each([
  ["another claim", { anything: { goes: [1] } }],
  ["userId, which wins over sub", { userId: "42", sub: "7" }],
  ["a list of venues", { venueId: ["7", "8"] }],
  ["channels and patterns", { channels: ["venue:7", "ops:*"] }],
  ["times with a fraction", { iat: Date.now() / 1000, exp: Date.now() / 1000 + 60 }],
  ["milliseconds as `exp`", { exp: Date.now() }],
])("%s is accepted", async (_, more) => {
  expect(await answer(bySecret, await signed(more))).toBe("accepted");
});

test("milliseconds as `exp` mean 24 h, and a bad token in `hello` closes with its message", async () => {
  const hello = async (token) => {
    const socket = new WebSocket(
      `${bySecret.url.replace("http", "ws")}/v1/ws`,
      "courtside.v1.json",
    );
    socket.on("open", () => socket.send(JSON.stringify({ type: "hello", token })));
    const said = [];
    socket.on("message", (text) => said.push(JSON.parse(text)));
    socket.on("close", (code, reason) => said.push(`${code} ${reason}`));
    await until("an answer", () => said.length > 0);
    socket.terminate();
    return said[0];
  };
  const { expiresin } = await hello(await signed({ exp: Date.now() }));
  expect(expiresin).toBeGreaterThan(86_300);
  expect(expiresin).toBeLessThanOrEqual(86_400);
  const long = await signed({ more: "x".repeat(8192) });
  expect(await hello(long)).toBe("4401 the credential is too long");
  expect(await hello(await signed({ type: none }))).toBe(
    "4401 the token's claim `type` is not ACCESS",
  );
});
