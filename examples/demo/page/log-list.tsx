import { useState } from "react";
import { clockTime } from "../evening/story.js";
import { playerName } from "../evening/venue.js";
import { familyOf } from "./family.js";
import type { Entry } from "./store.js";

const shownMax = 14;

interface Props {
  entries: readonly Entry[];
  caughtUp: ReadonlySet<string>;
}

/** The newest events of both channels, each once. It stands still while one of them is open. */
export function LogList({ entries, caughtUp }: Props) {
  const [frozen, setFrozen] = useState<readonly Entry[]>();
  const [round, setRound] = useState(0);
  const shown = newest(frozen ?? entries);
  const newer = frozen ? countNewer(entries, frozen) : 0;
  const follow = (): void => {
    setFrozen(undefined);
    // Closes what is open.
    setRound(round + 1);
  };
  return (
    <section className="card log" aria-labelledby="log-title">
      <div className="card-head">
        <div>
          <p className="eyebrow">The log has</p>
          <h2 id="log-title">Newest events</h2>
        </div>
        {frozen && (
          <button type="button" className="button is-small" onClick={follow}>
            {newer === 0 ? "Follow again" : `Follow again: ${newer} newer`}
          </button>
        )}
      </div>
      <ol key={round}>
        {shown.map(({ event, position }) => (
          <li key={event.id}>
            <details
              onToggle={({ newState }) => newState === "open" && setFrozen(frozen ?? entries)}
            >
              <summary>
                <code className="log-position">{position}</code>
                <span className="log-time">{clockTime(event.time)}</span>
                <span className={`log-type of-${familyOf(event.type)}`}>{event.type}</span>
                <span className="log-subject">{event.subject}</span>
                <span className="log-who">
                  {event.actortype === "USER" ? playerName(event.actorid) : "platform"}
                </span>
                {caughtUp.has(event.id) && <span className="log-late">caught up</span>}
              </summary>
              <pre>{JSON.stringify(event, null, 2)}</pre>
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

// At most as many as the page keeps.
function countNewer(entries: readonly Entry[], frozen: readonly Entry[]): number {
  const first = frozen[0];
  const index = first ? entries.indexOf(first) : 0;
  return new Set(entries.slice(0, index < 0 ? undefined : index).map(({ event }) => event.id)).size;
}

// An event that concerns both the venue and the player arrives on both channels.
function newest(entries: readonly Entry[]): Entry[] {
  const byId = new Map<string, Entry>();
  for (const entry of entries) {
    if (byId.size === shownMax) break;
    if (!byId.has(entry.event.id)) byId.set(entry.event.id, entry);
  }
  return [...byId.values()].sort((a, b) => b.event.sequence.localeCompare(a.event.sequence));
}
