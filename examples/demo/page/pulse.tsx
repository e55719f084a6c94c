import { useEffect, useRef } from "react";
import { playerName } from "../evening/venue.js";
import type { Entry, Snapshot } from "./store.js";

const windowMs = 90_000;
/** Of the drawing: one unit a second. */
const width = windowMs / 1000;
const laneY = { venue: 4.5, player: 10.5 };

/** The last 90 seconds: each event a dot, each outage a shade. Time runs from left to right. */
export function Pulse({ snapshot, isOpen }: { snapshot: Snapshot; isOpen: boolean }) {
  const { entries, caughtUp, outages, player } = snapshot;
  const moving = useRef<SVGGElement>(null);
  // The dots are placed once, relative to this moment; only the group moves.
  const origin = useRef(Date.now()).current;

  useEffect(() => {
    const isReduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const move = (): void => {
      const x = width - (Date.now() - origin) / 1000;
      moving.current?.setAttribute("transform", `translate(${x.toFixed(3)} 0)`);
      if (isReduced) timer = setTimeout(move, 1000);
      else frame = requestAnimationFrame(move);
    };
    move();
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [origin]);

  const since = Date.now() - windowMs - 2000;
  const recent = entries.filter((entry) => happenedAt(entry) > since);
  const late = recent.filter(({ event }) => caughtUp.has(event.id)).length;
  const second = (ms: number): number => (ms - origin) / 1000;
  return (
    <figure className="pulse">
      <figcaption>
        <span>The last 90 seconds</span>
        <span className="key">
          <i className="key-dot" /> live <i className="key-dot is-late" /> caught up
        </span>
      </figcaption>
      <div className="pulse-lanes">
        <div className="pulse-names" aria-hidden="true">
          <span>Venue</span>
          <span>{playerName(player.id).split(" ")[0]}</span>
        </div>
        <svg
          viewBox={`0 0 ${width} 15`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${recent.length} events in the last 90 seconds, ${late} of them caught up`}
        >
          <g ref={moving}>
            {outages.map(({ from, to }) => (
              <rect
                key={from}
                className="outage"
                x={second(from)}
                y={0}
                width={Math.max(0.2, second(to ?? Date.now()) - second(from))}
                height={15}
              />
            ))}
            {recent.map((entry) => (
              <line
                key={`${entry.lane}-${entry.event.id}`}
                className={caughtUp.has(entry.event.id) ? "dot is-late" : "dot"}
                x1={second(happenedAt(entry))}
                x2={second(happenedAt(entry))}
                y1={laneY[entry.lane] - 1}
                y2={laneY[entry.lane] + 1}
              />
            ))}
          </g>
          {!isOpen && <rect className="edge" x={width - 0.3} y={0} width={0.3} height={15} />}
        </svg>
      </div>
    </figure>
  );
}

const happenedAt = ({ event }: Entry): number => Date.parse(event.recordedtime);
