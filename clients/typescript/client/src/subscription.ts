// One subscription: keeps its position, gives the events to the application one after the other,
// and says what is to be asked of the server. It does no I/O of its own.
import type { Connection } from "./connection.js";
import { type Clock, delay, report } from "./environment.js";
import { CourtsideError, type Gap, GapError, serverError } from "./errors.js";
import type { CourtsideEvent } from "./events.js";
import type { Message, Settings } from "./options.js";

/** Where a subscription begins: at the head, at the oldest available event, or as the object says. */
export type From =
  | "now"
  | "earliest"
  | {
      /** With so many events of the channels before the head, 1 … 1000. */
      last: number;
    }
  | {
      /** With the events appended at this time or later, RFC 3339. */
      since: string;
    }
  | {
      /** After this position. */
      after: string;
    };

/** The state of a subject, before the events after `position`. `null`: its events are gone. */
export interface SubjectState {
  /** The subject, `kind:id`. */
  subject: string;
  /** The position of the state: the events after it follow. */
  position: string;
  /** Its members, by the kind of the subject, are in docs/protocol.md. */
  state: Record<string, unknown> | null;
}

/**
 * `stop`: the subscription ends before the event. `skip`: it goes on after the event. `retry`: the
 * handler gets the same event again, after a wait.
 */
export type ErrorDecision = "stop" | "skip" | "retry";

/** What `subscribe()` takes beside the channels. */
export interface SubscribeOptions<F extends string = string> {
  /** Where to begin, if the store has no position. Default: `now`. */
  from?: From;
  /** Types, or patterns such as `booking.*`. Default: all. */
  types?: readonly F[];
  /** First the state of each channel that is a subject, for `onState`. Default: false. */
  state?: boolean;
  /** Replays the past at this multiple of its pace, 1 … 1_000_000. Default: `max`. */
  speed?: number | "max";
  /** Ends the subscription, as `close()` does. */
  signal?: AbortSignal;
  /**
   * The name of the position in the store. Default: made of the channels and types, so two
   * subscriptions with the same ones need keys.
   */
  key?: string;
  /**
   * Events that may wait for the application. When so many wait, the client unsubscribes until half
   * of them are done; nothing is lost. Default: 1000.
   */
  buffer?: number;
  /**
   * Milliseconds after which an iterator whose buffer is full and that nobody reads fails with
   * `overloaded`. Default: 60_000.
   */
  stallTimeout?: number;
  /**
   * Called where events are gone: read the state anew. The events after the gap wait for its
   * promise. Without it, a gap ends the subscription with a `GapError`.
   */
  onGap?: (gap: Gap) => unknown;
  /** Called with each state, before the events after it. */
  onState?: (state: SubjectState) => unknown;
  /** What to do after the handler, or the store, failed. Default: `stop`. */
  onError?: (
    error: unknown,
    event: CourtsideEvent | undefined,
  ) => ErrorDecision | Promise<ErrorDecision>;
}

/** What a listener gets beside the event. */
export interface EventContext {
  /** The event's position. */
  readonly position: string;
}

/** Gets each event. Returns a promise if it takes longer; the next event waits for it. */
export type Listener<E> = (event: E, context: EventContext) => unknown;

// biome-ignore lint/suspicious/noExplicitAny: a client has subscriptions of several types
export type AnySubscription = Subscription<any>;

/** What a subscription needs of its client. */
export interface SubscriptionHost {
  readonly settings: Settings;
  readonly connection: Connection;
  /** Who gets the messages of a number on the wire. */
  readonly takers: Map<number, AnySubscription>;
  forget(subscription: AnySubscription): void;
}

interface Item {
  event?: CourtsideEvent;
  /** What the application is to do. An iterator gives its events out instead. */
  run?: () => unknown;
  /** Ends the subscription, whatever `onError` says. */
  error?: Error;
  /** The position when this item is done. */
  position?: string;
}

