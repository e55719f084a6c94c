// How many events of a replay the client decodes and gives to a handler, beside npm centrifuge:
// node bench/replay.mjs [events]
//
// All get the same CloudEvents from a WebSocket in memory, as texts, in messages as the servers send
// them. A burst of messages comes in one turn of the loop, as from a socket that was read. The
// clients take turns, each in a process of its own; the line of each has the median of its rounds,
// the slowest and the fastest, and how many times it is as fast as each of the two forms of
// centrifuge. CPU time is measured, so that other programs on the machine matter
// less. No server and no network.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Centrifuge } from "centrifuge";

import { CourtsideClient } from "../dist/index.js";

const count = Number(process.argv[2] ?? 100_000);
const rounds = 5;
const burst = 64;
const batchBytes = 65_536;

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
const offsets = Array.from({ length: count }, (_, index) => index + 1);

// Texts joined to messages of at most `batchBytes`.
function batches(texts, join) {
  const messages = [];
  let part = [];
  let bytes = 0;
  for (const text of texts) {
    if (part.length > 0 && bytes + text.length > batchBytes) {
      messages.push(join(part));
      part = [];
      bytes = 0;
    }
    part.push(text);
    bytes += text.length;
  }
  messages.push(join(part));
  return messages;
}

// A server of Courtside and its client, with these options of `subscribe`.
function courtside(name, options) {
  const { fields, batch = true } = options;
  const sent = (offset) => {
    const event = eventOf(offset);
    return fields ? Object.fromEntries(fields.map((field) => [field, event[field]])) : event;
  };
  const item = (offset) => ({ position: `e1:${offset}`, event: sent(offset) });
  return {
    name: `@courtside/client, ${name}`,
    messages: () =>
      batch
        ? batches(
            offsets.map((offset) => JSON.stringify(item(offset))),
            (items) => `{"type":"events","sub":1,"events":[${items}]}`,
          )
        : offsets.map((offset) => JSON.stringify({ type: "event", sub: 1, ...item(offset) })),
    answer({ type, id, sub }) {
      if (type === "hello")
        return {
          type: "welcome",
          session: "s",
          epoch: "e1",
          heartbeat: 25_000,
          maxmessage: 65_536,
        };
      if (type === "subscribe")
        return { type: "subscribed", id, sub, after: "e1:0", head: `e1:${count}` };
    },
    start: (WebSocket, handle) => {
      const client = new CourtsideClient({ url: "ws://bench", WebSocket });
      client.subscribe("user:42", { from: "earliest", ...options }, handle);
      return () => client.close();
    },
  };
}

// Its server may write several replies into one message, one per line.
function centrifuge(name, join) {
  const line = (offset) =>
    JSON.stringify({ push: { channel: "user:42", pub: { data: eventOf(offset), offset } } });
  return {
    name: `centrifuge 5.8.0, ${name}`,
    messages: () => (join ? batches(offsets.map(line), join) : offsets.map(line)),
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
}

// What no client of these messages can exceed.
const parsing = (client) => ({
  name: `JSON.parse alone${client.name.slice(client.name.indexOf(","))}`,
  messages: client.messages,
  answer: () => undefined,
  start: (WebSocket, handle) => {
    const socket = new WebSocket();
    socket.onopen = () => socket.send('{"type":"subscribe"}');
    socket.onmessage = ({ data }) => {
      const { event, events } = JSON.parse(data);
      if (event) handle(event);
      else for (const item of events) handle(item.event);
    };
    return () => {};
  },
});

const whole = courtside("as it is", {});
const single = courtside("batch: false", { batch: false });
const some = courtside("fields: id, type, subject, data", {
  fields: ["id", "type", "subject", "data"],
});
const least = courtside("fields: type, data", { fields: ["type", "data"] });
const clients = [
  whole,
  single,
  some,
  least,
  centrifuge("one event a message"),
  centrifuge("64 KiB of events a message", (lines) => lines.join("\n")),
  ...[whole, single, some, least].map(parsing),
];

// Resolves with seconds of CPU per event: from the first message to the end of the last handler.
function replay({ messages, answer, start }) {
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
        const end = Math.min(from + burst, messages.length);
        for (let i = from; i < end; ++i) this.onmessage?.({ data: messages[i] });
        if (end < messages.length) setImmediate(() => this.feed(end));
      }
      close() {}
    }
    const stop = start(WebSocket, (event) => {
      handled += 1;
      if (event.data.bookingId !== `b_${handled}`)
        reject(new Error(`${event.data.bookingId} is out of order`));
      if (handled < count) return;
      const { user, system } = process.cpuUsage(begun);
      setImmediate(() => {
        stop();
        resolve((user + system) / 1e6 / count);
      });
    });
  });
}

// Of the third replay: the first ones compile.
async function measure({ messages, ...client }) {
  const texts = messages();
  await replay({ ...client, messages: texts });
  await replay({ ...client, messages: texts });
  console.log(await replay({ ...client, messages: texts }));
}

function compare() {
  const costs = clients.map(() => []);
  for (let round = 0; round < rounds; ++round) {
    for (const [index] of clients.entries()) {
      const options = [fileURLToPath(import.meta.url), count, index];
      costs[index].push(Number(execFileSync(process.execPath, options, { encoding: "utf8" })));
    }
  }
  const medians = costs.map((each) => each.sort((one, other) => one - other)[(rounds - 1) / 2]);
  const peers = medians.filter((_, index) => clients[index].name.startsWith("centrifuge"));
  const rate = (cost) => Math.round(1 / cost).toLocaleString("en");
  for (const [index, { name }] of clients.entries()) {
    const [cost, each] = [medians[index], costs[index]];
    console.log(
      `${name}: ${(cost * 1e6).toFixed(2)} CPU-seconds per million events, ` +
        `${rate(cost)} events/s (${rate(each.at(-1))} ... ${rate(each[0])}), ` +
        `times centrifuge: ${peers.map((peer) => (peer / cost).toFixed(2)).join(", ")}`,
    );
  }
}

const [, , , index] = process.argv;
if (index === undefined) compare();
else await measure(clients[index]);
