// One subscription: keeps its position, gives the events to the application one after the other,
// and says what is to be asked of the server. It does no I/O of its own.
import type { Connection } from "./connection.js";
import { delay, report } from "./environment.js";
import { CourtsideError, type Gap, GapError, serverError } from "./errors.js";
import type { CourtsideEvent } from "./events.js";
import { createTurns } from "./iterator.js";
import type { Message, Settings } from "./options.js";
import type {
  ErrorDecision,
  EventContext,
  Listener,
  SubscribeOptions,
} from "./subscribe_options.js";

/**
 * What `subscribe()` returns. Without a listener it is an async iterator: an event is done when the
 * next one is requested, and the event at which a loop breaks is delivered again.
 */
export interface Subscription<E = CourtsideEvent> extends AsyncIterableIterator<E> {
  /** Fulfilled after `close()`, rejected with the error that ended the subscription. */
  readonly ended: Promise<void>;
  /** The position after the last event that the application has done. `undefined`: none yet. */
  readonly position: string | undefined;
  /** Ends it. Fulfilled when the running handler has finished and its position is stored. */
  close(): Promise<void>;
  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
  /** The subscription itself. Throws a TypeError if there is a listener. */
  [Symbol.asyncIterator](): this;
  /** The next event. The event before it is then done. */
  next(): Promise<IteratorResult<E, undefined>>;
  /** What a `for await` that ends early calls: the same as `close()`. */
  return(): Promise<IteratorResult<E, undefined>>;
}

/** The side of a subscription that its client sees. */
export interface OwnSubscription {
  /** The connection is open. */
  open(): void;
  /** The connection is gone. */
  lost(): void;
  /** Only messages for its present number come here. */
  take(message: Message): void;
  /** The connection is closed for good. A listener waits for `connect()`. */
  connectionEnded(error: Error): void;
  close(): Promise<void>;
}

/** What a subscription needs of its client. */
export interface SubscriptionHost {
  readonly settings: Settings;
  readonly connection: Connection;
  /** Those that have not ended. */
  readonly subscriptions: Set<OwnSubscription>;
  /** Who gets the messages of a number on the wire. */
  readonly takers: Map<number, OwnSubscription>;
  /** `subscriptions` has changed. */
  changed(): void;
}

export interface Item {
  event?: CourtsideEvent;
  /** What else the application is to do. */
  run?: () => unknown;
  /** Ends the subscription, whatever `onError` says. */
  error?: Error;
  /** The position when this item is done. */
  position?: string;
}

