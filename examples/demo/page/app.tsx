import { useConnectionState, useEvents } from "@courtside/client/react";
import { useCallback, useState, useSyncExternalStore } from "react";
import type { Slot } from "../evening/board.js";
import { book, cancel, type Outcome } from "./actions.js";
import { BoardTable } from "./board-table.js";
import { simulatedNow, useTick } from "./clock.js";
import { ConnectionPanel } from "./connection-panel.js";
import { LogList } from "./log-list.js";
import { PlayerPane } from "./player-pane.js";
import type { Booking } from "./player-view.js";
import { Pulse } from "./pulse.js";
import { type Lane, type Store, venueChannel } from "./store.js";

export function App({ store }: { store: Store }) {
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot);
  const connection = useConnectionState();
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(new Set());
  const [outcome, setOutcome] = useState<Outcome>();
  useTick(250);

  const { venue, player, entries } = snapshot;
  useLane(store, "venue", venueChannel, store.begin);
  useLane(store, "player", `user:${player.id}`, player.begin);
  const speed = venue?.layout.speed ?? 60;

  // `key` is the slot or booking that waits for the server's answer.
  const act = useCallback(async (key: string, run: () => Promise<Outcome>) => {
    setWaiting((before) => new Set(before).add(key));
    try {
      setOutcome(await run());
    } finally {
      setWaiting((before) => new Set([...before].filter((other) => other !== key)));
    }
  }, []);

  if (!venue) return null;
  const { client } = store;
  const now = simulatedNow(entries, speed);
  const onBook = (slot: Slot) => act(slot.slotId, () => book(client, player.id, slot, now));
  const onCancel = (booking: Booking) =>
    act(booking.bookingId, () => cancel(client, player.id, booking, now));

  return (
    <>
      <header className="masthead">
        <div>
          <p className="eyebrow">Courtside demo</p>
          <h1>{venue.layout.name}</h1>
        </div>
        <p className="clock">
          <span className="date">{longDate(venue.layout.date)}</span>
          <span className="time">{new Date(now).toISOString().slice(11, 16)}</span>
        </p>
      </header>
      <main>
        <section className="card connection" aria-labelledby="connection-title">
          <ConnectionPanel
            state={connection}
            snapshot={snapshot}
            onCut={() => void store.cut()}
            waiting={waiting.size}
          />
          <Pulse snapshot={snapshot} isOpen={connection.status === "open"} />
        </section>
        <div className="columns">
          <BoardTable
            venue={venue}
            player={player}
            now={now}
            waiting={waiting}
            onBook={(slot) => void onBook(slot)}
          />
          <PlayerPane
            player={player}
            date={venue.layout.date}
            now={now}
            waiting={waiting}
            outcome={outcome}
            onWatch={(id) => {
              setOutcome(undefined);
              history.replaceState(null, "", `?player=${id}`);
              store.watch(id);
            }}
            onCancel={(booking) => void onCancel(booking)}
          />
        </div>
        <LogList entries={entries} caughtUp={snapshot.caughtUp} />
      </main>
      <footer>
        Every event here is in the log of a real Courtside server on this machine. The players are
        simulated; the clicks are yours.
      </footer>
    </>
  );
}

function useLane(store: Store, lane: Lane, channel: string, after: string): void {
  // A gap: it is another log, because the demo was started again.
  const options = { from: { after }, onGap: () => location.reload() };
  useEvents(channel, options, (event, { position }) => store.take(lane, event, position));
}

const longDate = (date: string): string =>
  new Date(`${date}T12:00:00Z`).toLocaleDateString("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    timeZone: "UTC",
  });
