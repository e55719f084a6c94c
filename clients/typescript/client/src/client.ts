import { type Connection, type ConnectionState, createConnection } from "./connection.js";
import { systemClock } from "./environment.js";
import { type CourtsideError, closedError } from "./errors.js";
import type { CourtsideEvent, EventsFor, NewEvent, TypeFilter } from "./events.js";
import type { HistoryPage, HistoryQuery } from "./history.js";
import type { ClientOptions, Message, Settings } from "./options.js";
import {
  createOutgoing,
  type Outgoing,
  type PendingEvent,
  type Published,
  type PublishOptions,
} from "./publish.js";
import type { FieldName, Listener, SubscribeOptions } from "./subscribe_options.js";
import {
  createSubscription,
  type OwnSubscription,
  type Subscription,
  type SubscriptionHost,
} from "./subscription.js";

/** A client of one server. It connects when something is subscribed or published. */
export class CourtsideClient {
  #settings: Settings;
  #connection: Connection;
  #outgoing: Outgoing;
  #subscriptions = new Set<OwnSubscription>();
  // By the numbers on the wire.
  #takers = new Map<number, OwnSubscription>();
  #host: SubscriptionHost;
  #isClosed = false;

  /** Does nothing else: it connects later. */
  constructor(options: ClientOptions) {
    // Not spread over the defaults: an option may be `undefined`.
    const {
      url,
      source = "/client",
      connectTimeout = 10_000,
      idleTimeout = 5000,
      maxPending = 100,
      clock = systemClock,
      backoff: { first = 1000, max = 30_000 } = {},
    } = options;
    const base = url.replace(/^ws/, "http").replace(/\/*$/, "/");
    const settings: Settings = {
      ...options,
      base,
      socketUrl: `${base.replace(/^http/, "ws")}v1/ws`,
      source,
      connectTimeout,
      idleTimeout,
      maxPending,
      clock,
      backoff: { first, max },
    };
    this.#settings = settings;
    const tell = (what: "open" | "lost" | "connectionEnded", error?: Error): void => {
      for (const each of [...this.#subscriptions, this.#outgoing]) each[what](error as Error);
    };
    const connection = createConnection(settings, {
      opened: () => tell("open"),
      received: (message) => this.#take(message),
      lost: () => tell("lost"),
      ended: (error) => tell("connectionEnded", error),
    });
    this.#connection = connection;
    this.#outgoing = createOutgoing(connection, settings);
    this.#outgoing.pending.listen(() => this.#need());
    this.#host = {
      settings,
      connection,
      subscriptions: this.#subscriptions,
      takers: this.#takers,
      changed: () => this.#need(),
    };
  }

  /** The connection's state: the same object until it changes. */
  get state(): ConnectionState {
    return this.#connection.state.value;
  }

  /** Calls the listener after each change of `state`. Returns a function that ends this. */
  readonly onState = (listener: () => void): (() => void) =>
    this.#connection.state.listen(listener);

  /** The publishes that have no answer yet: the same array until it changes. */
  get pending(): readonly PendingEvent[] {
    return this.#outgoing.pending.value;
  }

  /** Calls the listener after each change of `pending`. Returns a function that ends this. */
  readonly onPending = (listener: () => void): (() => void) =>
    this.#outgoing.pending.listen(listener);

  /** Connects now: ends the wait before the next attempt, and begins anew after `closed`. */
  connect(): void {
    this.#assertNotClosed();
    this.#connection.connect();
  }

  /**
   * Receives the events of a channel, `kind:id`, or of several; patterns such as `booking:*` are
   * channels too. The listener gets each event once and in order. Without a listener, the
   * subscription is an async iterator.
   *
   * A subscription that the server refuses for a while is repeated. One that it refuses otherwise
   * (`forbidden`, `bad_request`) ends: `ended` is rejected with the `CourtsideError`. Throws one with
   * code `closed` after `close()`.
   */
  subscribe<const F extends TypeFilter = TypeFilter, const K extends FieldName = string>(
    channels: string | readonly string[],
    options?: SubscribeOptions<F, K>,
    listener?: Listener<EventsFor<F, K>>,
  ): Subscription<EventsFor<F, K>>;
  /** Receives the events from now on, of all types. */
  subscribe(channels: string | readonly string[], listener: Listener<CourtsideEvent>): Subscription;
  subscribe(
    channels: string | readonly string[],
    options: SubscribeOptions | Listener<CourtsideEvent> = {},
    // biome-ignore lint/suspicious/noExplicitAny: the overloads have the type
    listener?: Listener<any>,
    // biome-ignore lint/suspicious/noExplicitAny: the overloads have the type
  ): Subscription<any> {
    this.#assertNotClosed();
    if (typeof options === "function") return this.subscribe(channels, {}, options);
    const subscription = createSubscription(this.#host, [channels].flat(), options, listener);
    const { error } = this.state as { error?: CourtsideError };
    if (error) subscription.connectionEnded(error);
    return subscription;
  }

  /**
   * Publishes an event. Fulfilled when it is on disk. Without a connection it waits, and is sent again
   * after each reconnect with the same id, so it is appended once.
   *
   * Rejected with a `CourtsideError`: `overloaded` (`maxPending` events wait), `version_conflict`,
   * `payload_too_large`, what else the server refuses, or `closed`.
   */
  async publish(event: NewEvent, options: PublishOptions = {}): Promise<Published> {
    this.#assertNotClosed();
    const { error } = this.state as { error?: CourtsideError };
    if (error) throw error;
    return this.#outgoing.add(event, options);
  }

  /**
   * One page of past events. Rejected with a `CourtsideError` if the server refuses: `bad_request`,
   * `forbidden`, or `position_expired` when the events after `after` are gone.
   */
  async history<const F extends TypeFilter = TypeFilter>(
    query: HistoryQuery<F> = {},
  ): Promise<HistoryPage<EventsFor<F>>> {
    // Its module is loaded when it is first needed: most pages read no history.
    const { readPage } = await import("./history.js");
    return (await readPage(this.#settings, this.#connection.token, query)) as never;
  }

  /** All past events that match, page by page, each once. Fails as `history()` does. */
  async *historyAll<const F extends TypeFilter = TypeFilter>(
    query: HistoryQuery<F> = {},
  ): AsyncGenerator<EventsFor<F>, void> {
    const { readAll } = await import("./history.js");
    yield* readAll((page) => this.history(page as never), query) as AsyncGenerator<never, void>;
  }

  /**
   * Ends everything: publishes without an answer are rejected with `closed`. Fulfilled when the
   * running handlers have finished.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    const ends = [...this.#subscriptions].map((each) => each.close());
    this.#outgoing.connectionEnded(closedError("client"));
    this.#connection.close(1000, "close()");
    await Promise.all(ends);
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #take(message: Message): void {
    // A subscription has the number of its request, so an error finds it too.
    const taker = this.#takers.get(message.sub ?? message.id);
    if (taker) taker.take(message);
    else if (message.type !== "progress") this.#outgoing.take(message);
    else for (const each of this.#takers.values()) each.take(message);
  }

  #need(): void {
    this.#connection.need(this.#subscriptions.size > 0 || this.pending.length > 0);
  }

  #assertNotClosed(): void {
    if (this.#isClosed) throw closedError("client");
  }
}