// A function and not a class, because names of private members are not shortened as much.
export function createSubscription<E>(
  host: SubscriptionHost,
  channels: readonly string[],
  options: SubscribeOptions,
  listener?: Listener<E>,
): Subscription<E> & OwnSubscription {
  const { settings, connection, subscriptions, takers } = host;
  const { clock, store } = settings;
  const { types = [], fields, batch = true, from, speed, signal, onGap } = options;
  const { buffer = 1000, stallTimeout = 60_000 } = options;
  const { key = JSON.stringify([[...channels].sort(), [...types].sort()]) } = options;
  // The number on the wire, while there is one.
  let sub = 0;
  let isLive = false;
  let isCaughtUp = false;
  let needsState = options.state;
  let received: string | undefined;
  let position: string | undefined;
  // The first item stays until the application has done it.
  const queue: Item[] = [];
  // Also until the store has answered.
  let isPaused = true;
  let isRunning = false;
  let isEnded = false;
  let isAsleep = false;
  let running: Promise<unknown> = Promise.resolve();
  let saving = running;
  let retry: unknown;
  let stall: unknown;
  let failures = 0;
  let settle!: (failure?: Promise<never>) => void;
  let wake: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => {
    settle = resolve;
  });

  function load(stored?: string | null): void {
    position = received = stored || undefined;
    isPaused = false;
    open();
  }

  function open(): void {
    if (isPaused || isEnded || sub || !connection.isOpen()) return;
    sub = connection.nextId();
    takers.set(sub, self);
    connection.send({
      type: "subscribe",
      id: sub,
      sub,
      channels,
      from: received ? { after: received } : from,
      types: options.types,
      fields,
      // A server that does not know it sends single events.
      batch,
      state: needsState || undefined,
      speed: isCaughtUp ? undefined : speed,
    });
  }

  function lost(): void {
    takers.delete(sub);
    sub = 0;
    isLive = false;
    clock.clearTimeout(retry);
  }

  function unsubscribe(): void {
    if (sub) connection.send({ type: "unsubscribe", id: connection.nextId(), sub });
    lost();
  }

  // By the type of the message.
  const handlers: Record<string, (message: Message) => void> = {
    event: (message) => receive([message]),
    events: ({ events }) => receive(events),
    live({ position: at }) {
      isLive = isCaughtUp = true;
      needsState = false;
      failures = 0;
      mark(at);
    },
    progress({ position: at }) {
      if (isLive) mark(at);
    },
    behind() {
      isLive = false;
    },
    subscribed: ({ after }) => mark(after),
    state({ subject, position: at, state }) {
      add({ run: () => options.onState?.({ subject, position: at, state }) });
    },
    gap({ reason, from, to }) {
      const gap: Gap = { reason, from, to };
      add(onGap ? { run: () => onGap(gap), position: to } : { error: new GapError(gap) });
    },
    error: refused,
    unsubscribed: refused,
  };

  function refused(message: Message): void {
    lost();
    const error = serverError(message);
    const { code, details } = error;
    // `unsubscribed` because of the token: the connection itself will be closed.
    const isTransient =
      code === "unauthorized"
        ? message.type === "unsubscribed"
        : error.retryable || code === "overloaded";
    if (!isTransient) return add({ error });
    const wait = delay(settings, failures++, details.retryafter as number | undefined);
    retry = clock.setTimeout(open, wait);
  }

  // Everything up to this position was sent, so it is done when what waits is done.
  function mark(at: string): void {
    received = at;
    const last = queue.at(-1);
    if (!last) at === position || save(at);
    else if (last.event) queue.push({ position: at });
    else last.position = at;
  }

  function receive(events: Message[]): void {
    needsState = false;
    for (const { event, position } of events) {
      if (!isAfter(position, received)) continue;
      received = position;
      queue.push({ event, position });
    }
    go();
  }

  function add(item: Item): void {
    queue.push(item);
    received = item.position ?? received;
    go();
  }

  // What came may be done now.
  function go(): void {
    if (listener) run();
    // Nothing is before it that a reader could still get. Otherwise nobody waits for it.
    else if (queue[0]?.error) fail(queue[0].error);
    else if (!isAsleep) wake?.();
    // The protocol has no flow control, so a full buffer unsubscribes, and subscribes again from
    // where it stands. Nothing is lost, and nothing piles up. States do not count: a pause would ask
    // for all of them again.
    if (queue.length < buffer || !queue.at(-1)?.position || isPaused || isEnded) return;
    isPaused = true;
    unsubscribe();
    watchReader();
  }

  function watchReader(): void {
    clock.clearTimeout(stall);
    if (listener || !isPaused) return;
    stall = clock.setTimeout(() => {
      fail(new CourtsideError("overloaded", `nobody reads ${channels[0]}`));
    }, stallTimeout);
  }

  // Waits only for what takes longer: an `await` for each event slows a replay down.
  function run(): void {
    while (queue[0] && !isRunning && !isEnded) {
      isRunning = true;
      const busy = attempt(queue[0]);
      isRunning = !!busy;
      if (!busy) continue;
      running = busy.then(() => {
        isRunning = false;
        run();
      });
    }
  }

  // A promise if it takes longer. The item is then done, or to be tried again.
  function attempt(item: Item): Promise<void> | undefined {
    if (item.error) return void fail(item.error);
    let result: unknown;
    try {
      const { event, position, run } = item;
      result = event ? listener?.(event as E, { position } as EventContext) : run?.();
    } catch (error) {
      result = Promise.reject(error);
    }
    const isLater = (result as PromiseLike<unknown> | undefined)?.then;
    return isLater ? finish(item, result) : done(item);
  }

  async function finish(item: Item, result: unknown): Promise<void> {
    try {
      await result;
    } catch (error) {
      const decision = await decide(error, item.event);
      if (decision === "retry") return sleep();
      if (decision !== "skip") return fail((error ?? new Error("rejected")) as Error);
    }
    await done(item);
  }

  // `fail` wakes it.
  async function sleep(): Promise<void> {
    const change = changed();
    isAsleep = true;
    const timer = clock.setTimeout(wake as () => void, delay(settings, failures++));
    await change;
    isAsleep = false;
    clock.clearTimeout(timer);
  }

  function changed(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
    });
  }

  async function decide(error: unknown, event?: CourtsideEvent): Promise<ErrorDecision> {
    try {
      return (await options.onError?.(error, event)) ?? "stop";
    } catch (second) {
      report(second);
      return "stop";
    }
  }

  // A promise where the store has to be waited for.
  function done({ event, position: at }: Item): Promise<void> | undefined {
    queue.shift();
    if (event) failures = 0;
    if (isPaused) {
      isPaused = queue.length > buffer / 2;
      open();
      watchReader();
    }
    return save(at);
  }

  function save(at: string | undefined): Promise<void> | undefined {
    if (at) position = at;
    if (!store || !at) return;
    const saved = saving.then(() => store.set(key, at));
    saving = saved.catch(() => {});
    return saved.catch(async (error) => {
      if ((await decide(error)) === "stop") fail(error);
    }) as Promise<void>;
  }

  // Ends it with an error, or without one.
  function fail(error?: Error): void {
    if (isEnded) return;
    isEnded = true;
    isPaused = false;
    unsubscribe();
    clock.clearTimeout(stall);
    // A signal may outlive many subscriptions.
    signal?.removeEventListener("abort", abort);
    subscriptions.delete(self);
    host.changed();
    settle(error && Promise.reject(error));
    wake?.();
  }

  const abort = (): void => fail();

  async function close(): Promise<void> {
    // A handler that calls this is not in `running` before it returns.
    await fail();
    await running;
    await saving;
  }

  const self: Subscription<E> & OwnSubscription = {
    ended,
    get position() {
      return position;
    },
    open,
    lost,
    take: (message) => handlers[message.type]?.(message),
    connectionEnded(error) {
      if (!listener) fail(error);
    },
    close,
    [Symbol.asyncDispose]: close,
    [Symbol.asyncIterator]() {
      if (listener) throw new TypeError("iterate without a listener");
      return self;
    },
    ...createTurns<E>({
      ended,
      queue,
      done,
      attempt,
      given: watchReader,
      isEnded: () => isEnded,
      change: changed,
      close,
    }),
  };

  subscriptions.add(self);
  host.changed();
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) fail();
  else if (!store) load();
  // A store may also throw.
  else saving.then(() => store.get(key)).then(load, fail);
  return self;
}

// Whether an event comes after what was received: the longer position is the greater one. One of
// another epoch always does. It runs for each event, so the epochs are compared last.
function isAfter(position: string, received = ""): boolean {
  const longer = position.length - received.length;
  const isGreater = longer ? longer > 0 : position > received;
  return isGreater || !position.startsWith(received.slice(0, received.indexOf(":") + 1));
}
