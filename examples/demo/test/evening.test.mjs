// Goal: an evening is the same for the same seed, has everything that the page shows, and consists
// of events that the real server accepts.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Evening } from "../dist/server/evening.js";
import { Demo } from "./demo.mjs";

/** All steps, as a server would answer them. `between` takes part after each. */
function play(evening, between = () => {}) {
  const versions = new Map();
  const steps = [];
  const publish = (subject) => {
    versions.set(subject, (versions.get(subject) ?? 0) + 1);
    return versions.get(subject);
  };
  for (let step = evening.next(); step; step = evening.next()) {
    const { subject } = step.event;
    const current = versions.get(subject) ?? 0;
    const isAccepted = (step.expectedversion ?? current) === current;
    steps.push({ ...step, isAccepted });
    evening.answer(isAccepted ? publish(subject) : undefined);
    between(evening, publish);
  }
  return steps;
}

const typesOf = (steps) => new Set(steps.map(({ event }) => event.type));

test("the same seed has the same events, another seed or day has others", () => {
  const first = play(new Evening(7, 0));
  assert.deepEqual(play(new Evening(7, 0)), first);
  assert.notDeepEqual(play(new Evening(8, 0)), first);
  const next = play(new Evening(7, 1));
  const ids = new Set(first.map(({ event }) => event.id));
  assert.ok(next.every(({ event }) => !ids.has(event.id)));
  const subjects = new Set(first.map(({ event }) => event.subject));
  subjects.delete("venue:riverside");
  assert.ok(next.every(({ event }) => !subjects.has(event.subject)));
});

test("every evening has what the page is to show", () => {
  for (let day = 0; day < 20; day++) {
    const steps = play(new Evening(1, day));
    assert.ok(steps.length > 900, `${steps.length} events`);
    assert.ok(steps.every(({ isAccepted }) => isAccepted));
    const types = typesOf(steps);
    for (const type of [
      "slot.hold_expired",
      "slot.hold_released",
      "slot.released",
      "slot.maintenance_ended",
      "payment.failed",
      "booking.rejected",
      "booking.cancelled",
      "booking.completed",
      "refund.succeeded",
      "notification.read",
      "chat.message_posted",
      "ticket.closed",
    ]) {
      assert.ok(types.has(type), `day ${day} has no ${type}`);
    }
    const times = steps.map(({ at }) => at);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
  }
});

test("the platform serves a person who has taken a slot", () => {
  let taken;
  const steps = play(new Evening(3, 0), (evening, publish) => {
    if (taken || evening.now < evening.midnight + 17 * 3_600_000) return;
    taken = [...evening.board.values()].find(
      ({ status, start }) => status === "available" && Date.parse(start) > evening.now + 3_600_000,
    );
    const { slotId, court, start, end, price } = taken;
    const subject = `slot:${slotId}`;
    const data = { slotId, accountId: "you", holdId: "h_you", court, start, end, price };
    const held = { id: "x", source: "/demo/page", type: "slot.held", subject, time: "", data };
    evening.react({ ...held, subjectversion: publish(subject) }, evening.now);
  });
  const events = steps.map(({ event }) => event);
  const mine = events.filter(({ data }) => data.accountId === "you");
  assert.deepEqual(
    mine.slice(0, 4).map(({ type }) => type),
    ["booking.created", "payment.captured", "slot.booked", "booking.confirmed"],
  );
  assert.equal(mine[0].causationid, "x");
  assert.equal(mine[0].data.slotId, taken.slotId);
});

test("a player who is slower than a person gives up", () => {
  const evening = new Evening(3, 0);
  const steps = play(evening, ({ now, midnight, board }, publish) => {
    // Somebody changes every slot, and the evening has not heard of it yet.
    if (now > midnight + 18 * 3_600_000) {
      for (const { slotId } of board.values()) publish(`slot:${slotId}`);
    }
  });
  const refused = steps.filter(({ isAccepted }) => !isAccepted);
  assert.ok(refused.length > 10, `${refused.length} were refused`);
  for (const { event } of refused) {
    const { holdId } = event.data;
    const story = steps.filter((step) => holdId && step.event.data.holdId === holdId);
    assert.ok(story.length <= 1, `${event.type} went on`);
  }
});

test("the server accepts every event, with its expected version", async () => {
  const demo = await Demo.start("--port", "0", "--speed", "1");
  const origin = new URL(demo.url).origin;
  try {
    // Another day than the demo's own.
    const steps = play(new Evening(1, 1));
    for (let at = 0; at < steps.length; at += 500) {
      const batch = steps.slice(at, at + 500).map(({ event, expectedversion }) => ({
        specversion: "1.0",
        ...event,
        expectedversion,
      }));
      const answer = await fetch(`${origin}/v1/events`, {
        method: "POST",
        headers: { "content-type": "application/cloudevents-batch+json" },
        body: JSON.stringify(batch),
      });
      const { results } = await answer.json();
      assert.equal(answer.status, 200);
      assert.deepEqual(
        results.filter(({ position }) => !position),
        [],
      );
      assert.equal(results.length, batch.length);
    }
  } finally {
    await demo.stop("SIGTERM");
  }
});
