import { setTimeout as wait } from 'node:timers/promises';

const RETRY_MS = 500;

/** Repeats a reading on request: one at a time, and one more for all requests that come meanwhile. */
export interface Refresher {
  /** Requests a reading; before {@link Refresher.open} it is only noted. */
  request(): void;
  /** From now on requests are carried out. */
  open(): void;
}

/** A reading that fails is repeated until it succeeds or `hasEnded`. */
export const createRefresher = ({
  read,
  hasEnded,
  onError,
}: {
  readonly read: () => Promise<void>;
  readonly hasEnded: () => boolean;
  readonly onError: (error: unknown) => void;
}): Refresher => {
  let requested = false;
  let busy = true;

  const run = async () => {
    busy = true;
    while (requested && !hasEnded()) {
      requested = false;
      try {
        await read();
      } catch (error) {
        onError(error);
        requested = true;
        await wait(RETRY_MS, undefined, { ref: false });
      }
    }
    busy = false;
  };

  return {
    request() {
      requested = true;
      if (!busy) void run();
    },
    open() {
      void run();
    },
  };
};
