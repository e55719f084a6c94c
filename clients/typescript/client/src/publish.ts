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

/** The publishes of a client. */
export interface Outgoing {
  readonly pending: Cell<readonly PendingEvent[]>;
  add(event: NewEvent, options: PublishOptions): Promise<Published>;
  /** The connection is open: everything without an answer is sent again. */
  open(): void;
  lost(): void;
  /** Perhaps the answer to one of them. */
  take(message: Message): void;
  /** None of them will be sent. */
  connectionEnded(error: Error): void;
}

// A function and not a class, because names of private members are not shortened as much.
export function createOutgoing(connection: Connection, settings: Settings): Outgoing {
  const { clock, maxPending, source } = settings;
  const pending = new Cell<readonly PendingEvent[]>([]);
  const entries: Entry[] = [];

  function send(entry: Entry): void {
    clock.clearTimeout(entry.timer);
    if (!connection.isOpen() || entry.request) return;
    const id = connection.nextId();
    const { event, expectedversion } = entry;
    const message = { type: "publish", id, expectedversion, event };
    const maxMessage = connection.maxMessage();
    // A larger message would close the connection.
    if (new TextEncoder().encode(JSON.stringify(message)).length > maxMessage) {
      remove(entry);
      const most = `a message may have ${maxMessage} bytes`;
      const details = { limit: maxMessage };
      return entry.reject(new CourtsideError("payload_too_large", most, false, details));
    }
    entry.request = id;
    connection.send(message);
  }

  function remove(entry: Entry): void {
    entries.splice(entries.indexOf(entry), 1);
    changed();
  }

  function changed(): void {
    pending.set(entries.map(({ event }) => event));
  }

  return {
    pending,
    add(event, { expectedversion }) {
      return new Promise((resolve, reject) => {
        if (entries.length >= maxPending) throw tooManyError(maxPending);
        // A copy, so that later changes of the object change nothing. Without what is `undefined`.
        const copy = JSON.parse(JSON.stringify(event));
        const entry: Entry = {
          event: { specversion: "1.0", id: newId(), source, ...copy },
          expectedversion,
          request: 0,
          failures: 0,
          resolve,
          reject,
        };
        entries.push(entry);
        changed();
        send(entry);
      });
    },
    open() {
      for (const entry of [...entries]) send(entry);
    },
    lost() {
      for (const entry of entries) entry.request = 0;
    },
    take(message) {
      const entry = entries.find(({ request }) => request && request === message.id);
      if (!entry) return;
      const error = serverError(message);
      const isOk = message.type === "ok";
      if (isOk || !error.retryable || error.code === "unauthorized") {
        remove(entry);
        const { position, subjectversion, duplicate } = message;
        if (isOk) entry.resolve({ id: entry.event.id, position, subjectversion, duplicate });
        else entry.reject(error);
      } else {
        entry.request = 0;
        entry.timer = clock.setTimeout(
          () => send(entry),
          delay(settings, entry.failures++, error.details.retryafter as number | undefined),
        );
      }
    },
    connectionEnded(error) {
      for (const entry of entries.splice(0)) {
        clock.clearTimeout(entry.timer);
        entry.reject(error);
      }
      changed();
    },
  };
}
