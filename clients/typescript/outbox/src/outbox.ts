// Writes events to the outbox, within the transaction of the change itself.

import { fail } from "./fail.js";
import { rowOf, type Row, type Said } from "./row.js";
import { messageStatements, tableStatements } from "./statements.js";
import { requireTransaction, run, type Transaction, type Written } from "./transaction.js";
import type { OutboxEvent, OutboxReceipt } from "./types.js";

export interface OutboxOptions {
  /**
   * `table` (default): a row of "EventOutbox". `message`: a message in the write-ahead log, for a
   * Courtside server that reads the log (wal_level = logical). Messages are not stored in a table,
   * so nothing has to be deleted.
   */
  via?: "table" | "message" | undefined;
  /** The schema of the tables, if it is not in the connection's search path. */
  schema?: string | undefined;
}

export interface Outbox {
  /**
   * Writes the event in the caller's transaction, with one statement. The event is published if and
   * only if the transaction commits.
   *
   * A TypeError names the wrong field, before the database is called. An error of the database (the
   * same `eventId` again, a lost connection) has ended the transaction: do not catch it.
   */
  outboxEvent<const T extends string>(
    tx: Transaction,
    event: { type: T } & OutboxEvent<T>,
  ): Promise<OutboxReceipt>;

  /**
   * Writes several events, in this order, with one statement; the receipts are in the same order.
   */
  outboxEvents<const T extends readonly string[]>(
    tx: Transaction,
    events: readonly [...{ [I in keyof T]: { type: T[I] } & OutboxEvent<T[I]> }],
  ): Promise<OutboxReceipt[]>;
}

export function createOutbox(options: OutboxOptions = {}): Outbox {
  if (typeof options !== "object") fail("options", "must be an object, as { via, schema }");
  const { via = "table", schema } = options;
  if (via !== "table" && via !== "message") fail("via", 'must be "table" or "message"');
  const statements = via === "table" ? tableStatements(schema) : messageStatements(schema);

  async function write(tx: Transaction, events: readonly unknown[]): Promise<OutboxReceipt[]> {
    requireTransaction(tx);
    const rows = events.length === 1 ? [rowOf(events[0] as Said)] : rowsOf(events);
    const [first] = rows;
    if (first === undefined) return [];
    const statement = rows.length === 1 ? statements.one(first) : statements.several(rows);
    return receipts(rows, await run(tx, statement));
  }

  return {
    outboxEvent: async (tx, event) => (await write(tx, [event]))[0] as OutboxReceipt,
    outboxEvents: async (tx, events) => {
      if (!Array.isArray(events)) fail("events", "must be an array");
      return await write(tx, events);
    },
  };
}

// All events are checked before any is written.
function rowsOf(events: readonly unknown[]): Row[] {
  const known = new Set<string>();
  return events.map((event, index) => {
    try {
      const row = rowOf(event as Said);
      if (known.has(row.eventId)) fail("eventId", "is the same as in an earlier event");
      known.add(row.eventId);
      return row;
    } catch (error) {
      if (error instanceof TypeError) error.message += ` (events[${index}])`;
      throw error;
    }
  });
}

// By their ids, because SQL does not guarantee the order of the returned rows.
function receipts(rows: readonly Row[], written: readonly Written[]): OutboxReceipt[] {
  const byId = new Map(written.map((each) => [each.eventId, each]));
  return rows.map(({ eventId }) => {
    const { position, aggregateVersion } = byId.get(eventId) as Written;
    return { eventId, position, aggregateVersion: Number(aggregateVersion) };
  });
}

export const { outboxEvent, outboxEvents } = createOutbox();
