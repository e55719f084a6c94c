import { clockTime } from "../evening/story.js";
import { players, rupees } from "../evening/venue.js";
import type { Outcome } from "./actions.js";
import type { Booking, InboxItem, PlayerView } from "./player-view.js";

interface Props {
  player: PlayerView;
  date: string;
  now: number;
  /** Bookings whose cancellation waits for the server's answer. */
  waiting: ReadonlySet<string>;
  outcome: Outcome | undefined;
  onWatch: (id: string) => void;
  onCancel: (booking: Booking) => void;
}

export function PlayerPane({ player, date, now, waiting, outcome, onWatch, onCancel }: Props) {
  const bookings = [...player.bookings.values()]
    .filter(({ start }) => start.startsWith(date))
    .sort((a, b) => a.start.localeCompare(b.start));
  const other = players.find(({ id }) => id !== player.id);
  return (
    <section className="card player" aria-labelledby="player-title">
      <div className="card-head">
        <div>
          <p className="eyebrow">The player sees</p>
          <h2 id="player-title">
            <label htmlFor="player-select">You are</label>{" "}
            <select
              id="player-select"
              value={player.id}
              onChange={({ target }) => onWatch(target.value)}
            >
              {players.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </h2>
        </div>
        <a className="second" href={`?player=${other?.id}`} target="_blank" rel="noreferrer">
          Play against yourself
        </a>
      </div>
      <div role="status" className="outcome-place">
        {outcome && (
          <div className={`outcome ${outcome.isRefused ? "is-refused" : "is-done"}`}>
            <p className="outcome-title">{outcome.title}</p>
            <p>{outcome.detail}</p>
          </div>
        )}
      </div>
      <h3>Bookings</h3>
      {bookings.length === 0 ? (
        <p className="empty">None yet. Choose a free slot on the board: one click books it.</p>
      ) : (
        <ul className="bookings">
          {bookings.map((booking) => (
            <BookingRow
              key={booking.bookingId}
              booking={booking}
              now={now}
              isWaiting={waiting.has(booking.bookingId)}
              onCancel={onCancel}
            />
          ))}
        </ul>
      )}
      <h3>Inbox</h3>
      {player.inbox.length === 0 ? (
        <p className="empty">Nothing yet. Confirmations and messages appear here.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
        <ul className="inbox" tabIndex={0} aria-label="Inbox">
          {player.inbox.map((item) => (
            <InboxRow key={item.id} item={item} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface BookingRowProps {
  booking: Booking;
  now: number;
  isWaiting: boolean;
  onCancel: (booking: Booking) => void;
}

function BookingRow({ booking, now, isWaiting, onCancel }: BookingRowProps) {
  const { court, start, end, amount, status } = booking;
  const mayCancel = status === "confirmed" && Date.parse(start) > now;
  return (
    <li data-booking={booking.bookingId}>
      <div>
        <p className="booking-what">
          {court}, {clockTime(start)}
        </p>
        <p className="booking-more">
          until {clockTime(end)} · {rupees(amount)}
        </p>
      </div>
      <span className={`chip is-${status.replace(" ", "-")}`}>{status}</span>
      {mayCancel && (
        <button
          type="button"
          className="button is-small"
          aria-label={`Cancel ${court}, ${clockTime(start)}`}
          disabled={isWaiting}
          onClick={() => onCancel(booking)}
        >
          {isWaiting ? "Waiting …" : "Cancel"}
        </button>
      )}
    </li>
  );
}

function InboxRow({ item }: { item: InboxItem }) {
  const { kind, title, body, time, progress } = item;
  return (
    <li className={`is-${kind} is-${progress}`}>
      <p className="inbox-head">
        <strong>{title}</strong>
        <span className="inbox-meta">
          {kind === "notification" && `${progress} · `}
          {clockTime(time)}
        </span>
      </p>
      <p>{body}</p>
    </li>
  );
}
