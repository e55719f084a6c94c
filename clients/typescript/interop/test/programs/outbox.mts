// A backend in an empty project: it writes an event within a transaction, here of a stand-in for pg
// that keeps the statement. The server is not needed for that.
import { createOutbox, outboxEvent, type PgTransaction, runWithContext } from "@courtside/outbox";

const statements: { text: string; values: unknown[] }[] = [];
const tx: PgTransaction = {
  async query(text: string, values: unknown[]) {
    statements.push({ text, values });
    return { rows: [{ eventId: "e_1", position: "7", aggregateVersion: "1" }] };
  },
};

const receipt = await runWithContext({ correlationId: "c_1" }, () =>
  outboxEvent(tx, { type: "booking.created", eventId: "e_1", data: { bookingId: "b_1" } }),
);
const { position, aggregateVersion }: { position: string; aggregateVersion: number } = receipt;
const [statement] = statements;
if (position !== "7" || aggregateVersion !== 1 || statements.length !== 1) throw new Error("no receipt");
if (!statement?.text.includes('"EventOutbox"') || !JSON.stringify(statement.values).includes("c_1"))
  throw new Error(`another statement: ${statement?.text}`);

// @ts-expect-error the subject's own id is missing
await outboxEvent(tx, { type: "booking.created", data: {} }).catch(() => {});
// @ts-expect-error an unknown way
const wrong = (): unknown => createOutbox({ via: "queue" });
try {
  wrong();
  throw new Error("it was accepted");
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
}
console.log("as expected");
