import type { Clock } from "./environment.js";

/** A message of the protocol. */
// biome-ignore lint/suspicious/noExplicitAny: the server's messages are checked where they are read
export type Message = { type: string; [field: string]: any };

/** What the client needs of a WebSocket: browsers, npm ws and undici have it. */
export interface Socket {
  readonly readyState?: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  terminate?(): void;
}

export type SocketConstructor = new (url: string, protocol: string) => Socket;

/**
 * Returns a token, or nothing for an anonymous caller. `refused` is the last token, if the server
 * did not accept it: do not return it again.
 */
export type TokenCallback = (request: {
  /** The last token, if the server did not accept it. */
  refused?: string | undefined;
}) => string | null | undefined | Promise<string | null | undefined>;

/**
 * The waits between attempts: random between 0 and `first`, then between 0 and twice as much, and so
 * on up to `max`.
 */
export interface Backoff {
  /** Milliseconds. The first wait is between 0 and this. */
  first: number;
  /** Milliseconds. No wait is longer, unless the server asks for it. */
  max: number;
}

/**
 * Where positions are kept. A `Map` is one. An error of the store goes to `onError` of the
 * subscription.
 */
export interface PositionStore {
  /** The position of this key, or nothing. */
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  /** Keeps the position. If it returns a promise, the next event waits for it. */
  set(key: string, position: string): unknown;
}

/** What `new CourtsideClient()` takes. */
export interface ClientOptions {
  /** The server's address, `https://…` or `wss://…`, with a path if a proxy adds one. */
  url: string;
  /** A token, or a function that returns one. A text cannot be renewed. Default: none, anonymous. */
  token?: string | TokenCallback;
  /** `source` of published events that have none. Default: `/client`. */
  source?: string;
  /** Name and version of the application, for the server's log. */
  client?: string;
  /** Where positions outlive the page or process. Default: nowhere. */
  store?: PositionStore;
  /** Default: the global WebSocket, and without one, reading by fetch. */
  WebSocket?: new (
    url: string,
    protocol: string,
  ) => object;
  /** Default: the global fetch. For history. */
  fetch?: typeof fetch;
  /** Default: `{ first: 1000, max: 30_000 }`. */
  backoff?: Partial<Backoff>;
  /** Milliseconds from the token to the server's welcome. Default: 10_000. */
  connectTimeout?: number;
  /** Milliseconds for which an unused connection is kept. Default: 5000. */
  idleTimeout?: number;
  /** Publishes without an answer. A further one is refused with `overloaded`. Default: 100. */
  maxPending?: number;
  /** For tests. */
  clock?: Clock;
}

/** The options with their defaults. */
export type Settings = ClientOptions & {
  socketUrl: string;
  base: string;
  source: string;
  backoff: Backoff;
  connectTimeout: number;
  idleTimeout: number;
  maxPending: number;
  clock: Clock;
};
