// Waits for a condition, within a bound: the machine may be small and busy.
export async function until(what, condition, boundMs = 60_000) {
  const end = Date.now() + boundMs;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
