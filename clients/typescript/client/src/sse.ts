/**
 * A socket for places without WebSocket. It speaks the client's side of the protocol and fetches: one
 * stream of server-sent events per subscription, one request per publish. Nothing else of the
 * client knows of it.
 *
 * @module
 */
import type { CourtsideError } from "./errors.js";
import { append, eventsUrl, request } from "./http.js";
import type { Message, Socket } from "./options.js";

const beginnings: Record<string, object> = { now: {}, earliest: { since: "1970-01-01T00:00:00Z" } };

/**
 * A class for the option `WebSocket`. The options `state` and `speed` and the beginning `{ last }` of
 * a subscription are refused with `bad_request`; its events have all `fields`.
 */
export class SseSocket implements Socket {
  /** @hidden */
  declare onopen: Socket["onopen"];
  /** @hidden */
  declare onmessage: Socket["onmessage"];
  /** @hidden */
  declare onclose: Socket["onclose"];
  /** @hidden */
  declare onerror: Socket["onerror"];
  /** @hidden */
  declare send: Socket["send"];
  /** @hidden */
  declare close: Socket["close"];

  // The members are variables, because minifiers shorten only their names.
  /** For the client: applications only pass the class. */
  constructor(url: string) {
    // "wss://host/v1/ws" becomes "https://host/".
    const base = `http${url.slice(2, -5)}`;
    const streams = new Map<number, AbortController>();
    let token: string | undefined;

    // The client takes its handlers away before it closes a socket.
    const say = (message: Message): void => this.onmessage?.({ data: JSON.stringify(message) });

    const lost = (code: number, reason: unknown): void => {
      this.close();
      this.onclose?.({ code, reason: `${reason}` });
    };

    const read = async (sub: number, answer: Response): Promise<void> => {
      const body = answer.body as ReadableStream<BufferSource>;
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        // Two heartbeats, as the server has them at most (docs/protocol.md).
        const silence = setTimeout(() => lost(4408, "silent"), 30_000);
        const { done, value } = await reader.read().finally(() => clearTimeout(silence));
        if (done) throw "ended";
        // The server ends a line with a line feed, and an event with an empty line.
        const blocks = (text + value).split("\n\n");
        text = blocks.pop() as string;
        for (const block of blocks) say({ sub, ...messageOf(block) });
      }
    };

    this.send = async (text) => {
      // A stream has single events with all fields.
      const {
        type,
        id,
        sub,
        token: fresh,
        event,
        from,
        batch,
        fields,
        ...rest
      } = JSON.parse(text) as Message;
      const control = new AbortController();
      const { signal } = control;
      token = fresh ?? token;
      try {
        if (type === "hello") {
          await request(`${base}health`, token);
          say({ type: "welcome", session: "sse", heartbeat: 15_000, maxmessage: 262_144 });
        } else if (type === "subscribe") {
          streams.set(sub, control);
          const headers = { accept: "text/event-stream" };
          const address = eventsUrl(base, { ...rest, ...(beginnings[from] ?? from) });
          await read(sub, await request(address, token, { headers, signal }));
        } else if (type === "unsubscribe") {
          streams.get(sub)?.abort();
          streams.delete(sub);
        } else {
          // `publish`, or `refresh`, of which the server hears by the next request.
          const json = JSON.stringify({ ...event, ...rest });
          const [published] = event ? await append(base, token, [json]) : [];
          say({ ...published, type: "ok", id });
        }
      } catch (error) {
        const { status, message } = error as Partial<CourtsideError & { status: number }>;
        if (signal.aborted) return;
        // Without a token, only this request is refused.
        if (status === 401 && token) lost(4401, message);
        else if (status && id) say({ ...(error as object), message, type: "error", id });
        else lost(1006, error);
      }
    };

    this.close = () => {
      for (const [, stream] of streams) stream.abort();
    };

    setTimeout(() => (this.onopen as (() => void) | null)?.());
  }
}

// A server-sent event as a message of the protocol.
function messageOf(block: string): Message {
  const fields: Partial<Record<string, string>> = {};
  for (const line of block.split("\n")) {
    // `data` may have several lines. JSON does not need what is between them.
    const [name, value] = line.split(/: (.*)/s) as [string, string];
    fields[name] = (fields[name] ?? "") + value;
  }
  const { id: position, event } = fields;
  // Without data it is a comment, perhaps of a proxy: a sign of life, and nothing else.
  const data = JSON.parse(fields.data ?? "0");
  if (event === "gap") return { ...data, type: event };
  if (event !== "courtside.progress") return { type: data && "event", position, event: data };
  return { type: data.live ? "live" : "subscribed", position, after: position };
}
