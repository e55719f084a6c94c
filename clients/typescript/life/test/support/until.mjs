// Waits until `holds` answers something, which is returned; an Error that names it when the time
// is over.
export async function until(what, holds, patienceMs = 60_000) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = holds();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((again) => setTimeout(again, 10)); // Between two looks at the condition.
  }
}
