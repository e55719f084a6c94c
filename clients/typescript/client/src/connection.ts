// One connection to the server: opens the socket, says hello, renews the token, notices silence,
// and opens it again. It decides when there is a connection, and knows nothing of subscriptions.
import { Cell, delay } from "./environment.js";
import { CourtsideError } from "./errors.js";
import type { Message, Settings, Socket, SocketConstructor } from "./options.js";

/** The state of the connection: a union that `status` tells apart. */
export type ConnectionState =
  | {
      /** Nothing is subscribed and nothing is to be published. */
      readonly status: "idle";
    }
  | {
      /** A connection is being made. */
      readonly status: "connecting";
      /** Attempts in a row that failed before this one: 0, 1, 2 … */
      readonly attempt: number;
    }
  | {
      /** Connected, and the server has accepted the token. */
      readonly status: "open";
      /** The server's name of the session, for its log. */
      readonly session: string;
      /** Who the client is for the server, by its token. */
      readonly actor: string | undefined;
    }
  | {
      /** The connection was lost, and is tried again at `retryAt`. */
      readonly status: "waiting";
      /** When the next attempt begins, in milliseconds since 1970. */
      readonly retryAt: number;
      /** Attempts in a row that failed: 1, 2, 3 … */
      readonly attempt: number;
      /** The close code of the connection; 0: there was none. */
      readonly code: number;
      /** The close reason of the connection, or what failed before there was one. */
      readonly reason: string;
    }
  | {
      /** Closed for good, until `connect()`. */
      readonly status: "closed";
      /** The close code, one of docs/codes.md; 0: `url` is not an address. */
      readonly code: number;
      /** The close reason, and for a refused token why the server refused it. */
      readonly reason: string;
      /** Why. It is missing after `close()`. */
      readonly error?: CourtsideError | undefined;
    };

/** Its owner. */
export interface ConnectionOwner {
  opened(): void;
  received(message: Message): void;
  lost(): void;
  /** Closed for good. */
  ended(error: CourtsideError): void;
}

// Fresh tokens in a row that the server may refuse. After a revocation it refuses every token of
// the next 5 s (access.jwt_leeway), so the later ones wait.
const refusalsMax = 4;
const refusalDelayMs = 2000;
const renewalRetryMs = 5000;
// A connection that lasted so long was a good one: the next failure is the first again.
const stableMs = 5000;

const codes: Record<number, string> = {
  4400: "bad_request",
  4401: "unauthorized",
  4403: "forbidden",
};

// docs/codes.md: do not open again unchanged. 4401 has rules of its own.
const finalCode = /^(44(?!01|08|29)|100[2379])/;

export interface Connection {
  readonly state: Cell<ConnectionState>;
  isOpen(): boolean;
  /** Bytes of a message that the server takes. */
  maxMessage(): number;
  /** A number for a request or subscription, each used once. */
  nextId(): number;
  /** Connects now, unless it is connected or about to be. */
  connect(): void;
  /** Keeps the connection while something needs it, and for `idleTimeout` after that. */
  need(isNeeded: boolean): void;
  send(message: Message): void;
  close(code: number, reason: string, error?: CourtsideError): void;
  /** The token for a request over HTTP. `refused`: one that the server did not accept. */
  token(refused?: string): Promise<string | undefined>;
}

