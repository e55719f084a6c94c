/**
 * One socket for all tabs. The tab that holds a lock leads: it has the real socket, and the sockets of
 * all tabs are links to it over a BroadcastChannel. Each tab keeps its own subscriptions and
 * positions; the leader only translates their numbers.
 *
 * @module
 */
import { newId } from "./environment.js";
import type { Message, Socket, SocketConstructor } from "./options.js";

// To the leader: what the link `from` sent, and the address and subprotocol of the real socket.
interface Sent {
  from: string;
  text: string;
  target: [url: string, protocol: string];
}

// To the links: a message for `to` or for all, the end of the real socket, or, if it is empty, that
// another tab leads now.
interface Told {
  to?: string | undefined;
  message?: Message;
  end?: { code: number; reason: string };
}

type Note = Sent | Told;

type Lead = (sent: Sent) => void;

/**
 * A class for the option `WebSocket`. Tabs with the same name share a socket, so the name must
 * contain the account. Without Web Locks (a page without TLS), each tab has its own socket.
 */
export function sharedSocket(name: string, Real: object = WebSocket): SocketConstructor {
  const Class = Real as SocketConstructor;
  const { locks } = navigator;
  if (!locks) return Class;
  const links = new Map<string, (told: Told) => void>();
  const channel = new BroadcastChannel(name);
  let lead: Lead | undefined;

  function take(note: Note): void {
    if ("from" in note) return lead?.(note);
    for (const [id, link] of links) if ((note.to ?? id) === id) link(note);
  }

  // A channel gives nothing back to its own tab.
  function post(note: Note): void {
    channel.postMessage(note);
    queueMicrotask(() => take(note));
  }

  class Link implements Socket {
    declare onopen: Socket["onopen"];
    declare onmessage: Socket["onmessage"];
    declare onclose: Socket["onclose"];
    declare onerror: Socket["onerror"];
    declare send: Socket["send"];
    declare close: Socket["close"];

    constructor(...target: [url: string, protocol: string]) {
      const id = newId();
      // Until the welcome; then empty.
      let hello: string | undefined;
      let release!: () => void;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      this.send = (text) => {
        hello ??= text;
        post({ from: id, text, target });
      };
      this.close = () => {
        links.delete(id);
        release();
      };
      links.set(id, ({ message, end }) => {
        if (message) {
          if (message.type === "welcome") hello = "";
          this.onmessage?.({ data: JSON.stringify(message) });
        } else if (end || hello === "") {
          this.close();
          this.onclose?.(end ?? { code: 1006, reason: "" });
        } else if (hello) {
          // A leader that is new has not heard it yet.
          this.send(hello);
        }
      });
      // Its end, also by a crash of the tab, gives the lock to the leader.
      void locks.request(`${name} ${id}`, () => {
        this.onopen?.({} as never);
        return held;
      });
    }
  }

  // In the tab that leads.
  function leader(): Lead {
    let real: Socket | undefined;
    let welcome: Message | undefined;
    let last = 0;
    // When its silence means that the socket is dead.
    let deadAt: number;
    const greeted = new Set<string>();
    // The number of each request and subscription on the wire, and whose it is: the link and its number.
    const owners = new Map<number, [from: string, number: number]>();

    function translate(from: string, number: number): number {
      for (const [wire, owner] of owners) if (owner[0] === from && owner[1] === number) return wire;
      owners.set(++last, [from, number]);
      return last;
    }

    function leave(from: string): void {
      greeted.delete(from);
      for (const [wire, [owner]] of owners) {
        if (owner !== from) continue;
        owners.delete(wire);
        // Numbers of other requests are not found, which does no harm.
        real?.send(JSON.stringify({ type: "unsubscribe", id: ++last, sub: wire }));
      }
      if (!greeted.size) {
        real?.close();
        real = welcome = undefined;
      }
    }

    function forward(message: Message): void {
      const { type, id, sub } = message;
      const wire = sub ?? id;
      let [to, number] = owners.get(wire) ?? [];
      if (wire && !to) return;
      message.id = id && number;
      message.sub = sub && number;
      if (type === "welcome") welcome = message;
      deadAt = Date.now() + 2 * welcome?.heartbeat;
      // One renewal is enough.
      if (type === "expiring") [to] = greeted;
      post({ to, message });
      if (/^(ok|error|unsubscribed)$/.test(type)) owners.delete(wire);
    }

    function open(text: string, target: [string, string]): void {
      const socket = new Class(...target);
      real = socket;
      deadAt = Date.now() + 9000;
      socket.onopen = () => socket.send(text);
      socket.onmessage = ({ data }) => socket === real && forward(JSON.parse(data as string));
      socket.onclose = ({ code, reason }) => {
        if (socket !== real) return;
        real = welcome = undefined;
        owners.clear();
        post({ end: { code, reason } });
      };
    }

    return ({ from, text, target }) => {
      const message: Message = JSON.parse(text);
      const { type, id, sub } = message;
      if (type === "hello") {
        if (!greeted.has(from)) void locks.request(`${name} ${from}`, () => leave(from));
        greeted.add(from);
        if (!real) open(text, target);
        else if (Date.now() >= deadAt) {
          // Each link notices at its own time, so that there may always be one left. The socket's
          // own end may take a minute.
          real.close();
          real.onclose?.({ code: 1006, reason: "" });
        } else if (welcome) post({ to: from, message: welcome });
        return;
      }
      if (id) message.id = translate(from, id);
      if (sub) message.sub = translate(from, sub);
      real?.send(JSON.stringify(message));
      if (type === "unsubscribe") owners.delete(message.sub);
    };
  }

  channel.onmessage = ({ data }) => take(data);
  void locks.request(name, () => {
    lead = leader();
    post({});
    return new Promise(() => {});
  });
  return Link;
}
