// How many events of a replay the client decodes and gives to a handler, beside npm centrifuge:
// node bench/replay.mjs [events]
//
// Both get the same CloudEvents, one per message, from a WebSocket in memory. A burst of messages
// comes in one turn of the loop, as from a socket that was read. The clients take turns, each in a
// process of its own; the line of each says the median of its rounds, and the slowest and fastest.
// No server and no network.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Centrifuge } from "centrifuge";

import { CourtsideClient } from "../dist/index.js";

const count = Number(process.argv[2] ?? 100_000);
const rounds = 5;
const burst = 64;

const eventOf = (offset) => ({
  specversion: "1.0",
  id: `0192f3c1-7a55-7e1c-9f3e-${String(offset).padStart(12, "0")}`,
  source: "/booking",
  type: "booking.confirmed",
  subject: `booking:b_${offset}`,
  time: "2026-11-01T10:00:00.000000Z",
  recordedtime: "2026-11-01T10:00:00.000000Z",
  sequence: String(offset).padStart(20, "0"),
  subjectversion: 2,
  actorid: "42",
  data: { bookingId: `b_${offset}`, accountId: "42", venueId: "7", start: "2026-11-02T18:00:00Z" },
});

// The frames and the answers of a server of each kind.
const courtside = {
  name: "@courtside/client",
  frame: (offset) =>
    JSON.stringify({ type: "event", sub: 1, position: `e1:${offset}`, event: eventOf(offset) }),
  answer({ type, id, sub }) {
    if (type === "hello")
      return { type: "welcome", session: "s", epoch: "e1", heartbeat: 25_000, maxmessage: 65_536 };
    if (type === "subscribe")
      return { type: "subscribed", id, sub, after: "e1:0", head: `e1:${count}` };
  },
  start: (WebSocket, handle) => {
    const client = new CourtsideClient({ url: "ws://bench", WebSocket });
    client.subscribe("user:42", handle, { from: "earliest" });
    return () => client.close();
  },
};

const centrifuge = {
  name: "centrifuge 5.8.0",
  frame: (offset) =>
    JSON.stringify({ push: { channel: "user:42", pub: { data: eventOf(offset), offset } } }),
  answer({ connect, id }) {
    if (connect) return { id, connect: { client: "c", version: "6", ping: 25, pong: true } };
    return { id, subscribe: { recoverable: true, positioned: true, epoch: "e1", offset: 0 } };
  },
  start: (WebSocket, handle) => {
    const client = new Centrifuge("ws://bench", { websocket: WebSocket });
    const subscription = client.newSubscription("user:42", { since: { offset: 0, epoch: "e1" } });
    subscription.on("publication", ({ data }) => handle(data));
    subscription.subscribe();
    client.connect();
    return () => client.disconnect();
  },
};

// What no client of these frames can exceed.
const ceiling = {
  name: "JSON.parse alone",
  frame: courtside.frame,
  answer: () => undefined,
  start: (WebSocket, handle) => {
    const socket = new WebSocket();
    socket.onopen = () => socket.send('{"type":"subscribe"}');
    socket.onmessage = ({ data }) => handle(JSON.parse(data).event);
    return () => {};
  },
};

// Resolves with events per second of CPU, so that other programs on the machine matter less: from the first message to the end of the last handler.
function replay({ frames, answer, start }) {
  return new Promise((resolve, reject) => {
    let begun;
    let handled = 0;
    class WebSocket {
      readyState = 1;
      constructor() {
        setImmediate(() => this.onopen?.({}));
      }
      send(text) {
        for (const line of text.split("\n")) {
          const message = JSON.parse(line);
          const said = answer(message);
          if (said) setImmediate(() => this.onmessage?.({ data: JSON.stringify(said) }));
          if (message.subscribe || message.type === "subscribe") setImmediate(() => this.feed(0));
        }
      }
      feed(from) {
        if (from === 0) begun = process.cpuUsage();
        const end = Math.min(from + burst, frames.length);
        for (let i = from; i < end; ++i) this.onmessage?.({ data: frames[i] });
        if (end < frames.length) setImmediate(() => this.feed(end));
      }
      close() {}
    }
    const stop = start(WebSocket, (event) => {
      handled += 1;
      if (Number(event.sequence) !== handled)
        reject(new Error(`${event.sequence} is out of order`));
      if (handled < frames.length) return;
      const { user, system } = process.cpuUsage(begun);
      setImmediate(() => {
        stop();
        resolve((frames.length * 1e6) / (user + system));
      });
    });
  });
}

const clients = [courtside, centrifuge, ceiling];

// The rate of the third replay: the first ones compile.
async function measure(client) {
  const frames = Array.from({ length: count }, (_, i) => client.frame(i + 1));
  await replay({ ...client, frames });
  await replay({ ...client, frames });
  console.log(await replay({ ...client, frames }));
}

function compare() {
  const rates = clients.map(() => []);
  for (let round = 0; round < rounds; ++round) {
    for (const [index] of clients.entries()) {
      const options = [fileURLToPath(import.meta.url), count, index];
      rates[index].push(Number(execFileSync(process.execPath, options, { encoding: "utf8" })));
    }
  }
  const medians = clients.map(({ name }, index) => {
    const sorted = rates[index].sort((one, other) => one - other);
    const shown = sorted.map((rate) => Math.round(rate).toLocaleString("en"));
    console.log(
      `${name}: ${shown[(rounds - 1) / 2]} events per second of CPU (${shown[0]} ... ${shown.at(-1)})`,
    );
    return sorted[(rounds - 1) / 2];
  });
  console.log(`ratio to ${centrifuge.name}: ${(medians[0] / medians[1]).toFixed(2)}`);
}

const [, , , index] = process.argv;
if (index === undefined) compare();
else await measure(clients[index]);
