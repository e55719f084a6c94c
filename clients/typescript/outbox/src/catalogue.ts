// Made by script/generate from schema/catalogue.cc; a test holds it against the code.

// The event families. An event's type is `<family>.<event>`. `subjects` lists what an
// event may be about, as [kind, the field of the data that contains the id]; if it is empty,
// the event may be about anything. `fields` has the types of fields other than ids.
// `required` has the ids that events must contain because they change the rights of those
// accounts.
export const catalogue = {
  slot: {
    events: [
      "held",
      "hold_released",
      "hold_expired",
      "booked",
      "released",
      "price_changed",
      "maintenance_started",
      "maintenance_ended",
    ],
    subjects: [
      ["slot", "slotId"],
    ],
    fields: {
      start: "time",
      end: "time",
      expiresAt: "time",
      price: "money",
      status: "text",
    },
    required: {
    },
  },
  booking: {
    events: [
      "created",
      "confirmed",
      "rejected",
      "expired",
      "rescheduled",
      "amended",
      "cancelled",
      "checked_in",
      "completed",
      "no_show_confirmed",
      "status_changed",
    ],
    subjects: [
      ["booking", "bookingId"],
    ],
    fields: {
      start: "time",
      end: "time",
      expiresAt: "time",
      amount: "money",
      from: "text",
      to: "text",
      by: "text",
      reasonCode: "text",
      status: "text",
    },
    required: {
    },
  },
  payment: {
    events: [
      "authorized",
      "captured",
      "failed",
    ],
    subjects: [
      ["payment", "paymentId"],
      ["booking", "bookingId"],
    ],
    fields: {
      amount: "money",
      method: "text",
      code: "text",
    },
    required: {
    },
  },
  refund: {
    events: [
      "requested",
      "succeeded",
      "failed",
    ],
    subjects: [
      ["refund", "refundId"],
      ["payment", "paymentId"],
      ["booking", "bookingId"],
    ],
    fields: {
      amount: "money",
      method: "text",
      code: "text",
    },
    required: {
    },
  },
  notification: {
    events: [
      "created",
      "dispatched",
      "delivered",
      "failed",
      "seen",
      "read",
    ],
    subjects: [
      ["notification", "notificationId"],
    ],
    fields: {
      kind: "text",
      title: "text",
      body: "text",
      link: "text",
      channel: "notificationChannel",
      attempt: "integer",
    },
    required: {
    },
  },
  chat: {
    events: [
      "room_opened",
      "participant_added",
      "participant_removed",
      "message_posted",
      "message_edited",
      "message_deleted",
      "read_up_to",
    ],
    subjects: [
      ["chat", "roomId"],
    ],
    fields: {
      body: "text",
    },
    required: {
      participant_added: ["accountId"],
      participant_removed: ["accountId"],
    },
  },
  ticket: {
    events: [
      "opened",
      "assigned",
      "replied",
      "status_changed",
      "closed",
    ],
    subjects: [
      ["ticket", "ticketId"],
    ],
    fields: {
      category: "text",
      priority: "text",
      status: "text",
    },
    required: {
    },
  },
  venue: {
    events: [
      "updated",
      "hours_changed",
      "suspended",
      "staff_added",
      "staff_removed",
    ],
    subjects: [
      ["venue", "venueId"],
    ],
    fields: {
      by: "text",
    },
    required: {
      staff_added: ["accountId"],
      staff_removed: ["accountId"],
    },
  },
  account: {
    events: [
      "role_changed",
    ],
    subjects: [
      ["account", "accountId"],
      ["user", "accountId"],
    ],
    fields: {
      by: "text",
    },
    required: {
      role_changed: ["accountId"],
    },
  },
  session: {
    events: [
      "revoked",
    ],
    subjects: [
      ["session", "sessionId"],
      ["account", "accountId"],
      ["user", "accountId"],
    ],
    fields: {
      by: "text",
    },
    required: {
      revoked: ["accountId"],
    },
  },
  audit: {
    events: [
      "queried",
      "exported",
    ],
    subjects: [
    ],
    fields: {
      by: "text",
      rows: "integer",
    },
    required: {
    },
  },
} as const;

// Fields that are ids in every family.
export const ids = [
  "slotId",
  "holdId",
  "venueId",
  "accountId",
  "bookingId",
  "paymentId",
  "refundId",
  "roomId",
  "messageId",
  "senderId",
  "notificationId",
  "replyTo",
  "ticketId",
  "assigneeId",
  "sessionId",
] as const;

export const notificationChannels = [
  "IN_APP",
  "PUSH",
  "EMAIL",
  "SMS",
  "WHATSAPP",
] as const;
