// A server with a log in memory: positions, live delivery, progress, retention and new epochs. Events
// come in batches of at most `batchMax` where the client asks for them, and one by one otherwise.
import { FakeServer, welcome } from "./fake.mjs";

export class LogServer extends FakeServer {
  epoch = "e1";
  events = []; // {channel, event}, the offset is the index + 1
  earliest = 1;
  batchMax = 3;
  #live = new Map(); // socket → Map(sub → request)

  constructor() {
    super();
    this.script = {
      hello: (_, socket) => {
        this.#live.set(socket, new Map());
        socket.say(welcome({ epoch: this.epoch, head: this.at(this.events.length) }));
      },
      subscribe: (message, socket) => this.#subscribe(message, socket),
      unsubscribe: ({ id, sub }, socket) => {
        this.#live.get(socket).delete(sub);
        socket.say({ type: "ok", id });
      },
    };
  }

  at(offset) {
    return `${this.epoch}:${offset}`;
  }

  #subscribe(request, socket) {
    const { id, sub, from } = request;
    const head = this.events.length;
    let after = head;
    let isForeign = false;
    if (from === "earliest") after = this.earliest - 1;
    if (from?.after) {
      const [epoch, offset] = from.after.split(":");
      isForeign = epoch !== this.epoch || Number(offset) > head;
      after = isForeign ? this.earliest - 1 : Number(offset);
    }
    socket.say({ type: "subscribed", id, sub, after: isForeign ? from.after : this.at(after) });
    if (isForeign) {
      socket.say({ type: "gap", sub, reason: "epoch", from: from.after, to: this.at(after) });
    }
    if (after < this.earliest - 1) {
      const to = this.earliest - 1;
      socket.say({
        type: "gap",
        sub,
        reason: "expired",
        from: this.at(after + 1),
        to: this.at(to),
      });
      after = to;
    }
    this.#deliver(socket, request, after + 1);
    socket.say({ type: "live", sub, position: this.at(head) });
    this.#live.get(socket).set(sub, request);
  }

  // What it wants of the events from `first` on.
  #deliver(socket, { sub, channels, batch }, first) {
    const events = this.events
      .map(({ channel, event }, index) => ({ channel, event, position: this.at(index + 1) }))
      .filter(({ channel }, index) => index + 1 >= first && channels.includes(channel))
      .map(({ event, position }) => ({ position, event }));
    while (events.length > 0) {
      if (batch) socket.say({ type: "events", sub, events: events.splice(0, this.batchMax) });
      else socket.say({ type: "event", sub, ...events.shift() });
    }
  }

  append(channel, ...ids) {
    const first = this.events.length + 1;
    for (const id of ids) this.events.push({ channel, event: { id, type: "test.happened" } });
    for (const [socket, requests] of this.#live) {
      for (const [, request] of requests) this.#deliver(socket, request, first);
    }
  }

  progress() {
    for (const socket of this.#live.keys()) {
      socket.say({ type: "progress", position: this.at(this.events.length) });
    }
  }
}
