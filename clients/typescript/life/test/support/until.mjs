// Waits until `holds` returns a value, and returns that value. Throws an Error with its name after
// the time limit.
export async function until(what, holds, patienceMs = 120_000) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = holds();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((again) => setTimeout(again, 10)); // Between two checks.
  }
}
