import type { Readable } from '../../src/index.js';

/** Resolves with the first value that is as wanted; fails with the last one after `limitMs` (20 s). */
export const until = <T>(readable: Readable<T>, wanted: (value: T) => boolean, limitMs = 20_000): Promise<T> =>
  new Promise((resolve, reject) => {
    let stop: (() => void) | undefined;
    let isDone = false;
    const limit = setTimeout(() => {
      stop?.();
      reject(new Error(`It never became so in ${limitMs} ms; the last: ${JSON.stringify(readable.get())}`));
    }, limitMs);
    stop = readable.subscribe((value) => {
      if (isDone || !wanted(value)) return;
      isDone = true;
      clearTimeout(limit);
      queueMicrotask(() => stop?.());
      resolve(value);
    });
  });
