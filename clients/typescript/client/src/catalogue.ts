// Made by script/generate from schema/catalogue.cc; a test holds it against the code.

/** An amount in minor units (paise, cents), and its currency, three capital letters. */
export interface Money {
  /** A whole number of the currency's smallest unit. */
  minor: number;
  /** A code of ISO 4217, as `INR`. */
  currency: string;
}

export type NotificationChannel = "IN_APP" | "PUSH" | "EMAIL" | "SMS" | "WHATSAPP";

/**
 * The ids that the data of any event may contain, 1 to 64 bytes of UTF-8 without control
 * characters. `null` means absent, here and below.
 */
export interface CatalogueIds {
  slotId?: string | null | undefined;
  holdId?: string | null | undefined;
  venueId?: string | null | undefined;
  accountId?: string | null | undefined;
  bookingId?: string | null | undefined;
  paymentId?: string | null | undefined;
  refundId?: string | null | undefined;
  roomId?: string | null | undefined;
  messageId?: string | null | undefined;
  senderId?: string | null | undefined;
  notificationId?: string | null | undefined;
  replyTo?: string | null | undefined;
  ticketId?: string | null | undefined;
  assigneeId?: string | null | undefined;
  sessionId?: string | null | undefined;
}

/**
 * The data of
 * `slot.held`,
 * `slot.hold_released`,
 * `slot.hold_expired`,
 * `slot.booked`,
 * `slot.released`,
 * `slot.price_changed`,
 * `slot.maintenance_started`,
 * `slot.maintenance_ended`.
 */
export interface SlotData extends CatalogueIds {
  slotId: string;
  /** RFC 3339. */
  start?: string | null | undefined;
  /** RFC 3339. */
  end?: string | null | undefined;
  /** RFC 3339. */
  expiresAt?: string | null | undefined;
  price?: Money | null | undefined;
  status?: string | null | undefined;
}

/**
 * The data of
 * `booking.created`,
 * `booking.confirmed`,
 * `booking.rejected`,
 * `booking.expired`,
 * `booking.rescheduled`,
 * `booking.amended`,
 * `booking.cancelled`,
 * `booking.checked_in`,
 * `booking.completed`,
 * `booking.no_show_confirmed`,
 * `booking.status_changed`.
 */
export interface BookingData extends CatalogueIds {
  bookingId: string;
  /** RFC 3339. */
  start?: string | null | undefined;
  /** RFC 3339. */
  end?: string | null | undefined;
  /** RFC 3339. */
  expiresAt?: string | null | undefined;
  amount?: Money | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  by?: string | null | undefined;
  reasonCode?: string | null | undefined;
  status?: string | null | undefined;
}

/**
 * The data of
 * `payment.authorized`,
 * `payment.captured`,
 * `payment.failed`.
 *
 * The id in the event's subject must be there: `paymentId` or `bookingId`.
 */
export interface PaymentData extends CatalogueIds {
  amount?: Money | null | undefined;
  method?: string | null | undefined;
  code?: string | null | undefined;
}

/**
 * The data of
 * `refund.requested`,
 * `refund.succeeded`,
 * `refund.failed`.
 *
 * The id in the event's subject must be there: `refundId` or `paymentId` or `bookingId`.
 */
export interface RefundData extends CatalogueIds {
  amount?: Money | null | undefined;
  method?: string | null | undefined;
  code?: string | null | undefined;
}

/**
 * The data of
 * `notification.created`,
 * `notification.dispatched`,
 * `notification.delivered`,
 * `notification.failed`,
 * `notification.seen`,
 * `notification.read`.
 */
export interface NotificationData extends CatalogueIds {
  notificationId: string;
  kind?: string | null | undefined;
  title?: string | null | undefined;
  body?: string | null | undefined;
  link?: string | null | undefined;
  channel?: NotificationChannel | null | undefined;
  attempt?: number | null | undefined;
}

/**
 * The data of
 * `chat.room_opened`,
 * `chat.message_posted`,
 * `chat.message_edited`,
 * `chat.message_deleted`,
 * `chat.read_up_to`.
 */
export interface ChatData extends CatalogueIds {
  roomId: string;
  body?: string | null | undefined;
}

/**
 * The data of
 * `chat.participant_added`,
 * `chat.participant_removed`.
 */
export interface ChatRightsData extends CatalogueIds {
  roomId: string;
  accountId: string;
  body?: string | null | undefined;
}

/**
 * The data of
 * `ticket.opened`,
 * `ticket.assigned`,
 * `ticket.replied`,
 * `ticket.status_changed`,
 * `ticket.closed`.
 */
export interface TicketData extends CatalogueIds {
  ticketId: string;
  category?: string | null | undefined;
  priority?: string | null | undefined;
  status?: string | null | undefined;
}

/**
 * The data of
 * `venue.updated`,
 * `venue.hours_changed`,
 * `venue.suspended`.
 */
export interface VenueData extends CatalogueIds {
  venueId: string;
  by?: string | null | undefined;
}

