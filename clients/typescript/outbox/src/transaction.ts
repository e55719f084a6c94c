// The caller's transaction, as Prisma's interactive client or as a client of `pg` within BEGIN.
// Neither is imported, because only two of their functions are needed.

import { fail } from "./fail.js";
import type { Statement } from "./statements.js";

/** Prisma's client within `prisma.$transaction(async (tx) => ...)`. */
export interface PrismaTransaction {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  $queryRawUnsafe<T = unknown>(query: string, ...values: any[]): PromiseLike<T>;
  /**
   * Only the client outside a transaction has this function, so the compiler refuses that client.
   * ($transaction would distinguish them in Prisma 6 only, because transactions nest from 7 on.)
   */
  $connect?: undefined;
}

/** A client of `pg` on which BEGIN was sent. */
export interface PgTransaction {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  query(text: string, values: any[]): PromiseLike<{ rows: any[] }>;
  /** Only a Pool has this field. Each query of a Pool may use another connection. */
  totalCount?: undefined;
}

export type Transaction = PrismaTransaction | PgTransaction;

export interface Written {
  eventId: string;
  position: string;
  aggregateVersion: string;
}

/** Refuses a client that is known to be outside a transaction, also in plain JavaScript. */
export function requireTransaction(tx: unknown): asserts tx is Transaction {
  const handle = (typeof tx === "object" || typeof tx === "function" ? tx : null) as Handle | null;
  if (typeof handle?.$queryRawUnsafe === "function") {
    if (handle.$connect !== undefined) {
      fail(
        "tx",
        "is the Prisma client itself: use the one that $transaction(async (tx) => ...) gives",
      );
    }
  } else if (typeof handle?.query === "function") {
    if (handle.totalCount !== undefined) {
      fail("tx", "is a pg Pool: use a client of it, after BEGIN");
    }
    if (isIdle(handle)) fail("tx", "is in no transaction: send BEGIN first");
  } else {
    fail("tx", "must be Prisma's client within $transaction, or a client of pg");
  }
}

export async function run(tx: Transaction, { text, values }: Statement): Promise<Written[]> {
  const isPrisma = "$queryRawUnsafe" in tx;
  return isPrisma ? await tx.$queryRawUnsafe(text, ...values) : (await tx.query(text, values)).rows;
}

interface Handle {
  $queryRawUnsafe?: unknown;
  $connect?: unknown;
  query?: unknown;
  totalCount?: unknown;
  readyForQuery?: unknown;
  getTransactionStatus?: unknown;
}

// pg 8.21 and later have this function. A BEGIN that was sent but not awaited counts as begun.
function isIdle(handle: Handle): boolean {
  if (typeof handle.getTransactionStatus !== "function") return false;
  return handle.getTransactionStatus() === "I" && handle.readyForQuery === true;
}
