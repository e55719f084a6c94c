import type { CatalogueEvents } from "./catalogue.js";

/**
 * The event types of the application, each with the type of its `data`. Add your own. The first
 * line is needed: in a file without an import, `declare module` replaces the types of the package.
 *
 * ```ts
 * import "@courtside/client";
 *
 * declare module "@courtside/client" {
 *   interface EventTypes {
 *     "coach.hired": { coachId: string };
 *   }
 * }
 * ```
 */
export interface EventTypes extends CatalogueEvents {}

/** The name of an event type. */
export type EventType = keyof EventTypes & string;

/** `booking.*` for every family that `EventTypes` has. */
export type TypePattern = EventType extends infer T
  ? T extends `${infer Family}.${string}`
    ? `${Family}.*`
    : never
  : never;

/** What a filter of types may contain: a type, or a pattern. */
export type TypeFilter = EventType | TypePattern;

/** The attributes of every event, as CloudEvents 1.0 has them, and its extensions. */
export interface EventAttributes {
  /** The version of CloudEvents. */
  specversion: "1.0";
  /** The producer's name of the event. An event with the same `source` and `id` is appended once. */
  id: string;
  /** Who produced it. */
  source: string;
  /** What it is about, `kind:id`. */
  subject: string;
  /** When it happened, RFC 3339: as the producer says, otherwise when it was appended. */
  time: string;
  /** The media type of `data`. */
  datacontenttype?: string;
  /** The event's number in the log, 20 digits. */
  sequence: string;
  /** When it was appended, RFC 3339 with microseconds. It never goes back. */
  recordedtime: string;
  /** The number of this event among those of its subject: 1, 2, 3 … */
  subjectversion: number;
  /** The same for all events that one request or process caused. */
  correlationid?: string;
  /** The id of the event or command that caused it. */
  causationid?: string;
  /** The account that did it. Readers who may not know it get none of the three. */
  actorid?: string;
  /** What kind of account did it. */
  actortype?: "USER" | "ADMIN" | "SYSTEM" | "ANONYMOUS";
  /** The account's role. */
  actorrole?: string;
  /** W3C Trace Context. */
  traceparent?: string;
}

/** The event of one type. */
export type EventOf<T extends EventType> = T extends EventType
  ? EventAttributes & {
      /** The name of the type. */
      type: T;
      /** The payload. */
      data: EventTypes[T];
    }
  : never;

/** Any event: a union that `type` tells apart. */
export type CourtsideEvent = EventOf<EventType>;

/** The types that a filter lets through. */
export type Matching<F> = F extends `${infer Family}.*`
  ? Extract<EventType, `${Family}.${string}`>
  : Extract<EventType, F>;

/** Each of these events with only some of its fields; with all of them if `K` is any text. */
export type WithFields<E, K extends string> = string extends K
  ? E
  : E extends unknown
    ? Pick<E, Extract<keyof E, K>>
    : never;

/** The events that a filter lets through, with the fields that are asked for. */
export type EventsFor<F extends TypeFilter, K extends string = string> = WithFields<
  TypeFilter extends F ? CourtsideEvent : EventOf<Matching<F>>,
  K
>;

/** What an application may say about an event that it publishes, beside its type and payload. */
export interface NewEventAttributes {
  /** What the event is about, `kind:id`. */
  subject: string;
  /** An event with the same `source` and `id` is appended once. Default: 128 random bits. */
  id?: string;
  /** Who produces it. Default: `source` of the options. */
  source?: string;
  /** When it happened, RFC 3339. Default: when the server appends it. */
  time?: string;
  /** The same for all events that one request or process causes. */
  correlationid?: string;
  /** The id of the event or command that causes it. */
  causationid?: string;
  /** Explicit audiences beside those of the routes, for trusted publishers only. */
  channels?: string[];
}

/**
 * What an application publishes. The client adds `specversion`, and `id` and `source` if missing.
 * The whole event may have 64 KiB over WebSocket, and 256 KiB over HTTP.
 */
export type NewEvent<T extends EventType = EventType> = T extends EventType
  ? NewEventAttributes & {
      /** The name of the type. */
      type: T;
      /** The payload. */
      data: EventTypes[T];
    }
  : never;
