// A server with a log in memory: positions, live delivery, progress, retention and new epochs.
import { FakeServer, welcome } from "./fake.mjs";

export class LogServer extends FakeServer {
  epoch = "e1";
  events = []; // {channel, event}, the offset is the index + 1
  earliest = 1;
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

  #subscribe({ id, sub, channels, from }, socket) {
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
    for (let offset = after + 1; offset <= head; offset += 1) {
      this.#deliver(socket, sub, channels, offset);
    }
    socket.say({ type: "live", sub, position: this.at(head) });
    this.#live.get(socket).set(sub, channels);
  }

  #deliver(socket, sub, channels, offset) {
    const { channel, event } = this.events[offset - 1];
    if (!channels.includes(channel)) return;
    socket.say({ type: "event", sub, position: this.at(offset), event });
  }

  append(channel, id) {
    this.events.push({ channel, event: { id, type: "test.happened" } });
    for (const [socket, subs] of this.#live) {
      for (const [sub, channels] of subs) this.#deliver(socket, sub, channels, this.events.length);
    }
  }

  progress() {
    for (const socket of this.#live.keys()) {
      socket.say({ type: "progress", position: this.at(this.events.length) });
    }
  }
}
