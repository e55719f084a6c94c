// Waits for a condition, with a time limit that suits a small, busy machine.
export async function until(what, condition, boundMs = 60_000) {
  const end = Date.now() + boundMs;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