// A function and not a class, because names of private members are not shortened as much.
export function createConnection(settings: Settings, owner: ConnectionOwner): Connection {
  const { clock } = settings;
  const state = new Cell<ConnectionState>({ status: "idle" });
  let socket: Socket | undefined;
  // Changes whenever a socket is given up: answers that come later belong to nobody.
  let generation = 0;
  let maxMessage = 0;
  let lastId = 0;
  let attempt = 0;
  let openedAt = 0;
  let heartbeat = 0;
  let retryAfter = 0;
  // The newest token, the one that the connection has, and the last one refused.
  let current: string | undefined;
  let used: string | undefined;
  let refused: string | undefined;
  let refusal = "";
  let refusals = 0;
  let refreshId = 0;
  // Of the next attempt, or of the silence.
  let timer: unknown;
  let heardAt = 0;
  let renewalTimer: unknown;
  let idleTimer: unknown;

  // Since the welcome.
  const isOpen = (): boolean => heartbeat > 0;

  function nextId(): number {
    lastId = (lastId % 0x7fffffff) + 1;
    return lastId;
  }

  function send(message: Message): void {
    socket?.send(JSON.stringify(message));
  }

  // Gives the socket up. Nothing that it still says is heard.
  function drop(isLost = false): void {
    generation += 1;
    heartbeat = refreshId = 0;
    clock.clearTimeout(timer);
    clock.clearTimeout(renewalTimer);
    if (!socket) return;
    const old = socket;
    socket = undefined;
    old.onopen = old.onmessage = old.onclose = null;
    // npm ws waits 30 s for the other side to answer a close, and a dead one never does.
    if (isLost && old.terminate) old.terminate();
    else old.close(1000);
    owner.lost();
  }

  function close(code: number, reason: string, error?: CourtsideError): void {
    drop();
    clock.clearTimeout(idleTimer);
    state.set({ status: "closed", code, reason, error });
    if (error) owner.ended(error);
  }

  function end(code: number, reason: string): void {
    close(code, reason, new CourtsideError(codes[code] ?? "closed", reason || `${code}`));
  }

  // `refusal` is why the server did not accept the last one, if that is what happened.
  function endWithoutToken(): void {
    end(4401, `no fresh token: ${refusal}`);
  }

  // The server did not accept the token.
  function refuse(token: string | undefined, reason: string): void {
    refused = token;
    refusal = reason;
    refusals += 1;
  }

  async function fetchToken(last = refused): Promise<string | undefined> {
    const { token } = settings;
    if (typeof token !== "function") return token;
    current = (await token({ refused: last })) ?? undefined;
    return current;
  }

  function start(): void {
    clock.clearTimeout(timer);
    const own = ++generation;
    state.set({ status: "connecting", attempt });
    Promise.all([fetchToken(), socketClass(settings.WebSocket)]).then(
      ([token, Class]) => {
        if (own === generation) open(Class, token);
      },
      (error) => {
        if (own === generation) lost(0, `no token: ${error}`);
      },
    );
  }

  function open(Class: SocketConstructor, token: string | undefined): void {
    if (token !== undefined && token === refused) {
      return endWithoutToken();
    }
    used = token;
    heardAt = clock.now();
    watch();
    try {
      socket = new Class(settings.socketUrl, "courtside.v1.json");
    } catch (error) {
      // The address is none: nothing changes by itself.
      return end(0, String(error));
    }
    socket.onopen = () => send({ type: "hello", token, client: settings.client });
    socket.onmessage = ({ data }) => take(JSON.parse(String(data)));
    socket.onclose = ({ code, reason }) => lost(code, reason);
    // `close` follows.
    socket.onerror = () => {};
  }

  // A connection that dies without being closed is noticed by its silence only. There is one
  // timer, because a new one for each message slows a replay down.
  function watch(): void {
    // The clock may have been set back.
    heardAt = Math.min(heardAt, clock.now());
    const left = heardAt + (heartbeat * 2 || settings.connectTimeout) - clock.now();
    clock.clearTimeout(timer);
    if (left > 0) timer = clock.setTimeout(watch, left);
    else lost(4408, "silent");
  }

  function take(message: Message): void {
    const { type, id } = message;
    heardAt = clock.now();
    if (type === "welcome") {
      heartbeat = message.heartbeat;
      watch();
      maxMessage = message.maxmessage;
      openedAt = heardAt;
      refused = undefined;
      state.set({ status: "open", session: message.session, actor: message.actor });
      owner.opened();
    }
    if (type === "ping") send({ type: "pong" });
    // A token that lives for less than 60 s is expiring from its beginning.
    else if (type === "expiring") renewAfter(message.in * 500);
    else if (type === "draining") retryAfter = message.retryafter;
    else if (id && id === refreshId) renewed(message);
    else owner.received(message);
  }

  async function renew(): Promise<void> {
    if (typeof settings.token !== "function") return;
    const own = generation;
    const token = await fetchToken().catch(() => null);
    if (own !== generation) return;
    // The old token is still valid for a while. Once it is not, the state says why.
    if (token === null) return renewAfter(renewalRetryMs);
    if (token === undefined || token === refused) {
      return endWithoutToken();
    }
    refreshId = nextId();
    send({ type: "refresh", id: refreshId, token });
  }

  function renewed({ type, code, message }: Message): void {
    refreshId = 0;
    if (type === "ok") {
      used = current;
      refused = undefined;
      refusals = 0;
    } else if (!/^(unauthorized|token_expired|forbidden)$/.test(code)) {
      renewAfter(renewalRetryMs);
    } else {
      refuse(current, message);
      if (refusals >= refusalsMax) end(4401, message);
      else renewAfter(0);
    }
  }

  function renewAfter(ms: number): void {
    clock.clearTimeout(renewalTimer);
    renewalTimer = clock.setTimeout(renew, ms);
  }

  function lost(code: number, reason: string): void {
    const wasStable = heartbeat > 0 && clock.now() - openedAt >= stableMs;
    drop(true);
    if (finalCode.test(`${code}`)) return end(code, reason);
    if (wasStable) attempt = refusals = 0;
    let least = retryAfter;
    if (code === 4401) {
      refuse(used, reason);
      if (refusals > refusalsMax || typeof settings.token !== "function") return end(code, reason);
      least = (refusals - 1) * refusalDelayMs;
    }
    // The time to wait is in the close reason only: "…: come back in 986 ms".
    if (code === 4429) least = +(/(\d+) ms/.exec(reason)?.[1] ?? 1000);
    retryAfter = 0;
    const wait = delay(settings, attempt, least);
    attempt += 1;
    timer = clock.setTimeout(start, wait);
    state.set({ status: "waiting", retryAt: clock.now() + wait, attempt, code, reason });
  }

  return {
    state,
    isOpen,
    maxMessage: () => maxMessage,
    nextId,
    send,
    close,
    connect() {
      const { status } = state.value;
      if (socket || status === "connecting") return;
      if (status === "closed") attempt = refusals = 0;
      start();
    },
    need(isNeeded) {
      clock.clearTimeout(idleTimer);
      const { status } = state.value;
      if (isNeeded) {
        if (status === "idle") start();
      } else if (status !== "idle" && status !== "closed") {
        idleTimer = clock.setTimeout(() => {
          drop();
          state.set({ status: "idle" });
        }, settings.idleTimeout);
      }
    },
    async token(last) {
      return current !== undefined && current !== last ? current : fetchToken(last);
    },
  };
}

async function socketClass(given: Settings["WebSocket"]): Promise<SocketConstructor> {
  const found = given ?? (globalThis as { WebSocket?: object }).WebSocket;
  // Only where it is needed: bundlers put it into a file of its own.
  return (found ?? (await import("./sse.js")).SseSocket) as SocketConstructor;
}
