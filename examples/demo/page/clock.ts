import { useEffect, useState } from "react";
import type { Entry } from "./store.js";

/** The simulated time, in ms since 1970: goes on from the last event. */
export function simulatedNow(entries: readonly Entry[], speed: number): number {
  const last = entries.find(({ event }) => event.source === "/demo/evening");
  if (!last) return 0;
  return Date.parse(last.event.time) + (Date.now() - Date.parse(last.event.recordedtime)) * speed;
}

/** Renders again every so many milliseconds. */
export function useTick(ms: number): void {
  const [, setCount] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setCount((count) => count + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
