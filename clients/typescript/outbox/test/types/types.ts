// Goal: the compiler accepts correct calls and refuses wrong ones: it must report an error in each
// line below a @ts-expect-error.
import express from "express";
import pg from "pg";

import {
  createOutbox,
  outboxEvent,
  outboxEvents,
  outboxMiddleware,
  runWithContext,
  type EventData,
  type KnownEventType,
  type OutboxEvent,
} from "@courtside/outbox";

import { PrismaClient, type Prisma } from "../../build/prisma/client/index.js";

declare const tx: Prisma.TransactionClient;
declare const client: pg.Client;
declare const poolClient: pg.PoolClient;
declare const pool: pg.Pool;
declare const prisma: PrismaClient;

// Transactions.
const confirmed = { type: "booking.confirmed", data: { bookingId: "b_1" } } as const;
await outboxEvent(tx, confirmed);
await outboxEvent(client, confirmed);
await outboxEvent(poolClient, confirmed);
await prisma.$transaction(async (inner) => await outboxEvent(inner, confirmed));
await prisma.$extends({}).$transaction(async (inner) => await outboxEvent(inner, confirmed));
// @ts-expect-error: no transaction
await outboxEvent(prisma, confirmed);
// @ts-expect-error: no transaction
await outboxEvent(prisma.$extends({}), confirmed);
// @ts-expect-error: each query may be on another connection
await outboxEvent(pool, confirmed);

// The result.
const receipt = await outboxEvent(tx, confirmed);
const said: [string, string, number] = [receipt.eventId, receipt.position, receipt.aggregateVersion];

// Known types: their own id is required, known fields have their types, other fields are allowed.
await outboxEvent(tx, {
  type: "booking.rescheduled",
  data: {
    bookingId: "b_1",
    accountId: "42",
    venueId: null,
    start: new Date(),
    end: "2026-11-01T10:00:00Z",
    amount: { minor: 45000, currency: "INR" },
    coach: { name: "R" },
  },
});
// @ts-expect-error: no bookingId
await outboxEvent(tx, { type: "booking.created", data: { accountId: "42" } });
// @ts-expect-error: no data
await outboxEvent(tx, { type: "booking.created" });
// @ts-expect-error: money is never a bare number
await outboxEvent(tx, { type: "booking.created", data: { bookingId: "b_1", amount: 450 } });
// @ts-expect-error: nor without its currency
await outboxEvent(tx, { type: "booking.created", data: { bookingId: "b_1", amount: { minor: 1 } } });
// @ts-expect-error: an id is text
await outboxEvent(tx, { type: "booking.created", data: { bookingId: "b_1", accountId: 42 } });
// @ts-expect-error: not a channel of notifications
await outboxEvent(tx, { type: "notification.created", data: { notificationId: "n", channel: "FAX" } });
// @ts-expect-error: a booking's event is about a booking
await outboxEvent(tx, { ...confirmed, aggregate: { type: "payment", id: "p_1" } });

// Interfaces of the application are accepted as data.
interface Confirmation {
  bookingId: string;
  accountId: string;
  note?: string;
}
declare const confirmation: Confirmation;
await outboxEvent(tx, { type: "booking.confirmed", data: confirmation });
const data: EventData<"payment.captured"> = { amount: { minor: 1, currency: "INR" }, other: 1 };

// Events about money are about the payment (the default) or about its booking.
await outboxEvent(tx, { type: "payment.captured", data: { paymentId: "p_1", bookingId: "b_1" } });
await outboxEvent(tx, {
  type: "payment.captured",
  aggregate: { type: "booking", id: "b_1" },
  data: { bookingId: "b_1" },
});
// @ts-expect-error: the payment's id is missing
await outboxEvent(tx, { type: "payment.captured", data: { bookingId: "b_1" } });

// Events that change rights name the account.
await outboxEvent(tx, { type: "session.revoked", data: { sessionId: "s_1", accountId: "42" } });
// @ts-expect-error: whose session?
await outboxEvent(tx, { type: "session.revoked", data: { sessionId: "s_1" } });
// @ts-expect-error: whose session?
await outboxEvent(tx, { type: "session.revoked", data: { sessionId: "s_1", accountId: null } });
await outboxEvent(tx, { type: "venue.staff_added", data: { venueId: "v_1", accountId: "42" } });
// @ts-expect-error: who?
await outboxEvent(tx, { type: "venue.staff_added", data: { venueId: "v_1" } });
await outboxEvent(tx, { type: "venue.suspended", data: { venueId: "v_1" } });

// Unknown types: any data, but the aggregate is required.
await outboxEvent(tx, { type: "coach.hired", aggregate: { type: "coach", id: "c_1" }, data: { wage: 1 } });
await outboxEvent(tx, { type: "coach.hired", aggregate: { type: "coach", id: "c_1" }, data: confirmation });
await outboxEvent(tx, { type: "audit.queried", aggregate: { type: "user", id: "42" }, data: { rows: 7 } });
declare const anyType: string;
await outboxEvent(tx, { type: anyType, aggregate: { type: "coach", id: "c_1" } });
// @ts-expect-error: about what?
await outboxEvent(tx, { type: "coach.hired", data: { wage: 1 } });
// @ts-expect-error: about what?
await outboxEvent(tx, { type: "audit.queried", data: { rows: 7 } });
// @ts-expect-error: data is an object
await outboxEvent(tx, { type: "coach.hired", aggregate: { type: "coach", id: "c_1" }, data: "x" });

// Optional fields of every event.
await outboxEvent(tx, {
  ...confirmed,
  eventId: "e_1",
  version: 7n,
  actor: { id: "42", type: "ADMIN", role: "BMSP_ADMIN" },
  correlationId: null,
  occurredAt: new Date(),
});
// @ts-expect-error: not a type of actor
await outboxEvent(tx, { ...confirmed, actor: { id: "42", type: "ROBOT" } });
// @ts-expect-error: the version is a number
await outboxEvent(tx, { ...confirmed, version: "7" });

// Several events.
await outboxEvents(tx, [confirmed, { type: "coach.hired", aggregate: { type: "coach", id: "c_1" } }]);
// @ts-expect-error: the second has no bookingId
await outboxEvents(tx, [confirmed, { type: "booking.created", data: {} }]);
const many = ["b_1", "b_2"].map((bookingId) => ({ type: "booking.expired" as const, data: { bookingId } }));
await outboxEvents(tx, many);

// Events that are collected, and passed on by a function of the application.
const collected: OutboxEvent<KnownEventType>[] = [];
collected.push(confirmed, { type: "payment.captured", data: { paymentId: "p_1", bookingId: "b_1" } });
// @ts-expect-error: no bookingId
collected.push({ type: "booking.created", data: {} });
await outboxEvents(tx, collected);
const emit = <const T extends string>(event: { type: T } & OutboxEvent<T>) => outboxEvent(tx, event);
await emit(confirmed);
// @ts-expect-error: no bookingId
await emit({ type: "booking.created", data: {} });

const messages = createOutbox({ via: "message", schema: "platform" });
await messages.outboxEvent(tx, confirmed);
// @ts-expect-error: no such way
createOutbox({ via: "pigeon" });

const known: KnownEventType = "chat.message_posted";
// @ts-expect-error: misspelt
const unknown: KnownEventType = "chat.message_postd";

// Express.
const app = express();
app.use(outboxMiddleware());
app.use(outboxMiddleware({ actor: (request: express.Request) => ({ id: request.get("x-user") ?? null }) }));
const seven: number = runWithContext({ actor: { id: "SYSTEM" } }, () => 7);
