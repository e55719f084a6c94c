// The types of events for the caller. For the types of the catalogue, the compiler checks the data;
// any other type is accepted unchecked.

import type { catalogue, ids, notificationChannels } from "./catalogue.js";

/** An amount in minor units (paise, cents) and its currency, three capital letters. Always both. */
export interface Money {
  minor: number;
  currency: string;
}

/** The thing that an event is about; Courtside calls it the subject, `type:id`. */
export interface Aggregate<Kind extends string = string> {
  /** A kind as in `booking:b_1`: `[a-z][a-z0-9_]*`. */
  type: Kind;
  /** 1 to 64 bytes of UTF-8 without control characters. */
  id: string;
}

export type ActorType = "USER" | "ADMIN" | "SYSTEM" | "ANONYMOUS";

/** The account that caused the event. Without a type, the type is derived from id and role. */
export interface Actor {
  id?: string | null | undefined;
  type?: ActorType | null | undefined;
  role?: string | null | undefined;
}

/** Optional fields of every event besides its type, its aggregate and its data. */
export interface EventDetails {
  /**
   * The id that makes a repeat safe: of two events with the same id, Courtside appends only the
   * first. Default: a random UUID. While the first row is still in the table, PostgreSQL refuses
   * the second (unique violation, 23505), which ends the transaction.
   */
  eventId?: string | undefined;
  /**
   * The number of this event among its aggregate's events, from 1 without holes, if the aggregate's
   * own row has a version column that this transaction has incremented. Otherwise the counter table
   * assigns it. Use the same of the two for all events of an aggregate.
   */
  version?: number | bigint | undefined;
  /** Overrides the context's actor. `null`: no actor. */
  actor?: Actor | null | undefined;
  /** Overrides the context's id. `null`: none. */
  correlationId?: string | null | undefined;
  /** The id of the event that caused this one. Overrides the context's id. `null`: none. */
  causationId?: string | null | undefined;
  /** The version of the data's schema. Default: 1. */
  schemaVersion?: number | undefined;
  /** A Date or an RFC 3339 text. Default: the transaction's time by the database's clock. */
  occurredAt?: Date | string | undefined;
}

type Catalogue = typeof catalogue;
type Family = keyof Catalogue;
type Subject = readonly [kind: string, field: string];
type Subjects<F extends Family> = Catalogue[F]["subjects"];

/** The event types that Courtside knows. */
export type KnownEventType = {
  [F in Family]: `${F}.${Catalogue[F]["events"][number]}`;
}[Family];

type FamilyOf<T extends KnownEventType> = T extends `${infer F extends Family}.${string}`
  ? F
  : never;

interface Values {
  id: string;
  text: string;
  time: string | Date;
  money: Money;
  integer: number;
  notificationChannel: (typeof notificationChannels)[number];
}

// `any`, so that interfaces are accepted too: TypeScript gives them no index signature.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyFields = { [field: string]: any };

type KnownFields<F extends Family> = {
  [Field in keyof Catalogue[F]["fields"]]?:
    | (Catalogue[F]["fields"][Field] extends keyof Values
        ? Values[Catalogue[F]["fields"][Field]]
        : never)
    | null
    | undefined;
} & {
  [Id in Exclude<(typeof ids)[number], keyof Catalogue[F]["fields"]>]?: string | null | undefined;
};

type EventOf<T extends KnownEventType> = T extends `${Family}.${infer E}` ? E : never;

// The ids of the accounts whose rights the event changes.
type RequiredIds<T extends KnownEventType> = Catalogue[FamilyOf<T>]["required"] extends {
  readonly [E in EventOf<T>]: readonly (infer Id extends string)[];
}
  ? Record<Id, string>
  : unknown;

/** The data of a known type: its known fields have their types, and other fields are allowed. */
export type EventData<T extends KnownEventType> = KnownFields<FamilyOf<T>> &
  RequiredIds<T> &
  AnyFields;

// The aggregate is one of the family's subjects, whose id is in the data. Without an aggregate, the
// first subject is used.
type About<T extends KnownEventType, All extends readonly Subject[]> = All extends readonly [
  infer First extends Subject,
  ...infer Others extends readonly Subject[],
]
  ? | { aggregate?: Aggregate<First[0]> | undefined; data: EventData<T> & Record<First[1], string> }
    | AboutNamed<T, Others[number]>
  : { aggregate: Aggregate; data: EventData<T> };

type AboutNamed<T extends KnownEventType, S extends Subject> = S extends Subject
  ? { aggregate: Aggregate<S[0]>; data: EventData<T> & Record<S[1], string> }
  : never;

export type KnownEvent<T extends KnownEventType> = T extends KnownEventType
  ? { type: T } & EventDetails & About<T, Subjects<FamilyOf<T>>>
  : never;

export interface GenericEvent<T extends string = string> extends EventDetails {
  type: T;
  aggregate: Aggregate;
  /** Any JSON object. Courtside routes by its accountId, venueId and bookingId. */
  data?: object | undefined;
}

export type OutboxEvent<T extends string = string> = T extends KnownEventType
  ? KnownEvent<T>
  : GenericEvent<T>;

/** The result of writing an event in the caller's transaction. It is undone if that fails. */
export interface OutboxReceipt {
  eventId: string;
  /**
   * A decimal number in the table's order of writing, or, for a message, its position in the
   * write-ahead log (`0/16B3748`). A string, because JSON has no bigint.
   */
  position: string;
  aggregateVersion: number;
}
