import type { ConnectionState } from "@courtside/client";
import type { Report, Snapshot } from "./store.js";

interface Props {
  state: ConnectionState;
  snapshot: Snapshot;
  /** Actions without an answer. */
  waiting: number;
  onCut: () => void;
}

export function ConnectionPanel({ state, snapshot, waiting, onCut }: Props) {
  const { cutUntil = 0, report, isChecking } = snapshot;
  const left = Math.ceil((cutUntil - Date.now()) / 1000);
  const isOpen = state.status === "open";
  return (
    <div className="connection-panel">
      <h2 id="connection-title" className={`pill ${isOpen ? "is-live" : "is-lost"}`}>
        {isOpen ? "Live" : "Disconnected"}
      </h2>
      <div className="connection-words" role="status">
        {!isOpen && <Lost left={left} waiting={waiting} />}
        {isOpen && isChecking && <p>Connected again. Comparing with the log …</p>}
        {isOpen && !isChecking && report && <ReportWords report={report} />}
        {isOpen && !isChecking && !report && (
          <p>
            Two subscriptions on one connection. Cut it: the evening goes on, and nothing is lost.
          </p>
        )}
      </div>
      <button type="button" className="button" onClick={onCut} disabled={!isOpen || isChecking}>
        {isOpen || left <= 0 ? "Cut the connection for 10 s" : `Back in ${left} s`}
      </button>
    </div>
  );
}

function Lost({ left, waiting }: { left: number; waiting: number }) {
  if (waiting > 0) {
    return (
      <p>
        {waiting === 1 ? "Your click waits" : `${waiting} clicks wait`} for the connection. If
        somebody is faster, you will see why.
      </p>
    );
  }
  return (
    <p>
      {left > 0 ? "The line is cut" : "Connecting"}. The evening goes on without this page. Try to
      book a slot meanwhile.
    </p>
  );
}

function ReportWords({ report }: { report: Report }) {
  const { channels, lostMs, tookMs, boardDifferences } = report;
  const sum = (of: (channel: (typeof channels)[number]) => number): number =>
    channels.reduce((total, channel) => total + of(channel), 0);
  const count = sum(({ caughtUp }) => caughtUp.length);
  const lost = sum((channel) => channel.lost);
  const doubled = sum((channel) => channel.doubled);
  const isInOrder = channels.every((channel) => channel.isInOrder);
  return (
    <dl className="report" data-testid="report">
      <Fact name="away" value={`${(lostMs / 1000).toFixed(1)} s`} />
      <Fact name="caught up" value={`${count} event${count === 1 ? "" : "s"}`} isStrong />
      <Fact name="took" value={`${Math.round(tookMs)} ms`} />
      <Fact name="lost" value={String(lost)} isGood={lost === 0} />
      <Fact name="doubled" value={String(doubled)} isGood={doubled === 0} />
      <Fact name="order" value={isInOrder ? "kept" : "broken"} isGood={isInOrder} />
      <Fact
        name="board"
        value={boardDifferences === 0 ? "as the server’s" : `${boardDifferences} slots differ`}
        isGood={boardDifferences === 0}
      />
      {channels.map(({ channel, caughtUp, after, to }) => (
        <div className="range" key={channel}>
          <dt>{channel}</dt>
          <dd>
            {caughtUp.length === 0 ? (
              "nothing missed"
            ) : (
              <>
                {caughtUp.length} after <code>{after}</code>, up to <code>{to}</code>
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface FactProps {
  name: string;
  value: string;
  isStrong?: boolean;
  isGood?: boolean;
}

function Fact({ name, value, isStrong, isGood }: FactProps) {
  const tone = isGood === undefined ? "" : isGood ? "is-good" : "is-bad";
  return (
    <div className={`fact ${tone} ${isStrong ? "is-strong" : ""}`}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
