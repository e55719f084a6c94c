/**
 * Stores of positions for browsers.
 *
 * @module
 */
import type { PositionStore } from "./options.js";

/** Keeps positions in a `Storage`, each as an entry with this prefix. */
function storage(find: () => Storage, prefix: string): PositionStore {
  return {
    get: (key) => find().getItem(prefix + key),
    set: (key, position) => find().setItem(prefix + key, position),
  };
}

/** Positions that outlive a reload of the tab, and end with it. */
export function sessionStore(prefix = "courtside:"): PositionStore {
  return storage(() => sessionStorage, prefix);
}

/** Positions that outlive the browser. All tabs of the origin share them: give each its own key. */
export function localStore(prefix = "courtside:"): PositionStore {
  return storage(() => localStorage, prefix);
}
