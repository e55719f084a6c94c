// Goal: every step of a booking gets from a transaction of http-backend to the subscribers that it
// concerns, once, in order, with its actor and its request, whenever the server is killed; steps
// that were rolled back do not.
import assert from "node:assert/strict";
import { test } from "node:test";

import { needsServer } from "./support/courtside.mjs";
import { kinds, Platform } from "./support/platform.mjs";

const bounded = { ...needsServer, timeout: 120_000 };

// An event as one line: type, version, actor, request, and the amount where it is shown.
function line({ type, subject, aggregateversion, actorid, actorrole, correlationid, data }) {
  const money = data.amount === undefined ? "" : ` ${data.amount.minor} ${data.amount.currency}`;
  return `${type} ${subject}/${aggregateversion} by ${actorid} (${actorrole}) in ${correlationid}${money}`;
}

// The life of a booking that the player books and pays and `canceller` cancels. A subscriber that
// may not see money sees neither the amount nor the payment or refund.
function life(booking, player, canceller, { money = " 45000 INR" } = {}) {
  const [by, byWhom] = [`by ${player} (USER)`, `by ${canceller}`];
  const [payment, refund] = money ? [`p_${booking}`, `r_${booking}`] : ["hidden", "hidden"];
  return [
    `booking.created booking:${booking}/1 ${by} in book-${booking}${money}`,
    `payment.captured payment:${payment}/1 ${by} in pay-${booking}${money}`,
    `booking.confirmed booking:${booking}/2 ${by} in pay-${booking}`,
    `booking.cancelled booking:${booking}/3 ${byWhom} in cancel-${booking}`,
    `refund.requested refund:${refund}/1 ${byWhom} in cancel-${booking}${money}`,
  ];
}

// Each event once, in the order of the log; each booking's steps in their order.
function expectLives({ events, name }, lives) {
  const places = events.map(({ sequence }) => sequence);
  assert.deepEqual(places, [...new Set(places)].sort(), `${name}: twice, or out of order`);
  assert.equal(new Set(events.map(({ id }) => id)).size, events.length, `${name}: an id twice`);
  for (const [booking, life] of Object.entries(lives)) {
    const own = events.filter(({ data }) => data.bookingId === booking);
    assert.deepEqual(own.map(line), life, `${name} on ${booking}`);
  }
  assert.equal(events.length, Object.values(lives).flat().length, `${name}: and nothing else`);
}

const answered = (status) => assert.equal(status, 200);

// The same after one more booking by each player, `end_<player>`: any event that would arrive late
// or a second time has arrived before it.
async function expectInTheEnd(platform, players, watchers, livesOf) {
  for (const player of players) answered(await platform.step("book", player, `end_${player.name}`));
  for (const each of watchers) {
    const lives = { ...livesOf(each) };
    for (const { name } of players.includes(each) ? [each] : players) {
      lives[`end_${name}`] = life(`end_${name}`, name, "").slice(0, 1);
    }
    await each.has(Object.values(lives).flat().length);
    expectLives(each, lives);
  }
}

