// Goal: whatever a network or proxy does to a stream of server-sent events, each event arrives whole
// and nothing else is taken for one. The answers are made here.
import { afterEach, expect, test, vi } from "vitest";

import { CourtsideClient } from "../../dist/index.js";
import { SseSocket } from "../../dist/sse.js";
import { until } from "../support/until.mjs";

afterEach(() => vi.unstubAllGlobals());

/** Answers streams by their channel: bytes, each in a part of its own, or a refusal. */
function setUp(answers) {
  vi.stubGlobal("fetch", async (address) => {
    const { pathname, searchParams } = new URL(address);
    if (pathname === "/health") return Response.json({});
    const answer = answers[searchParams.get("channel")];
    if (answer.status) return Response.json(answer, { status: answer.status });
    const start = (stream) => {
      for (const byte of new TextEncoder().encode(answer)) stream.enqueue(Uint8Array.of(byte));
    };
    return new Response(new ReadableStream({ start }));
  });
  const client = new CourtsideClient({ url: "http://test", WebSocket: SseSocket });
  const states = [];
  client.onState(() => states.push(client.state.status));
  return { client, states };
}

const progress = (offset, live) =>
  `id: e1:${offset}\nevent: courtside.progress\ndata: {"live":${live}}\n\n`;

test("byte by byte, with comments, line ends of JavaScript and data in several lines", async () => {
  const text = "पांच 🏏\u2028id: e9:9\u2029data: {}";
  const { client, states } = setUp({
    "a:1":
      `${progress(0, false)}: a proxy's comment\n\n` +
      `id: e1:1\nevent: t\ndata: {"id":"one",\ndata: "data":${JSON.stringify({ text })}}\n\n` +
      `:\n\n${progress(1, true)}id: e1:2\nevent: t\ndata: {"id":"two"}\n\n`,
  });
  const seen = [];
  client.subscribe("a:1", ({ id, data }, { position }) => seen.push([id, position, data?.text]));
  await until("both", () => seen.length > 1);
  expect(seen).toEqual([
    ["one", "e1:1", text],
    ["two", "e1:2", undefined],
  ]);
  expect(states).toEqual(["connecting", "open"]);
  await client.close();
});

test("without a token, a refused subscription ends alone", async () => {
  const { client, states } = setUp({
    "a:1": progress(0, false),
    "a:2": { status: 401, code: "unauthorized", detail: "no token" },
  });
  const reader = client.subscribe("a:1", () => {});
  await expect(client.subscribe("a:2").ended).rejects.toMatchObject({ code: "unauthorized" });
  await until("the other is read", () => reader.position);
  expect(states).toEqual(["connecting", "open"]);
  await client.close();
});