/**
 * What `subscribe()` returns. Without a listener it is an async iterator: an event is done when the
 * next one is requested, and the event at which a loop breaks is delivered again.
 */
export class Subscription<E = CourtsideEvent> implements AsyncIterableIterator<E> {
  /** Fulfilled after `close()`, rejected with the error that ended the subscription. */
  readonly ended: Promise<void>;
  #host: SubscriptionHost;
  #settings: Settings;
  #clock: Clock;
  #channels: readonly string[];
  #options: SubscribeOptions;
  #listener: Listener<E> | undefined;
  #key: string;
  #sub = 0;
  #isLive = false;
  #isCaughtUp = false;
  #needsState: boolean;
  #received: string | undefined;
  #position: string | undefined;
  // The first item stays until the application has done it.
  #queue: Item[] = [];
  // Also until the store has answered.
  #isPaused = true;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();
  #saving: Promise<unknown> = Promise.resolve();
  #retry: unknown;
  #stall: unknown;
  #failures = 0;
  #isEnded = false;
  #error: Error | undefined;
  #settle!: () => void;
  #wake: (() => void) | undefined;
  #isGiven = false;
  #turn: Promise<unknown> | undefined;
  #abort = (): void => this.fail();

  /** @internal */
  constructor(
    host: SubscriptionHost,
    channels: readonly string[],
    options: SubscribeOptions,
    listener?: Listener<E>,
  ) {
    this.#host = host;
    this.#settings = host.settings;
    this.#clock = host.settings.clock;
    this.#channels = channels;
    this.#options = options;
    this.#listener = listener;
    this.#needsState = options.state === true;
    this.#key = keyOf(channels, options);
    this.ended = new Promise((resolve, reject) => {
      this.#settle = () => (this.#error ? reject(this.#error) : resolve());
    });
    const { signal } = options;
    signal?.addEventListener("abort", this.#abort);
    if (signal?.aborted) this.fail();
    else this.#load();
  }

  /** The position after the last event that the application has done. `undefined`: none yet. */
  get position(): string | undefined {
    return this.#position;
  }

  #load(): void {
    const { store } = this.#settings;
    const loaded = (stored?: string | null): void => {
      this.#position = this.#received = stored || undefined;
      this.#isPaused = false;
      this.open();
    };
    if (!store) return loaded();
    // A store may also throw.
    this.#saving.then(() => store.get(this.#key)).then(loaded, (error) => this.fail(error));
  }

