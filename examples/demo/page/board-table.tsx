import { type KeyboardEvent, useState } from "react";
import type { Slot } from "../evening/board.js";
import { holdMs } from "../evening/booking.js";
import { clockTime } from "../evening/story.js";
import { playerName, rupees } from "../evening/venue.js";
import type { PlayerView } from "./player-view.js";
import type { VenueView } from "./venue-view.js";

interface Props {
  venue: VenueView;
  player: PlayerView;
  now: number;
  /** Slots whose booking waits for the server's answer. */
  waiting: ReadonlySet<string>;
  onBook: (slot: Slot) => void;
}

/** The venue's board: courts and times. The arrow keys move between the slots. */
export function BoardTable(props: Props) {
  const { venue } = props;
  const { courts } = venue.layout;
  const rows = rowsOf(venue);
  const [focus, setFocus] = useState({ row: 0, column: 0 });

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const row = clamp(focus.row + step[0], rows.length);
    const column = clamp(focus.column + step[1], courts.length);
    setFocus({ row, column });
    document.getElementById(cellId(row, column))?.focus();
  };

  return (
    <section className="card board" aria-labelledby="board-title">
      <div className="card-head">
        <div>
          <p className="eyebrow">The venue sees</p>
          <h2 id="board-title">Courts tonight</h2>
        </div>
        <Figures venue={venue} />
      </div>
      <table onKeyDown={onKeyDown}>
        <caption className="hidden">
          Slots by time and court. Use the arrow keys to move, and Enter to book a free slot.
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="hidden">Time</span>
            </th>
            {courts.map((court) => (
              <th scope="col" key={court}>
                {court}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ start, slots }, row) => (
            <tr key={start} className={isCurrent(start, venue, props.now) ? "is-now" : ""}>
              <th scope="row">{clockTime(start)}</th>
              {slots.map((slot, column) => (
                <td key={slot.slotId}>
                  <Cell
                    {...props}
                    slot={slot}
                    id={cellId(row, column)}
                    isTabStop={row === focus.row && column === focus.column}
                    onFocus={() => setFocus({ row, column })}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Figures({ venue }: { venue: VenueView }) {
  const slots = [...venue.board.values()];
  const booked = slots.filter(({ status }) => status === "booked").length;
  const taken = rupees({ minor: venue.takings, currency: "INR" });
  return (
    <dl className="figures">
      <div>
        <dt>booked</dt>
        <dd>
          {booked}
          <small> of {slots.length}</small>
        </dd>
      </div>
      <div>
        <dt>taken</dt>
        <dd>{taken}</dd>
      </div>
      <div>
        <dt>failed payments</dt>
        <dd>{venue.failedPayments}</dd>
      </div>
    </dl>
  );
}

interface CellProps extends Props {
  slot: Slot;
  id: string;
  isTabStop: boolean;
  onFocus: () => void;
}

function Cell({ slot, id, venue, player, now, waiting, onBook, isTabStop, onFocus }: CellProps) {
  const { status, holder, court, start, end, expiresAt } = slot;
  const isPast = Date.parse(status === "booked" ? end : start) <= now;
  const isMine = holder === player.id;
  const isWaiting = waiting.has(slot.slotId);
  const isBookable = status === "available" && !isPast && !isWaiting;
  const words = cellWords(slot, venue, isMine, isPast, isWaiting);
  const classes = ["cell", `is-${status}`];
  if (isMine) classes.push("is-mine");
  if (isPast) classes.push("is-past");
  if (isWaiting) classes.push("is-waiting");
  const left = expiresAt ? Math.min(1, Math.max(0, (Date.parse(expiresAt) - now) / holdMs)) : 0;
  return (
    <button
      type="button"
      id={id}
      className={classes.join(" ")}
      tabIndex={isTabStop ? 0 : -1}
      aria-disabled={!isBookable}
      aria-label={`${isBookable ? "Book " : ""}${court}, ${clockTime(start)}: ${words.label}`}
      data-slot={slot.slotId}
      onFocus={onFocus}
      onClick={() => isBookable && onBook(slot)}
    >
      <span className="cell-text">{words.text}</span>
      {words.note && <span className="cell-note">{words.note}</span>}
      {status === "held" && (
        <span className="cell-time" style={{ transform: `scaleX(${left.toFixed(3)})` }} />
      )}
    </button>
  );
}

interface Words {
  text: string;
  note?: string;
  label: string;
}

function cellWords(
  slot: Slot,
  venue: VenueView,
  isMine: boolean,
  isPast: boolean,
  isWaiting: boolean,
): Words {
  const { status, holder, price, bookingId } = slot;
  const who = isMine ? "You" : (playerName(holder).split(" ")[0] ?? "");
  if (isWaiting) return { text: "…", label: "waiting for the server" };
  if (status === "maintenance") return { text: "Closed", label: "closed for maintenance" };
  if (status === "held") return { text: who, note: "held", label: `held for ${who}` };
  if (status === "booked") {
    const stage = bookingId === undefined ? undefined : venue.stages.get(bookingId);
    const note = stage === "playing" || stage === "no show" ? stage : undefined;
    const label = `booked for ${who}${stage ? `, ${stage}` : ""}`;
    return { text: who, label, ...(note && { note }) };
  }
  if (isPast) return { text: "–", label: "not booked" };
  return { text: rupees(price), label: `free, ${rupees(price)}` };
}

const steps: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

const clamp = (index: number, count: number): number => Math.min(Math.max(index, 0), count - 1);

const cellId = (row: number, column: number): string => `cell-${row}-${column}`;

const isCurrent = (start: string, { layout }: VenueView, now: number): boolean =>
  Date.parse(start) <= now && now < Date.parse(start) + layout.slotMinutes * 60_000;

function rowsOf({ board, layout }: VenueView): { start: string; slots: Slot[] }[] {
  const rows = new Map<string, Slot[]>();
  for (const slot of board.values()) {
    const row = rows.get(slot.start) ?? [];
    row[layout.courts.indexOf(slot.court)] = slot;
    rows.set(slot.start, row);
  }
  return [...rows].map(([start, slots]) => ({ start, slots: slots.filter(Boolean) }));
}
