// What happens between a player, a slot and the platform.
import type { Slot } from "./board.js";
import type { BookedSlot, Cancelled, Order } from "./events.js";
import { notify } from "./notification.js";
import { clockTime, minutes, type Scene, type Story, say, wait } from "./story.js";
import { courts, hours, rupees, venueId } from "./venue.js";

/** How long a slot is held for somebody who has not paid yet. */
export const holdMs = 10 * minutes;

export type Fate = "pays" | "is declined" | "declined, then pays" | "forgets" | "changes mind";

const declineCodes = ["CARD_DECLINED", "INSUFFICIENT_FUNDS", "UPI_TIMEOUT"] as const;

/** A player looks for a free slot, holds it, and then pays, or does not. */
export function* visit(scene: Scene, account: string, fate = fateOf(scene)): Story {
  const slot = chooseSlot(scene);
  if (!slot) return;
  const { slotId, start, end, court, price, version } = slot;
  const holdId = scene.newId("h");
  const expiresAt = new Date(scene.now + holdMs).toISOString();
  const hold = { slotId, venueId, accountId: account, holdId };
  const isHeld = yield say(
    "slot.held",
    `slot:${slotId}`,
    { ...hold, court, start, end, price, expiresAt },
    { by: account, expectedversion: version },
  );
  // Somebody was faster.
  if (!isHeld) return;
  if (fate === "forgets") {
    yield wait(holdMs);
    yield say("slot.hold_expired", `slot:${slotId}`, hold);
    const body = `Nobody paid for ${court} at ${clockTime(start)} within ten minutes.`;
    return notify(scene, account, { kind: "hold_expired", title: "Your hold has expired", body });
  }
  yield wait(scene.random.between(1, 3) * minutes);
  if (fate === "changes mind") {
    yield say("slot.hold_released", `slot:${slotId}`, hold, { by: account });
    return;
  }
  yield* pay(scene, { ...hold, court, start, end, price }, fate);
}

/** The platform's part after a person has held a slot. */
export function* checkout(scene: Scene, order: Order): Story {
  yield wait(1.5 * minutes);
  yield* pay(scene, order, "pays");
}

function* pay(scene: Scene, order: Order, fate: Fate): Story {
  const { slotId, accountId, holdId, court, start, end, price: amount } = order;
  const bookingId = scene.newId("b");
  const booking = { bookingId, accountId, venueId };
  const subject = `booking:${bookingId}`;
  yield say(
    "booking.created",
    subject,
    { ...booking, slotId, court, start, end, amount },
    { by: accountId, expectedversion: 0 },
  );
  yield wait(scene.random.between(0.5, 1.5) * minutes);
  const method = scene.random.pick(["UPI", "CARD"]);
  const place = `${court}, ${clockTime(start)}`;
  if (fate !== "pays") {
    const paymentId = scene.newId("p");
    const code = scene.random.pick(declineCodes);
    const payment = { paymentId, ...booking, amount, method, code };
    yield say("payment.failed", `payment:${paymentId}`, payment);
    const body = `${place}: ${rupees(amount)} could not be taken (${code}).`;
    notify(scene, accountId, { kind: "payment_failed", title: "Payment failed", body, bookingId });
    yield wait(2 * minutes);
    if (fate === "is declined") {
      yield say("booking.rejected", subject, { ...booking, reasonCode: "PAYMENT_FAILED" });
      const hold = { slotId, venueId, accountId, holdId };
      yield say("slot.hold_released", `slot:${slotId}`, hold);
      return;
    }
  }
  const paymentId = scene.newId("p");
  yield say("payment.captured", `payment:${paymentId}`, {
    paymentId,
    ...booking,
    amount,
    method,
  });
  yield say("slot.booked", `slot:${slotId}`, { slotId, venueId, accountId, bookingId, holdId });
  yield say("booking.confirmed", subject, { ...booking, slotId, amount });
  const body = `${place}. Paid ${rupees(amount)}.`;
  notify(scene, accountId, { kind: "booking_confirmed", title: "You are booked", body, bookingId });
  const booked = { bookingId, accountId, slotId, court, start, end, amount };
  scene.play((own) => remind(own, booked));
  scene.play((own) => attend(own, booked));
  if (scene.random.chance(0.3)) scene.play((own) => cancelLater(own, booked));
}

