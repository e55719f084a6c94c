// What a player sees, folded from the events of `user:<id>`.
import type { BookedSlot, DemoEvent } from "../evening/events.js";
import { playerName } from "../evening/venue.js";

export type BookingStatus =
  | "paying"
  | "payment failed"
  | "confirmed"
  | "cancelled"
  | "refunded"
  | "rejected"
  | "playing"
  | "played"
  | "no show";

export interface Booking extends BookedSlot {
  status: BookingStatus;
  /** The version of `booking:<id>`: what a cancellation gives as `expectedversion`. */
  version: number;
}

export interface InboxItem {
  id: string;
  kind: "notification" | "message";
  title: string;
  body: string;
  time: string;
  /** How far a notification has come. */
  progress: "created" | "sent" | "delivered" | "failed" | "read";
}

export interface PlayerView {
  id: string;
  bookings: ReadonlyMap<string, Booking>;
  /** The newest first. */
  inbox: readonly InboxItem[];
  /** Before the first event that is in here. */
  begin: string;
}

const inboxMax = 30;

const statuses: Record<string, BookingStatus> = {
  "booking.created": "paying",
  "payment.failed": "payment failed",
  "payment.captured": "paying",
  "booking.confirmed": "confirmed",
  "booking.rejected": "rejected",
  "booking.cancelled": "cancelled",
  "refund.succeeded": "refunded",
  "booking.checked_in": "playing",
  "booking.completed": "played",
  "booking.no_show_confirmed": "no show",
};

const progresses: Record<string, InboxItem["progress"]> = {
  "notification.dispatched": "sent",
  "notification.delivered": "delivered",
  "notification.failed": "failed",
  "notification.read": "read",
};

export const openPlayer = (id: string, begin: string): PlayerView => ({
  id,
  bookings: new Map(),
  inbox: [],
  begin,
});

export function foldPlayer(view: PlayerView, event: DemoEvent): PlayerView {
  const { type, time } = event;
  const { bookingId, notificationId, messageId, senderId } = event.data;
  const status = statuses[type];
  if (status && bookingId) return foldBooking(view, event, bookingId, status);
  if (event.type === "notification.created") {
    const { notificationId: id, title, body } = event.data;
    const item = { id, kind: "notification", title: title ?? "", body: body ?? "", time } as const;
    return add(view, { ...item, progress: "created" });
  }
  const progress = progresses[type];
  if (progress) {
    const inbox = view.inbox.map((item) =>
      item.id === notificationId ? { ...item, progress } : item,
    );
    return { ...view, inbox };
  }
  if (event.type === "chat.message_posted" && messageId && senderId !== view.id) {
    const title = playerName(senderId);
    const body = event.data.body ?? "";
    const message = { id: messageId, kind: "message", title, body, time } as const;
    return add(view, { ...message, progress: "delivered" });
  }
  return view;
}

const add = (view: PlayerView, item: InboxItem): PlayerView => ({
  ...view,
  inbox: [item, ...view.inbox].slice(0, inboxMax),
});

function foldBooking(
  view: PlayerView,
  event: DemoEvent,
  bookingId: string,
  status: BookingStatus,
): PlayerView {
  const before = view.bookings.get(bookingId);
  const content = event.type === "booking.created" ? event.data : before;
  // Its beginning was before this evening.
  if (!content) return view;
  const { accountId, slotId, court, start, end, amount } = content;
  const isAboutBooking = event.subject === `booking:${bookingId}`;
  const version = isAboutBooking ? event.subjectversion : (before?.version ?? 0);
  const booked = { bookingId, accountId, slotId, court, start, end, amount };
  const bookings = new Map(view.bookings).set(bookingId, { ...booked, status, version });
  return { ...view, bookings };
}