  /** @internal The connection is open. */
  open(): void {
    const { connection, takers } = this.#host;
    if (this.#isPaused || this.#isEnded || this.#sub || !connection.isOpen()) return;
    const { types, speed, from } = this.#options;
    const id = connection.nextId();
    this.#sub = id;
    takers.set(id, this);
    connection.send({
      type: "subscribe",
      id,
      sub: id,
      channels: this.#channels,
      from: this.#received ? { after: this.#received } : from,
      types,
      state: this.#needsState || undefined,
      speed: this.#isCaughtUp ? undefined : speed,
    });
  }

  /** @internal The connection is gone. */
  lost(): void {
    this.#host.takers.delete(this.#sub);
    this.#sub = 0;
    this.#isLive = false;
    this.#clock.clearTimeout(this.#retry);
  }

  #unsubscribe(): void {
    const { connection } = this.#host;
    if (this.#sub)
      connection.send({ type: "unsubscribe", id: connection.nextId(), sub: this.#sub });
    this.lost();
  }

  /** @internal Only messages for its present number come here. */
  take(message: Message): void {
    const { type, position } = message;
    if (type === "event") {
      this.#needsState = false;
      const { event } = message;
      const run = () => this.#listener?.(event, { position });
      if (isAfter(position, this.#received)) this.#add({ event, position, run });
    } else if (type === "live") {
      this.#isLive = this.#isCaughtUp = true;
      this.#needsState = false;
      this.#failures = 0;
      this.#mark(position);
    } else if (type === "progress") {
      if (this.#isLive) this.#mark(position);
    } else if (type === "behind") {
      this.#isLive = false;
    } else if (type === "subscribed") {
      this.#mark(message.after);
    } else if (type === "state") {
      const { subject, state } = message;
      this.#add({ run: () => this.#options.onState?.({ subject, position, state }) });
    } else if (type === "gap") {
      const { reason, from, to } = message;
      const { onGap } = this.#options;
      const gap: Gap = { reason, from, to };
      this.#add(onGap ? { run: () => onGap(gap), position: to } : { error: new GapError(gap) });
    } else if (type === "error" || type === "unsubscribed") {
      this.#refused(message);
    }
  }

  #refused(message: Message): void {
    this.lost();
    const error = serverError(message);
    const { code, details } = error;
    // `unsubscribed` because of the token: the connection itself will be closed.
    const isTransient =
      code === "unauthorized"
        ? message.type === "unsubscribed"
        : error.retryable || code === "overloaded";
    if (!isTransient) return this.#add({ error });
    const wait = delay(this.#settings, this.#failures++, details.retryafter as number | undefined);
    this.#retry = this.#clock.setTimeout(() => this.open(), wait);
  }

  // Everything up to `position` was sent, so it is done when what waits is done.
  #mark(position: string): void {
    this.#received = position;
    const last = this.#queue.at(-1);
    if (last) last.position = position;
    else if (position !== this.#position) this.#save(position);
  }

  #add(item: Item): void {
    const count = this.#queue.push(item);
    // States do not count: a pause would ask for all of them again.
    if (item.position) {
      this.#received = item.position;
      if (count >= (this.#options.buffer ?? 1000)) this.#pause();
    }
    if (this.#listener) this.#run();
    // Nothing is before it that a reader could still get. Otherwise nobody waits for it.
    else if (count === 1) {
      if (item.error) this.fail(item.error);
      else this.#wake?.();
    }
  }

  // The protocol has no flow control, so a full buffer unsubscribes, and subscribes again from
  // where it stands. Nothing is lost, and nothing piles up.
  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#unsubscribe();
    this.#watchReader();
  }

  #watchReader(): void {
    this.#clock.clearTimeout(this.#stall);
    if (this.#listener || !this.#isPaused) return;
    const ms = this.#options.stallTimeout ?? 60_000;
    this.#stall = this.#clock.setTimeout(() => {
      this.fail(new CourtsideError("overloaded", `nobody reads ${this.#channels[0]}`));
    }, ms);
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#running = this.#runAll();
  }

  // Waits only for what takes longer: an `await` for each event slows a replay down.
  async #runAll(): Promise<void> {
    for (let item = this.#queue[0]; item && !this.#isEnded; item = this.#queue[0]) {
      const isDone = this.#attempt(item);
      const saved = (isDone === true || (await isDone)) && this.#done(item);
      if (saved) await saved;
    }
    this.#isRunning = false;
  }

  // Whether the item is done.
  #attempt(item: Item): true | Promise<boolean> {
    let result: unknown = item.error && Promise.reject(item.error);
    try {
      result ??= item.run?.();
    } catch (error) {
      result = Promise.reject(error);
    }
    return !(result as PromiseLike<unknown> | undefined)?.then || this.#finish(item, result);
  }

  async #finish(item: Item, result: unknown): Promise<boolean> {
    try {
      await result;
      return true;
    } catch (error) {
      const decision = item.error ? "stop" : await this.#decide(error, item.event);
      if (decision === "retry") await this.#sleep();
      else if (decision !== "skip") this.fail((error ?? new Error("rejected")) as Error);
      return decision === "skip";
    }
  }

  // `fail` wakes it.
  #sleep(): Promise<void> {
    return new Promise((wake) => {
      const timer = this.#clock.setTimeout(wake, delay(this.#settings, this.#failures++));
      this.#wake = () => {
        this.#clock.clearTimeout(timer);
        wake();
      };
    });
  }

