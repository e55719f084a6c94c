// Turns the caller's event into a row. Everything is checked here, before the database is called,
// because an error there would end the whole transaction.

import { randomUUID } from "node:crypto";

import { actorTypeOf } from "./actor.js";
import { aggregateOf, checkCatalogue } from "./catalogue_check.js";
import { currentActor, currentContext } from "./context.js";
import { fail } from "./fail.js";
import { jsonOf } from "./json.js";
import { isId, isKind, isPlainText, isTime, requireId } from "./text.js";
import type { Actor, ActorType, GenericEvent } from "./types.js";

const eventBytesMax = 256 * 1024;

/** The columns of "EventOutbox" that the producer fills, by their names. */
export interface Row {
  eventId: string;
  type: string;
  aggregateType: string;
  aggregateId: string;
  aggregateVersion: string | null; // null: counted by the table
  venueId: string | null;
  accountId: string | null;
  bookingId: string | null;
  actorId: string | null;
  actorType: string | null;
  actorRole: string | null;
  correlationId: string | null;
  causationId: string | null;
  payload: string; // JSON
  schemaVersion: number;
  occurredAt: string | null; // null: the transaction's time
}

type Data = Record<string, unknown>;

// Not checked yet: callers in plain JavaScript have no compiler.
export type Said = Omit<Partial<GenericEvent>, "data"> & { data?: unknown };

export function rowOf(event: Said): Row {
  if (typeof event !== "object" || event === null) fail("event", "must be an object");
  const type = requireType(event.type);
  const data = requireData(event.data);
  const aggregate = event.aggregate ?? aggregateOf(type, data);
  if (!isKind(aggregate.type))
    fail("aggregate.type", "must be a kind: [a-z][a-z0-9_]*, at most 64");
  requireId(aggregate.id, "aggregate.id");
  checkCatalogue(type, aggregate, data);

  const context = currentContext();
  const payload = jsonOf(data);
  const row: Row = {
    eventId: event.eventId === undefined ? randomUUID() : requireId(event.eventId, "eventId"),
    type,
    aggregateType: aggregate.type,
    aggregateId: aggregate.id,
    aggregateVersion: versionOf(event.version),
    venueId: idIn(data.venueId),
    accountId: idIn(data.accountId),
    bookingId: idIn(data.bookingId),
    ...actorColumns(event.actor === undefined ? currentActor() : event.actor),
    correlationId: idOrNull(event.correlationId, context.correlationId, "correlationId"),
    causationId: idOrNull(event.causationId, context.causationId, "causationId"),
    payload: payload.text,
    schemaVersion: schemaVersionOf(event.schemaVersion),
    occurredAt: timeOf(event.occurredAt),
  };
  checkSize(row, payload.spaces);
  return row;
}

function requireType(type: unknown): string {
  if (isPlainText(type, 255) && !type.includes("*")) return type;
  return fail("type", "must be text of 1 to 255 bytes without `*` or control characters");
}

function requireData(data: unknown): Data {
  if (data === undefined) return {};
  const isPlain = Object.prototype.toString.call(data) === "[object Object]";
  return isPlain ? (data as Data) : fail("data", "must be a plain object");
}

// For an unknown type, the field may mean something else.
function idIn(value: unknown): string | null {
  return isId(value) ? value : null;
}

function idOrNull(said: string | null | undefined, known: string | undefined, field: string) {
  const value = said === undefined ? known : said;
  return value === null || value === undefined ? null : requireId(value, field);
}

function versionOf(version: unknown): string | null {
  if (version === undefined || version === null) return null;
  const isWhole = typeof version === "bigint" || Number.isSafeInteger(version);
  const inRange = isWhole && (version as bigint) >= 1 && (version as bigint) < 2 ** 53;
  return inRange ? String(version) : fail("version", "must be an integer of 1 to 2^53 - 1");
}

function schemaVersionOf(version: unknown): number {
  if (version === undefined) return 1;
  const inRange =
    Number.isInteger(version) && (version as number) >= 1 && (version as number) < 2 ** 31;
  return inRange
    ? (version as number)
    : fail("schemaVersion", "must be an integer of 1 to 2^31 - 1");
}

function timeOf(time: unknown): string | null {
  if (time === undefined || time === null) return null;
  // A Date with a year outside RFC 3339 has another form: "-000043-..." or "+010000-...".
  const text = time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : time;
  // PostgreSQL has no year 0.
  const isKnown = isTime(text) && !text.startsWith("0000");
  return isKnown ? text : fail("occurredAt", "must be a Date or an RFC 3339 time");
}

const actorTypes: readonly (ActorType | null | undefined)[] = [
  "USER",
  "ADMIN",
  "SYSTEM",
  "ANONYMOUS",
];

function actorColumns(
  actor: Actor | null | undefined,
): Pick<Row, "actorId" | "actorType" | "actorRole"> {
  if (actor === null || actor === undefined)
    return { actorId: null, actorType: null, actorRole: null };
  // Otherwise claims of a token (userId, userRole) would become an actor without an id.
  if (typeof actor !== "object" || !["id", "type", "role"].some((name) => name in actor)) {
    fail("actor", "must be { id, type, role }; actorOf() makes one of a token's claims");
  }
  const { id = null, role = null } = actor;
  const type = actor.type ?? actorTypeOf(id, role);
  if (id !== null) requireId(id, "actor.id");
  if (role !== null && !isPlainText(role, 256)) {
    fail("actor.role", "must be text of 1 to 256 bytes without control characters");
  }
  if (!actorTypes.includes(type)) fail("actor.type", "must be USER, ADMIN, SYSTEM or ANONYMOUS");
  return { actorId: id, actorType: type, actorRole: role };
}

// The payload's size is that of PostgreSQL's form, because Courtside reads that form.
function checkSize(row: Row, spaces: number): void {
  const { payload, ...others } = row;
  const bytes = Buffer.byteLength(payload) + spaces + Buffer.byteLength(JSON.stringify(others));
  if (bytes > eventBytesMax) {
    fail("data", `makes the event ${bytes} bytes long; the maximum is ${eventBytesMax}`);
  }
}
