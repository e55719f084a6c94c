/**
 * Publishes over HTTP, in batches. For servers that publish much and subscribe to nothing.
 *
 * @module
 */
import { delay, newId, systemClock } from "./environment.js";
import { type CourtsideError, closedError, tooManyError } from "./errors.js";
import type { NewEvent } from "./events.js";
import { append } from "./http.js";
import type { Backoff, Clock, TokenCallback } from "./index.js";
import type { Published, PublishOptions } from "./publish.js";

/** What `new Publisher()` takes. */
export interface PublisherOptions {
  /** The server's address, `https://…`, with a path if a proxy adds one. */
  url: string;
  /** A token or the key of a service, or a function that returns one: called for each request. */
  token?: string | TokenCallback;
  /** `source` of events that have none. Default: `/client`. */
  source?: string;
  /** Events of one request, 1 … 1000. Default: 500. */
  batchEvents?: number;
  /** Characters of one request; one larger event goes alone. Default: 1_000_000. */
  batchBytes?: number;
  /** Publishes without an answer. A further one is refused with `overloaded`. Default: 10_000. */
  maxPending?: number;
  /** Milliseconds that a request may take; then it is repeated. Default: 30_000. */
  timeout?: number;
  /** The waits before a repeat. Default: `{ first: 500, max: 30_000 }`. */
  backoff?: Backoff;
  /** For tests. */
  clock?: Clock;
}

interface Entry {
  json: string;
  resolve(published: Published): void;
  reject(error: unknown): void;
}

/** Publishes events in the order of the calls. Each is appended once, also when requests fail. */
export class Publisher {
  #settings;
  #queue: Entry[] = [];
  #pending = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;
  #token: string | null | undefined;
  #refused: string | undefined;

  /** Does nothing else: the first publish sends a request. */
  constructor(options: PublisherOptions) {
    // Not spread over the defaults: an option may be `undefined`.
    const {
      source = "/client",
      batchEvents = 500,
      batchBytes = 1_000_000,
      maxPending = 10_000,
      timeout = 30_000,
      backoff = { first: 500, max: 30_000 },
      clock = systemClock,
    } = options;
    const { url, token } = options;
    this.#settings = {
      url,
      token,
      source,
      batchEvents,
      batchBytes,
      maxPending,
      timeout,
      backoff,
      clock,
    };
  }

  /** Publishes without an answer. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Fulfilled when the event is on disk. Events are appended in the order of the calls.
   *
   * Rejected with a `CourtsideError`: `overloaded` (`maxPending` events wait), `closed`, or what the
   * server refuses (`version_conflict`, `invalid_event`, `forbidden` …).
   */
  publish(event: NewEvent, { expectedversion }: PublishOptions = {}): Promise<Published> {
    const { maxPending, source } = this.#settings;
    return new Promise<Published>((resolve, reject) => {
      if (this.#isClosed) throw closedError("publisher");
      if (this.#pending >= maxPending) throw tooManyError(maxPending);
      const own = { id: event.id ?? newId(), source: event.source ?? source, expectedversion };
      const json = JSON.stringify({ specversion: "1.0", ...event, ...own });
      this.#queue.push({ json, resolve, reject });
      this.#pending += 1;
      // What is published in the same turn goes into the same batch.
      this.#running ??= Promise.resolve().then(() => this.#run());
    });
  }

  /** Fulfilled when everything published so far has an answer. */
  async flush(): Promise<void> {
    await this.#running;
  }

  /** Takes no more. Fulfilled when everything published so far has an answer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) await this.#send(this.#take());
    this.#running = undefined;
  }

  #take(): Entry[] {
    const { batchEvents, batchBytes } = this.#settings;
    let size = 0;
    const count = this.#queue.findIndex(({ json }, index) => {
      size += json.length;
      return index === batchEvents || (index > 0 && size > batchBytes);
    });
    return this.#queue.splice(0, count < 0 ? batchEvents : count);
  }

  // Until there is an answer. The ids make a repeat harmless.
  async #send(batch: Entry[]): Promise<void> {
    let refusals = 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const results = await this.#post(batch);
        this.#pending -= batch.length;
        for (const { resolve } of batch) resolve(results.shift() as Published);
        return;
      } catch (error) {
        // An error of the network has neither a status nor details.
        const { status, retryable, details } = error as Partial<
          CourtsideError & { status: number }
        >;
        // Once more, with a fresh token if there is one. A token concerns the whole batch.
        if (status === 401) {
          this.#refused = this.#token ?? undefined;
          refusals += 1;
          if (refusals > 1) return this.#reject(batch, error);
        } else if (retryable === false) return this.#refuse(batch, error);
        const wait = delay(this.#settings, attempt, details?.retryafter as number | undefined);
        await new Promise<void>((go) => this.#settings.clock.setTimeout(go, wait));
      }
    }
  }

  // One event refuses its whole batch, so each is tried alone.
  async #refuse(batch: Entry[], error: unknown): Promise<void> {
    if (batch.length > 1) for (const entry of batch) await this.#send([entry]);
    else this.#reject(batch, error);
  }

  #reject(batch: Entry[], error: unknown): void {
    this.#pending -= batch.length;
    for (const { reject } of batch) reject(error);
  }

  async #post(batch: Entry[]): Promise<Published[]> {
    const { url, token, timeout } = this.#settings;
    const isFunction = typeof token === "function";
    this.#token = isFunction ? await token({ refused: this.#refused }) : token;
    const events = batch.map(({ json }) => json);
    const signal = AbortSignal.timeout(timeout);
    const results = await append(url.replace(/\/*$/, "/"), this.#token, events, { signal });
    this.#refused = undefined;
    return results;
  }
}
