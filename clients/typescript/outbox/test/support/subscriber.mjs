// A client as docs/protocol.md describes it: it remembers the position of the last event that it
// has handled, and resumes from there after every lost connection. It drops nothing, so an event
// that the server sends twice is in `events` twice.
import { WebSocket } from "ws";

import { until } from "./until.mjs";

export class Subscriber {
  events = [];
  connections = 0;

  /** Returns when it is live. `port` is the server's. */
  static async connect({ port, token, channels, name }) {
    const subscriber = new Subscriber();
    Object.assign(subscriber, { port, token, channels, name });
    subscriber.open();
    await until(`${name} is live`, () => subscriber.live);
    return subscriber;
  }

  open() {
    this.live = false;
    this.socket = new WebSocket(`ws://127.0.0.1:${this.port}/v1/ws`, "courtside.v1.json");
    this.socket.on("open", () => this.say({ type: "hello", token: this.token }));
    this.socket.on("message", (text) => this.take(JSON.parse(text)));
    this.socket.on("error", () => {}); // The server may be down; "close" follows.
    this.socket.on("close", (code) => {
      if (code >= 4400) this.failure ??= `closed with ${code}`;
      if (!this.closed) this.again = setTimeout(() => this.open(), 10);
    });
  }

  say(message) {
    this.socket.send(JSON.stringify(message));
  }

  take(message) {
    switch (message.type) {
      case "welcome": {
        this.connections += 1;
        const from = this.position === undefined ? "now" : { after: this.position };
        return this.say({ type: "subscribe", id: 1, sub: 1, channels: this.channels, from });
      }
      case "subscribed":
        this.position ??= message.after;
        return;
      case "event":
        this.events.push(message.event);
        this.position = message.position;
        return this.onEvent?.(message.event);
      case "live":
        this.live = true;
        this.position = message.position;
        return;
      case "progress":
        if (this.live) this.position = message.position;
        return;
      case "behind":
        this.live = false;
        return;
      case "ping":
        return this.say({ type: "pong" });
      default: // gap, error, unsubscribed: must not occur in these tests
        this.failure ??= JSON.stringify(message);
    }
  }

  /** Waits until it has `count` events, and not for more. */
  has(count) {
    const seen = () => this.events.map(({ type, subject }) => `${type} ${subject}`).join("\n");
    return until(`${this.name} sees ${count} events`, () => {
      if (this.failure !== undefined) throw new Error(`${this.name}: ${this.failure}`);
      return this.events.length >= count;
    }).catch((error) => {
      error.message += `; there are ${this.events.length}:\n${seen()}`;
      throw error;
    });
  }

  end() {
    this.closed = true;
    clearTimeout(this.again);
    this.socket.terminate();
  }
}