for (const via of Object.keys(kinds)) {
  test(`${via}: book, pay, cancel, as the player, the owner and the desk see it`, bounded, () =>
    Platform.run(via, async (platform) => {
      const player = await platform.player("u_1", ["b_1"]);
      const owner = await platform.staff("o_1", "VENUE_OWNER");
      const desk = await platform.staff("d_1", "OPERATIONS_MANAGER");
      answered(await platform.step("book", player, "b_1"));
      await Promise.all([player, owner, desk].map((each) => each.has(1)));
      answered(await platform.step("pay", player, "b_1"));
      answered(await platform.step("cancel", owner, "b_1"));
      await Promise.all([player, owner, desk].map((each) => each.has(5)));
      const seen = life("b_1", "u_1", "o_1 (VENUE_OWNER)");
      expectLives(player, { b_1: seen });
      expectLives(owner, { b_1: seen });
      expectLives(desk, { b_1: life("b_1", "u_1", "o_1 (VENUE_OWNER)", { money: "" }) });
      const hidden = desk.events.find(({ type }) => type === "payment.captured");
      assert.deepEqual(Object.keys(hidden.data).sort(), ["accountId", "bookingId", "venueId"]);
    }),
  );

  test(`${via}: an order that is rolled back is never seen`, bounded, () =>
    Platform.run(via, async (platform) => {
      const { backend } = platform;
      const player = await platform.player("u_1", ["b_1"]);
      const owner = await platform.staff("o_1", "VENUE_OWNER");
      answered(await platform.step("book", player, "b_1"));
      backend.hooks.beforeCommit = () => {
        throw new Error("no");
      };
      assert.equal(await platform.step("pay", player, "b_1"), 500);
      assert.equal(await platform.step("book", player, "b_2"), 500);
      backend.hooks.beforeCommit = undefined;
      answered(await platform.step("pay", player, "b_1"));
      answered(await platform.step("cancel", player, "b_1"));
      // It also left no hole in the numbers.
      const lives = { b_1: life("b_1", "u_1", "u_1 (USER)") };
      await expectInTheEnd(platform, [player], [player, owner], () => lives);
    }),
  );

  // The steps of a booking at which the server is killed. All but the first concern the payment.
  const moments = {
    "before the booking is made": async ({ server }, { book, pay }) => {
      await server.kill();
      await book();
      await server.start();
      await pay();
    },
    "and the payment is made while it is away": async ({ server }, { book, pay, seen }) => {
      await book();
      await seen(1);
      await server.kill();
      await pay();
      await server.start();
    },
    "and started again while the payment's transaction is open": async (
      { server, backend },
      { book, pay },
    ) => {
      await book();
      backend.hooks.beforeCommit = () => server.killAndStart();
      await pay();
    },
    "at the payment's commit": async ({ server, backend }, { book, pay }) => {
      await book();
      let killed;
      backend.hooks.beforeCommit = () => void (killed = server.kill());
      await pay();
      await killed;
      await server.start();
    },
    "when the payment is committed": async ({ server }, { book, pay }) => {
      await book();
      await pay();
      await server.killAndStart();
    },
    "when the player hears of the payment": async ({ server }, { player, book, pay }) => {
      const killed = new Promise((resolve) => {
        player.onEvent = ({ type }) => type === "payment.captured" && resolve(server.kill());
      });
      await book();
      await pay();
      await killed;
      await server.start();
    },
  };

  test(`${via}: whenever the server is killed, every step is seen once`, bounded, async () =>
    Platform.run(via, async (platform) => {
      const bookings = Object.keys(moments).map((_, index) => `b_${index + 1}`);
      const player = await platform.player("u_1", bookings);
      const owner = await platform.staff("o_1", "VENUE_OWNER");
      const both = (work) => Promise.all([player, owner].map(work));
      const lives = {};
      for (const [index, moment] of Object.values(moments).entries()) {
        const booking = bookings[index];
        const step = (name, who) => async () => answered(await platform.step(name, who, booking));
        const seen = (count) => both((each) => each.has(5 * index + count));
        await moment(platform, {
          player,
          seen,
          book: step("book", player),
          pay: step("pay", player),
        });
        player.onEvent = undefined;
        platform.backend.hooks.beforeCommit = undefined;
        await step("cancel", owner)();
        await seen(5);
        lives[booking] = life(booking, "u_1", "o_1 (VENUE_OWNER)");
        await both((each) => expectLives(each, lives));
        // The clients were connected when it was killed.
        await both((each) =>
          assert.equal(each.connections, index + 2, Object.keys(moments)[index]),
        );
      }
      await expectInTheEnd(platform, [player], [player, owner], () => lives);
    }),
  );

  test(`${via}: 50 bookings at once, and the server killed twice`, bounded, () =>
    Platform.run(via, async (platform) => {
      const bookingsOf = (player) => Array.from({ length: 10 }, (_, index) => `${player}_${index}`);
      const owner = await platform.staff("o_1", "VENUE_OWNER");
      const players = [];
      for (const name of ["u_1", "u_2", "u_3", "u_4", "u_5"]) {
        players.push(await platform.player(name, bookingsOf(name)));
      }
      // Kills it when half of a kind of step is done, while the other half continues.
      const amid = (kind) => {
        let done = 0;
        let half;
        const restarted = new Promise((resolve) => (half = resolve)).then(() =>
          platform.server.killAndStart(),
        );
        const step = async (player, id) => {
          answered(await platform.step(kind, player, id));
          if (++done === 25) half();
        };
        return { step, restarted };
      };
      const [booking, payment] = [amid("book"), amid("pay")];
      const live = async (player, id) => {
        await booking.step(player, id);
        await booking.restarted;
        await payment.step(player, id);
        answered(await platform.step("cancel", player, id));
      };
      const all = players.flatMap((player) =>
        bookingsOf(player.name).map((id) => live(player, id)),
      );
      await Promise.all([...all, payment.restarted]);

      const watchers = [...players, owner];
      await expectInTheEnd(platform, players, watchers, (watcher) => {
        const own = watcher === owner ? players : [watcher];
        const lives = own.flatMap(({ name }) => {
          return bookingsOf(name).map((id) => [id, life(id, name, `${name} (USER)`)]);
        });
        return Object.fromEntries(lives);
      });
      for (const { connections, name } of watchers) assert.equal(connections, 3, name);
    }),
  );
}
