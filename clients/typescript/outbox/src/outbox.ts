// Events into the outbox, within the transaction of the change that they tell of.

import { fail } from "./fail.js";
import { rowOf, type Row, type Said } from "./row.js";
import { messageStatements, tableStatements } from "./statements.js";
import { requireTransaction, run, type Transaction, type Written } from "./transaction.js";
import type { OutboxEvent, OutboxReceipt } from "./types.js";

export interface OutboxOptions {
  /**
   * `table` (default): a row of "EventOutbox". `message`: a message in the write-ahead log, for a
   * Courtside that reads the log (wal_level = logical); nothing is stored, and nothing to be
   * cleaned.
   */
  via?: "table" | "message" | undefined;
  /** The schema that holds the tables, where the connection's search path does not. */
  schema?: string | undefined;
}

export interface Outbox {
  /**
   * Writes the event in the caller's transaction, with one statement. It happens exactly if the
   * transaction commits.
   *
   * A TypeError names the field that is wrong, before the database was asked. An error of the
   * database (the same `eventId` again, a lost connection) has ended the transaction: let it pass.
   */
  outboxEvent<const T extends string>(
    tx: Transaction,
    event: { type: T } & OutboxEvent<T>,
  ): Promise<OutboxReceipt>;

  /** Writes several, in this order, with one statement; the receipts are in the same order. */
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

// All are judged before any is written.
function rowsOf(events: readonly unknown[]): Row[] {
  const known = new Set<string>();
  return events.map((event, index) => {
    try {
      const row = rowOf(event as Said);
      if (known.has(row.eventId)) fail("eventId", "is that of an earlier one");
      known.add(row.eventId);
      return row;
    } catch (error) {
      if (error instanceof TypeError) error.message += ` (events[${index}])`;
      throw error;
    }
  });
}

// By their ids: SQL does not promise the order of what it returns.
function receipts(rows: readonly Row[], written: readonly Written[]): OutboxReceipt[] {
  const byId = new Map(written.map((each) => [each.eventId, each]));
  return rows.map(({ eventId }) => {
    const { position, aggregateVersion } = byId.get(eventId) as Written;
    return { eventId, position, aggregateVersion: Number(aggregateVersion) };
  });
}

export const { outboxEvent, outboxEvents } = createOutbox();
