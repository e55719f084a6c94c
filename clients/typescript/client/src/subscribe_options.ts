import type { Gap } from "./errors.js";
import type { CourtsideEvent, EventAttributes } from "./events.js";

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

/** A field of an event, or the name of an extension. */
export type FieldName = keyof EventAttributes | "type" | "data" | (string & {});

/** What `subscribe()` takes beside the channels. */
export interface SubscribeOptions<F extends string = string, K extends FieldName = string> {
  /** Where to begin, if the store has no position. Default: `now`. */
  from?: From;
  /** Types, or patterns such as `booking.*`. Default: all. */
  types?: readonly F[];
  /**
   * The fields of each event that the application needs, 1 … 32: the server sends no others, and the
   * type of the events has no others. `data` stands for binary data too. Without WebSocket, events
   * have all fields. Default: all.
   */
  fields?: readonly K[];
  /**
   * Lets the server put the events of one commit, or of a part of a replay, into one message. It
   * delays nothing, and the listener still gets one event at a time. Default: true.
   */
  batch?: boolean;
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
   * Events that may wait for the application. When so many wait, or more with the rest of one
   * message, the client unsubscribes until half of them are done; nothing is lost. Default: 1000.
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
  /**
   * What to do after the handler, or the store, failed. With `fields`, the event has only these.
   * Default: `stop`.
   */
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
