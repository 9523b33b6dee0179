/**
 * Loaded into every server before its own code, alike: tells the parent how much memory is in use after a collection
 * (`--expose-gc`).
 */
process.on('message', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ heap: heapUsed + external, rss });
});
// The server ends when it would without this.
process.channel?.unref();
