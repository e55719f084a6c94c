// Globals that an import must not touch: every one that the JavaScript language itself does not have,
// whether this environment has it or not. (Not WebAssembly: Node's fetch reads it later.)

const language = new Set(
  `globalThis Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String
  Symbol Date Promise RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError
  TypeError URIError JSON Math Intl ArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array
  Uint32Array Int32Array Float32Array Float64Array Uint8ClampedArray BigUint64Array BigInt64Array
  DataView Map BigInt Set WeakMap WeakSet WeakRef Proxy Reflect FinalizationRegistry
  SharedArrayBuffer decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval
  isFinite isNaN WebAssembly`.split(/\s+/),
);

// Names that Node lacks.
const others =
  `window self document navigator location history localStorage sessionStorage indexedDB
  WebSocket EventSource BroadcastChannel Worker SharedWorker XMLHttpRequest addEventListener
  requestAnimationFrame crypto fetch process caches`.split(/\s+/);

const isTrap = (name) => typeof name === "string" && !language.has(name);

function fail(name) {
  throw new Error(`touched the global ${name}`);
}

// Returns a function that removes the traps, and returns what was added.
function setTraps() {
  const names = new Set([...Reflect.ownKeys(globalThis), ...others].filter(isTrap));
  // Node makes some globals when they are first read, with the help of others.
  for (const name of names) void globalThis[name];
  const before = Reflect.ownKeys(globalThis);
  const old = new Map();
  for (const name of names) {
    old.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    const trap = () => fail(name);
    Object.defineProperty(globalThis, name, { get: trap, set: trap, configurable: true });
  }
  return () => {
    for (const [name, descriptor] of old) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete globalThis[name];
    }
    return Reflect.ownKeys(globalThis).filter((key) => !before.includes(key));
  };
}

/**
 * For a program of its own: does something with traps in place of the globals. Prints the result or
 * error, the globals that were added and the resources that were started as JSON, and ends.
 */
export async function reportTrapped(work) {
  const removeTraps = setTraps();
  const outcome = {};
  try {
    outcome.result = await work();
  } catch (error) {
    outcome.error = error.message;
  }
  const added = removeTraps().map(String);
  // The pipe is ours, and Node may still be closing the files of the modules.
  const isOurs = (name) => ["PipeWrap", "CloseReq"].includes(name);
  const started = process.getActiveResourcesInfo().filter((name) => !isOurs(name));
  const text = JSON.stringify({ ...outcome, added, started });
  process.stdout.write(text, () => process.exit());
}

/**
 * A scope for `with`, in which every name that the language lacks is a trap, also as a property of
 * `globalThis`. For environments whose globals cannot be replaced.
 */
export function trappedScope(realGlobal) {
  const get = (_, name) => {
    if (isTrap(name)) fail(name);
    return name === "globalThis" ? trapped : realGlobal[name];
  };
  const change = (_, name) => fail(String(name));
  const has = (_, name) => isTrap(name) || name === "globalThis";
  const traps = { get, set: change, defineProperty: change, deleteProperty: change, has };
  const trapped = new Proxy({}, traps);
  return trapped;
}
