/** What arrives on a stream, kept in order until a test asks for it. */
export interface Inbox<T> {
  push(item: T): void;
  /** Ends the stream: `next` fails with `reason` once what came before is read. */
  end(reason: Error): void;
  /** The next item. Fails when the stream ended, or when nothing came in `limitMs` (20 s). */
  next(limitMs?: number): Promise<T>;
  /** The next item that satisfies `wanted`; those before it are dropped. */
  nextWhere(wanted: (item: T) => boolean, limitMs?: number): Promise<T>;
  /** The next `count` items. */
  take(count: number): Promise<T[]>;
  /** Everything that ever arrived. */
  readonly transcript: readonly T[];
  /** Resolves with the reason once the stream has ended. */
  readonly ended: Promise<Error>;
}

/** An empty inbox; `name` is what failures call it. */
export function createInbox<T>(name: string): Inbox<T> {
  const transcript: T[] = [];
  const waiting = new Set<() => void>();
  let read = 0;
  let reason: Error | undefined;
  let settleEnd: (reason: Error) => void;
  const ended = new Promise<Error>((resolve) => {
    settleEnd = resolve;
  });
  const wake = () => {
    for (const resume of [...waiting]) resume();
  };

  const next = async (limitMs = 20_000): Promise<T> => {
    if (read >= transcript.length && !reason) {
      await new Promise<void>((resolve, reject) => {
        const limit = setTimeout(() => {
          waiting.delete(resume);
          const last = JSON.stringify(transcript.slice(-2));
          reject(new Error(`${name}: nothing came in ${limitMs} ms; ${read} came before, the last: ${last}`));
        }, limitMs);
        const resume = () => {
          clearTimeout(limit);
          waiting.delete(resume);
          resolve();
        };
        waiting.add(resume);
      });
    }
    if (read < transcript.length) {
      read += 1;
      return transcript[read - 1] as T;
    }
    throw reason ?? new Error(`${name}: read by two at once`);
  };

  return {
    push(item) {
      transcript.push(item);
      wake();
    },
    end(why) {
      if (reason) return;
      reason = why;
      settleEnd(why);
      wake();
    },
    next,
    async nextWhere(wanted, limitMs) {
      for (;;) {
        const item = await next(limitMs);
        if (wanted(item)) return item;
      }
    },
    async take(count) {
      const items: T[] = [];
      while (items.length < count) items.push(await next());
      return items;
    },
    transcript,
    ended,
  };
}
