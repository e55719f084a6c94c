// Goal: an application that is compiled to require() has the same types.
import outbox = require("@courtside/outbox");
import type { Money } from "@courtside/outbox";

declare const tx: outbox.Transaction;
const amount: Money = { minor: 45000, currency: "INR" };

const written: Promise<outbox.OutboxReceipt> = outbox.outboxEvent(tx, {
  type: "booking.created",
  data: { bookingId: "b_1", amount },
});
// @ts-expect-error: no bookingId
void outbox.outboxEvent(tx, { type: "booking.created", data: { amount } });