function* remind(scene: Scene, booked: BookedSlot): Story {
  const at = Date.parse(booked.start) - 30 * minutes;
  if (at < scene.now) return;
  yield wait(at - scene.now);
  if (!isStillBooked(scene, booked)) return;
  const body = `${booked.court} at ${clockTime(booked.start)}. Please come ten minutes early.`;
  const { bookingId } = booked;
  notify(scene, booked.accountId, { kind: "reminder", title: "In half an hour", body, bookingId });
}

function* attend(scene: Scene, booked: BookedSlot): Story {
  const { bookingId, accountId, slotId } = booked;
  const ids = { bookingId, accountId, venueId, slotId };
  const subject = `booking:${bookingId}`;
  const isNoShow = scene.random.chance(0.08);
  const arrival = isNoShow ? 20 : scene.random.between(-6, 4);
  yield wait(Math.max(0, Date.parse(booked.start) + arrival * minutes - scene.now));
  if (!isStillBooked(scene, booked)) return;
  if (isNoShow) {
    yield say("booking.no_show_confirmed", subject, ids);
    return;
  }
  yield say("booking.checked_in", subject, ids);
  yield wait(Math.max(0, Date.parse(booked.end) - scene.now));
  yield say("booking.completed", subject, ids);
}

function* cancelLater(scene: Scene, booked: BookedSlot): Story {
  const latest = Date.parse(booked.start) - 15 * minutes - scene.now;
  if (latest <= 0) return;
  yield wait(scene.random.between(0.1, 0.9) * latest);
  if (!isStillBooked(scene, booked)) return;
  const { bookingId, accountId, slotId } = booked;
  const data = { bookingId, accountId, venueId, slotId, reasonCode: "PLANS_CHANGED" };
  yield say("booking.cancelled", `booking:${bookingId}`, data, { by: accountId });
  yield* afterCancellation(scene, data);
}

/** The platform's part after a cancellation: the slot is free again, and the money goes back. */
export function* afterCancellation(scene: Scene, cancelled: Cancelled): Story {
  const { bookingId, accountId, slotId } = cancelled;
  const slot = scene.board.get(slotId);
  if (!slot || slot.bookingId !== bookingId) return;
  const { court, start, price: amount } = slot;
  yield say("slot.released", `slot:${slotId}`, { slotId, venueId, accountId, bookingId });
  const refundId = scene.newId("r");
  const refund = { refundId, bookingId, accountId, venueId, amount };
  yield wait(minutes);
  yield say("refund.requested", `refund:${refundId}`, refund);
  yield wait(scene.random.between(2, 6) * minutes);
  yield say("refund.succeeded", `refund:${refundId}`, refund);
  const body = `${rupees(amount)} for ${court} at ${clockTime(start)} are on their way.`;
  notify(scene, accountId, { kind: "refund", title: "Refund paid", body, bookingId });
}

const isStillBooked = (scene: Scene, { slotId, bookingId }: BookedSlot): boolean =>
  scene.board.get(slotId)?.bookingId === bookingId;

function fateOf({ random }: Scene): Fate {
  const roll = random.next();
  if (roll < 0.62) return "pays";
  if (roll < 0.72) return "declined, then pays";
  if (roll < 0.8) return "is declined";
  return roll < 0.91 ? "forgets" : "changes mind";
}

// One of the next hours, mostly one of the first.
function chooseSlot({ board, now, midnight, random }: Scene): Slot | undefined {
  const opening = midnight + hours.opens * 60 * minutes;
  const startOf = ({ start }: Slot): number => Date.parse(start);
  const free = [...board.values()]
    .filter(({ status }) => status === "available")
    .filter((slot) => startOf(slot) > now + 15 * minutes)
    .filter((slot) => startOf(slot) < Math.max(now, opening) + 150 * minutes)
    .sort((a, b) => startOf(a) - startOf(b) || courtOf(a) - courtOf(b));
  return free[Math.floor(random.next() ** 1.3 * free.length)];
}

const courtOf = ({ court }: Slot): number => courts.indexOf(court as (typeof courts)[number]);
