import { useConnectionState, useEventList, useEvents } from "@courtside/client/react";

/** Two subscriptions: the booking's list, and the listener of its chat. */
export function Booking({ name }) {
  const events = useEventList(`booking:${name}`, { from: "earliest" });
  useEvents(`chat:${name}`, {}, (event) => window.heard.push(event.id));
  const { status } = useConnectionState();
  const edition = "booking 1";
  return (
    <p>
      {edition}, {status}: {events.map(({ id }) => id).join(" ")}
    </p>
  );
}