/**
 * The data of
 * `venue.staff_added`,
 * `venue.staff_removed`.
 */
export interface VenueRightsData extends CatalogueIds {
  venueId: string;
  accountId: string;
  by?: string | null | undefined;
}

/**
 * The data of
 * `account.role_changed`.
 */
export interface AccountData extends CatalogueIds {
  accountId: string;
  by?: string | null | undefined;
}

/**
 * The data of
 * `session.revoked`.
 */
export interface SessionData extends CatalogueIds {
  accountId: string;
  by?: string | null | undefined;
}

/**
 * The data of
 * `audit.queried`,
 * `audit.exported`.
 */
export interface AuditData extends CatalogueIds {
  by?: string | null | undefined;
  rows?: number | null | undefined;
}

/**
 * The data of each type of the catalogue, by the type. An event may have further fields, which
 * Courtside keeps; the projection of a channel may hide fields from its readers.
 */
export interface CatalogueEvents {
  /** A hold on the slot began. */
  "slot.held": SlotData;
  /** The hold was given up. */
  "slot.hold_released": SlotData;
  /** The hold ran out of time. */
  "slot.hold_expired": SlotData;
  /** The slot was booked. */
  "slot.booked": SlotData;
  /** The booking of the slot ended: the slot is free again. */
  "slot.released": SlotData;
  /** The price of the slot changed. */
  "slot.price_changed": SlotData;
  /** The slot cannot be booked because of maintenance. */
  "slot.maintenance_started": SlotData;
  /** Maintenance of the slot ended. */
  "slot.maintenance_ended": SlotData;
  /** A booking was made; it is pending. */
  "booking.created": BookingData;
  /** The booking was confirmed. */
  "booking.confirmed": BookingData;
  /** The booking was rejected. */
  "booking.rejected": BookingData;
  /** The booking was not confirmed in time. */
  "booking.expired": BookingData;
  /** The booking moved to other times. */
  "booking.rescheduled": BookingData;
  /** Details of the booking changed. */
  "booking.amended": BookingData;
  /** The booking was cancelled. */
  "booking.cancelled": BookingData;
  /** The guest of the booking arrived. */
  "booking.checked_in": BookingData;
  /** The booking took place. */
  "booking.completed": BookingData;
  /** The guest of the booking did not come. */
  "booking.no_show_confirmed": BookingData;
  /** The booking has another status, in `status` or `to`. */
  "booking.status_changed": BookingData;
  /** The amount was reserved. */
  "payment.authorized": PaymentData;
  /** The amount was taken. */
  "payment.captured": PaymentData;
  /** The payment failed, with the reason in `code`. */
  "payment.failed": PaymentData;
  /** A refund was requested. */
  "refund.requested": RefundData;
  /** The amount was paid back. */
  "refund.succeeded": RefundData;
  /** The refund failed, with the reason in `code`. */
  "refund.failed": RefundData;
  /** A notification for an account was made. */
  "notification.created": NotificationData;
  /** The notification was handed to a channel. */
  "notification.dispatched": NotificationData;
  /** The channel delivered the notification. */
  "notification.delivered": NotificationData;
  /** The channel did not deliver the notification. */
  "notification.failed": NotificationData;
  /** The account saw the notification. */
  "notification.seen": NotificationData;
  /** The account read the notification. */
  "notification.read": NotificationData;
  /** A chat room was opened. */
  "chat.room_opened": ChatData;
  /** An account may read the room from now on. */
  "chat.participant_added": ChatRightsData;
  /** An account may no longer read the room. */
  "chat.participant_removed": ChatRightsData;
  /** A message was posted. */
  "chat.message_posted": ChatData;
  /** A message has another text. */
  "chat.message_edited": ChatData;
  /** A message was deleted. */
  "chat.message_deleted": ChatData;
  /** A participant has read up to a message. */
  "chat.read_up_to": ChatData;
  /** A support ticket was opened. */
  "ticket.opened": TicketData;
  /** The ticket was assigned, or has no assignee any more. */
  "ticket.assigned": TicketData;
  /** The ticket got a reply. */
  "ticket.replied": TicketData;
  /** The ticket has another status. */
  "ticket.status_changed": TicketData;
  /** The ticket was closed. */
  "ticket.closed": TicketData;
  /** Details of the venue changed. */
  "venue.updated": VenueData;
  /** The opening hours of the venue changed. */
  "venue.hours_changed": VenueData;
  /** The venue was suspended. */
  "venue.suspended": VenueData;
  /** An account joined the staff of the venue. */
  "venue.staff_added": VenueRightsData;
  /** An account left the staff of the venue. */
  "venue.staff_removed": VenueRightsData;
  /** The role of an account changed. */
  "account.role_changed": AccountData;
  /** The tokens of an account are refused from now on. */
  "session.revoked": SessionData;
  /** Somebody read data of others. */
  "audit.queried": AuditData;
  /** Somebody exported events. */
  "audit.exported": AuditData;
}
