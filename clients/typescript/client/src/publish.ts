// Publishes that have no answer yet. They are sent again after each reconnect, with the same id, so
// that each is appended once.
import type { Connection } from "./connection.js";
import { Cell, delay, newId } from "./environment.js";
import { CourtsideError, serverError, tooManyError } from "./errors.js";
import type { NewEvent } from "./events.js";
import type { Message, Settings } from "./options.js";

/** What `publish()` takes beside the event. */
export interface PublishOptions {
  /**
   * The subject's present version; 0: the subject must not exist. Otherwise the promise is rejected
   * with `version_conflict`.
   */
  expectedversion?: number;
}

/** The answer to a publish: the event is on disk. */
export interface Published {
  /** The event's id. */
  id: string;
  /** The event's position in the log, `epoch:offset`. */
  position: string;
  /** The subject's version with this event: 1, 2, 3 … */
  subjectversion: number;
  /** Whether the event had been appended before. */
  duplicate: boolean;
}

/** An event that waits for its answer. */
export type PendingEvent = NewEvent & {
  /** The id that every attempt sends. */
  readonly id: string;
};

interface Entry {
  event: PendingEvent;
  expectedversion: number | undefined;
  request: number;
  failures: number;
  timer?: unknown;
  resolve(published: Published): void;
  reject(error: Error): void;
}

export class Outgoing {
  readonly pending = new Cell<readonly PendingEvent[]>([]);
  #entries: Entry[] = [];
  #connection: Connection;
  #settings: Settings;

  constructor(connection: Connection, settings: Settings) {
    this.#connection = connection;
    this.#settings = settings;
  }

  add(event: NewEvent, options: PublishOptions): Promise<Published> {
    return new Promise((resolve, reject) => {
      const { maxPending, source } = this.#settings;
      if (this.#entries.length >= maxPending) throw tooManyError(maxPending);
      // A copy, so that later changes of the object change nothing. Without what is `undefined`.
      const copy = JSON.parse(JSON.stringify(event));
      const entry: Entry = {
        event: { specversion: "1.0", id: newId(), source, ...copy },
        expectedversion: options.expectedversion,
        request: 0,
        failures: 0,
        resolve,
        reject,
      };
      this.#entries.push(entry);
      this.#changed();
      this.#send(entry);
    });
  }

  /** The connection is open: everything without an answer is sent again. */
  opened(): void {
    for (const entry of [...this.#entries]) this.#send(entry);
  }

  lost(): void {
    for (const entry of this.#entries) entry.request = 0;
  }

  /** Whether the message was an answer to one of them. */
  take(message: Message): boolean {
    const entry = this.#entries.find(({ request }) => request && request === message.id);
    if (!entry) return false;
    const error = serverError(message);
    const isOk = message.type === "ok";
    if (isOk || !error.retryable || error.code === "unauthorized") {
      this.#remove(entry);
      const { position, subjectversion, duplicate } = message;
      if (isOk) entry.resolve({ id: entry.event.id, position, subjectversion, duplicate });
      else entry.reject(error);
    } else {
      entry.request = 0;
      entry.timer = this.#settings.clock.setTimeout(
        () => this.#send(entry),
        delay(this.#settings, entry.failures++, error.details.retryafter as number | undefined),
      );
    }
    return true;
  }

  /** None of them will be sent. */
  fail(error: Error): void {
    for (const entry of this.#entries.splice(0)) {
      this.#settings.clock.clearTimeout(entry.timer);
      entry.reject(error);
    }
    this.#changed();
  }

  #send(entry: Entry): void {
    this.#settings.clock.clearTimeout(entry.timer);
    if (!this.#connection.isOpen() || entry.request) return;
    const id = this.#connection.nextId();
    const { event, expectedversion } = entry;
    const message = { type: "publish", id, expectedversion, event };
    const maxMessage = this.#connection.maxMessage();
    // A larger message would close the connection.
    if (new TextEncoder().encode(JSON.stringify(message)).length > maxMessage) {
      this.#remove(entry);
      const most = `a message may have ${maxMessage} bytes`;
      return entry.reject(new CourtsideError("payload_too_large", most));
    }
    entry.request = id;
    this.#connection.send(message);
  }

  #remove(entry: Entry): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#changed();
  }

  #changed(): void {
    this.pending.set(this.#entries.map(({ event }) => event));
  }
}