  async #decide(error: unknown, event?: CourtsideEvent): Promise<ErrorDecision> {
    try {
      return (await this.#options.onError?.(error, event)) ?? "stop";
    } catch (second) {
      report(second);
      return "stop";
    }
  }

  // A promise where the store has to be waited for.
  #done({ event, position }: Item): Promise<void> | undefined {
    this.#queue.shift();
    if (event) this.#failures = 0;
    if (this.#isPaused) {
      this.#isPaused = this.#queue.length > (this.#options.buffer ?? 1000) / 2;
      this.open();
      this.#watchReader();
    }
    return this.#save(position);
  }

  #save(position: string | undefined): Promise<void> | undefined {
    const { store } = this.#settings;
    if (position) this.#position = position;
    if (!store || !position) return;
    const saved = this.#saving.then(() => store.set(this.#key, position));
    this.#saving = saved.catch(() => {});
    return saved.catch(async (error) => {
      if ((await this.#decide(error)) === "stop") this.fail(error);
    }) as Promise<void>;
  }

  /** @internal Ends it with an error, or without one. */
  fail(error?: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#isPaused = false;
    this.#error = error;
    this.#unsubscribe();
    this.#clock.clearTimeout(this.#stall);
    // A signal may outlive many subscriptions.
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#host.forget(this);
    this.#settle();
    this.#wake?.();
  }

  /** @internal The connection is closed for good. A listener waits for `connect()`. */
  connectionEnded(error: Error): void {
    if (!this.#listener) this.fail(error);
  }

  /** Ends it. Fulfilled when the running handler has finished and its position is stored. */
  async close(): Promise<void> {
    // A handler that calls this is not in `#running` before it returns.
    await this.fail();
    await this.#running;
    await this.#saving;
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The subscription itself. Throws a TypeError if there is a listener. */
  [Symbol.asyncIterator](): this {
    if (this.#listener) throw new TypeError("iterate without a listener");
    return this;
  }

  /** The next event. The event before it is then done. */
  next(): Promise<IteratorResult<E, undefined>> {
    // Who reads gets the error here. Once is enough, and more of them would stay in memory.
    if (!this.#turn) this.ended.catch(() => {});
    const turn = Promise.resolve(this.#turn).then(() => this.#next());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #next(): Promise<IteratorResult<E, undefined>> {
    // Also when the subscription ended meanwhile: who asks for the next one has done it.
    if (this.#isGiven) await this.#done(this.#queue[0] as Item);
    this.#isGiven = false;
    while (!this.#isEnded) {
      const item = this.#queue[0];
      if (!item) {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      } else if (item.event) {
        this.#isGiven = true;
        this.#watchReader();
        return { done: false, value: item.event as E };
      } else if (await this.#attempt(item)) {
        await this.#done(item);
      }
    }
    const error = this.#error;
    this.#error = undefined;
    if (error) throw error;
    return { done: true, value: undefined };
  }

  /** What a `for await` that ends early calls: the same as `close()`. */
  async return(): Promise<IteratorResult<E, undefined>> {
    this.#isGiven = false;
    await this.close();
    return { done: true, value: undefined };
  }
}

function keyOf(channels: readonly string[], options: SubscribeOptions): string {
  return options.key ?? JSON.stringify([[...channels].sort(), [...(options.types ?? [])].sort()]);
}

// Whether an event comes after what was received. Only offsets of one epoch can be compared: the
// longer number is the greater one. It runs for each event, so nothing is split.
function isAfter(position: string, received = ""): boolean {
  if (!position.startsWith(received.slice(0, received.indexOf(":") + 1))) return true;
  const longer = position.length - received.length;
  return longer ? longer > 0 : position > received;
}
