// What a person does: books a free slot, and cancels a booking. The platform (server/desk.ts) sees
// the event and does the rest.
import { type CourtsideClient, CourtsideError, newId } from "@courtside/client";
import type { Slot } from "../evening/board.js";
import { holdMs } from "../evening/booking.js";
import type { Content } from "../evening/events.js";
import { clockTime } from "../evening/story.js";
import { playerName, venueId } from "../evening/venue.js";
import type { Booking } from "./player-view.js";

export interface Outcome {
  isRefused: boolean;
  title: string;
  detail: string;
}

/** Holds the slot for the player. Of two people who see the same version, one succeeds. */
export function book(
  client: CourtsideClient,
  player: string,
  slot: Slot,
  now: number,
): Promise<Outcome> {
  const { slotId, court, start, end, price, version } = slot;
  const data = {
    ...{ slotId, venueId, accountId: player, holdId: `h_${newId()}`, court, start, end, price },
    expiresAt: new Date(now + holdMs).toISOString(),
  };
  const event: Content = { type: "slot.held", subject: `slot:${slotId}`, data };
  const title = `${court} at ${clockTime(start)} is held for you`;
  return publish(client, player, event, version, now, title);
}

export function cancel(
  client: CourtsideClient,
  player: string,
  booking: Booking,
  now: number,
): Promise<Outcome> {
  const { bookingId, slotId, court, start, version } = booking;
  const data = { bookingId, accountId: player, venueId, slotId, reasonCode: "PLAYER_CANCELLED" };
  const event: Content = { type: "booking.cancelled", subject: `booking:${bookingId}`, data };
  const title = `${court} at ${clockTime(start)} is cancelled`;
  return publish(client, player, event, version, now, title);
}

async function publish(
  client: CourtsideClient,
  player: string,
  action: Content,
  expectedversion: number,
  now: number,
  title: string,
): Promise<Outcome> {
  const event = {
    ...action,
    time: new Date(now).toISOString(),
    actorid: player,
    actortype: "USER",
    correlationid: `c_${newId()}`,
  };
  try {
    const published = await client.publish(event, { expectedversion });
    const { position, subjectversion } = published;
    const detail = `${action.type} is on disk at ${position}, as version ${subjectversion} of ${action.subject}.`;
    return { isRefused: false, title, detail };
  } catch (error) {
    if (!(error instanceof CourtsideError)) throw error;
    if (error.code !== "version_conflict") {
      return { isRefused: true, title: "That did not work", detail: error.message };
    }
    return explain(client, player, action.subject, expectedversion);
  }
}

/** Who was faster, from the subject's own history. */
async function explain(
  client: CourtsideClient,
  player: string,
  subject: string,
  seen: number,
): Promise<Outcome> {
  const { events } = await client.history({ subject, order: "desc", limit: 20 });
  const next = events.find(({ subjectversion }) => subjectversion === seen + 1);
  const newest = events[0];
  const who = next?.actorid === player ? "You were" : `${playerName(next?.actorid)} was`;
  return {
    isRefused: true,
    title: next?.actortype === "USER" ? `${who} faster` : "It has changed meanwhile",
    detail:
      `You saw version ${seen}. ${next?.type} made it version ${seen + 1}` +
      `${newest && newest !== next ? `, and it is at ${newest.subjectversion} now` : ""}. ` +
      "Your event was refused: nothing is booked, and nothing is paid.",
  };
}
