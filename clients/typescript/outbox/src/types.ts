// What an event is for the caller. For the types of the catalogue the compiler knows what their
// data holds; any other type passes as it is.

import type { catalogue, ids, notificationChannels } from "./catalogue.js";

/** An amount in minor units (paise, cents) and its currency, three capital letters. Always both. */
export interface Money {
  minor: number;
  currency: string;
}

/** What an event is about; Courtside calls it the subject, `type:id`. */
export interface Aggregate<Kind extends string = string> {
  /** A kind as in `booking:b_1`: `[a-z][a-z0-9_]*`. */
  type: Kind;
  /** 1 to 64 bytes of UTF-8 without control characters. */
  id: string;
}

export type ActorType = "USER" | "ADMIN" | "SYSTEM" | "ANONYMOUS";

/** Who did it. A type that is not given follows from id and role. */
export interface Actor {
  id?: string | null | undefined;
  type?: ActorType | null | undefined;
  role?: string | null | undefined;
}

/** What every event may say besides its type, its aggregate and its data. */
export interface EventDetails {
  /**
   * The id that makes a repeat harmless: of two events with one id, Courtside takes the first. A
   * random UUID where none is given. While the first is still in the table, PostgreSQL refuses the
   * second (unique violation, 23505), and with it the transaction.
   */
  eventId?: string | undefined;
  /**
   * The number of this event among its aggregate's, from 1 without holes, where the aggregate's own
   * row counts (a version column that this very transaction has raised). Otherwise the counter
   * table does. Use one of the two for all events of an aggregate.
   */
  version?: number | bigint | undefined;
  /** Instead of the context's. `null`: nobody. */
  actor?: Actor | null | undefined;
  /** Instead of the context's. `null`: none. */
  correlationId?: string | null | undefined;
  /** The id of the event that led to this one. Instead of the context's. `null`: none. */
  causationId?: string | null | undefined;
  /** Of the data; 1 where not given. */
  schemaVersion?: number | undefined;
  /** A Date or RFC 3339; the transaction's time by the database's clock where not given. */
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

// `any`, so that an interface passes too: TypeScript gives none of these an index of its own.
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

// Whose rights the event changes.
type RequiredIds<T extends KnownEventType> = Catalogue[FamilyOf<T>]["required"] extends {
  readonly [E in EventOf<T>]: readonly (infer Id extends string)[];
}
  ? Record<Id, string>
  : unknown;

/** The data of a known type: its own fields have their types, others are free. */
export type EventData<T extends KnownEventType> = KnownFields<FamilyOf<T>> &
  RequiredIds<T> &
  AnyFields;

// About one of the family's subjects, whose id the data holds. The first is the one that is meant
// where the aggregate is not named.
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
  /** Whatever JSON can say; its accountId, venueId and bookingId are what Courtside routes by. */
  data?: object | undefined;
}

export type OutboxEvent<T extends string = string> = T extends KnownEventType
  ? KnownEvent<T>
  : GenericEvent<T>;

/** Where an event is now: written in the caller's transaction, and gone with it if that fails. */
export interface OutboxReceipt {
  eventId: string;
  /**
   * A decimal number in the table's order of writing, or the place in the write-ahead log
   * (`0/16B3748`) of an event that went as a message. Text, since JSON cannot say a bigint.
   */
  position: string;
  aggregateVersion: number;
}
