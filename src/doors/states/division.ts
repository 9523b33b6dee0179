/** Divides a request that is refused until those who are refused stand alone, so that all others go on. */
import { Refused } from './sending.js';

/** After so many failures in a row a request is divided too: it may be one of its items that the consumer fails at. */
export const DIVIDED_AFTER = 3;
/** After so many that the consumer refuses one by one, and none that it takes, it is the consumer that fails. */
const ALL_REFUSED = 8;

/** The consumer fails at a request again and again, as if it refused it. */
export class FailsAgain extends Refused {
  constructor() {
    super('It fails again and again.');
  }
}

/** The consumer takes nothing at all: all wait. */
export class ConsumerFails extends Error {
  constructor() {
    super('The consumer takes nothing.');
  }
}

/** What was found so far. */
export interface Division<T> {
  /** Requests that the consumer took. */
  accepted: number;
  /** Items that were refused alone. */
  readonly refused: { readonly item: T; readonly error: Refused }[];
}

export const startDivision = <T>(): Division<T> => ({ accepted: 0, refused: [] });

/**
 * Sends items in one request, or in as many as it takes. `send` says whether the consumer took them (false: it was not asked), and
 * rejects with {@link Refused} where they are to be divided. Rejects with {@link ConsumerFails}, or with any other error of `send`.
 */
export const sendDivided = async <T>(
  items: readonly T[],
  send: (items: readonly T[]) => Promise<boolean>,
  division: Division<T>,
): Promise<void> => {
  const [only] = items;
  if (only === undefined) return;
  try {
    if (await send(items)) division.accepted += 1;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (items.length === 1) {
      division.refused.push({ item: only, error });
      if (division.accepted === 0 && division.refused.length >= ALL_REFUSED) throw new ConsumerFails();
      return;
    }
    const middle = Math.ceil(items.length / 2);
    await sendDivided(items.slice(0, middle), send, division);
    await sendDivided(items.slice(middle), send, division);
  }
};
