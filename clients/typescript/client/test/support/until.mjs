// Waits until `holds` returns a value, and returns that value. Throws an Error with its name after
// the time limit.
export async function until(what, holds, patienceMs = 20_000) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    // Between two checks.
    await new Promise((again) => setTimeout(again, 10));
  }
}
