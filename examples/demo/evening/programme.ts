// The programme of an evening: what begins when.
import { type Fate, visit } from "./booking.js";
import { minutes, type Scene, type Story, say, wait } from "./story.js";
import { conversation, inquiry } from "./talk.js";
import { courts, hours, players, priceAt, slotMinutes, venueId, venueName } from "./venue.js";

/** Minutes after midnight. What happens before `doors` is told at once. */
export const doors = 15 * 60 + 50;

const clock = (hour: number, minute = 0): number => hour * 60 + minute;

export function* programme(scene: Scene): Story {
  const { random } = scene;
  yield* openTheBoard(scene);
  begin(scene, clock(8), (own) => visit(own, "asha", "pays"));
  for (let i = 0; i < 8; i++) {
    const at = random.between(clock(8, 30), clock(15, 30));
    begin(scene, at, (own) => visit(own, random.pick(players).id));
  }
  // One of each in every evening, whatever the seed.
  const certain: [number, string, Fate][] = [
    [clock(15, 55), "dev", "forgets"],
    [clock(16, 6), "tara", "changes mind"],
    [clock(16, 12), "asha", "declined, then pays"],
    [clock(17, 40), "omar", "is declined"],
  ];
  for (const [at, account, fate] of certain) {
    begin(scene, at, (own) => visit(own, account, fate));
  }
  for (let at = doors; at < clock(22, 10); at += random.between(0.8, 4)) {
    const account = random.pick(players).id;
    begin(scene, at, (own) => visit(own, account));
  }
  begin(scene, clock(16, 30), maintenance);
  begin(scene, clock(19, 15), cheaperLate);
  begin(scene, clock(17, 20), inquiry);
  for (let at = doors; at < clock(22); at += random.between(30, 60)) {
    begin(scene, at, conversation);
  }
}

function begin(scene: Scene, at: number, story: (scene: Scene) => Story): void {
  scene.begin(function* (own) {
    yield wait(Math.max(0, scene.midnight + at * minutes - own.now));
    yield* story(own);
  });
}

function* openTheBoard(scene: Scene): Story {
  const opens = clock(hours.opens);
  const closes = clock(hours.closes);
  const time = (minute: number): string =>
    new Date(scene.midnight + minute * minutes).toISOString().replace(".000", "");
  yield wait(clock(7) * minutes);
  yield say("venue.updated", `venue:${venueId}`, {
    venueId,
    name: venueName,
    date: scene.date,
    opens: time(opens),
    closes: time(closes),
    slotMinutes,
    courts,
    speed: scene.speed,
    changed: ["date"],
  });
  for (let at = opens; at < closes; at += slotMinutes) {
    for (const [index, court] of courts.entries()) {
      const start = time(at);
      const slotId = `${start.slice(0, 16).replace(":", "")}-${index + 1}`;
      const price = priceAt(court, Math.floor(at / 60));
      const times = { start, end: time(at + slotMinutes) };
      const slot = { slotId, venueId, court, ...times, price };
      yield say("slot.price_changed", `slot:${slotId}`, slot);
    }
  }
}

// A net is torn: a free slot of the next hours cannot be booked for a while.
function* maintenance(scene: Scene): Story {
  const free = [...scene.board.values()].filter(
    ({ status, start }) => status === "available" && Date.parse(start) > scene.now + 40 * minutes,
  );
  if (free.length === 0) return;
  const { slotId, version } = scene.random.pick(free);
  const data = { slotId, venueId, reason: "The net is torn." };
  const isStarted = yield say("slot.maintenance_started", `slot:${slotId}`, data, {
    expectedversion: version,
  });
  if (!isStarted) return;
  yield wait(scene.random.between(20, 40) * minutes);
  yield say("slot.maintenance_ended", `slot:${slotId}`, { slotId, venueId });
}

// What is still free late in the evening becomes cheaper.
function* cheaperLate(scene: Scene): Story {
  for (const { slotId, status, start, price } of scene.board.values()) {
    if (status !== "available" || Date.parse(start) < scene.now + 30 * minutes) continue;
    const cheaper = { ...price, minor: Math.round(price.minor * 0.8) };
    yield say("slot.price_changed", `slot:${slotId}`, { slotId, venueId, price: cheaper });
  }
}
