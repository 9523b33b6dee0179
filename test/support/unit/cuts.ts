/** One of a node's calls to what is outside it, at which the node, or the call alone, comes to an end. */
import { unavailable } from '../../../src/presence/errors.js';
import { rounds } from '../cluster/rounds.js';

/**
 * What becomes of that call. `dies`: it takes effect, and the node does nothing any more; `refused`: it does not take
 * effect, and fails; `unanswered`: it takes effect, and fails; `held up`: it takes effect much later.
 */
export type How = 'dies' | 'refused' | 'unanswered' | 'held up';

/** `at` is which of the calls it is, counted from 0. */
export interface Cut {
  readonly at: number;
  readonly how: How;
}

export const HOWS: readonly How[] = ['dies', 'refused', 'unanswered', 'held up'];
/** Calls that read alone: to be refused is to have no answer, and a node that dies with the answer has done nothing more. */
const READS = ['open', 'read', 'journal read', 'typists', 'due', 'zrange', 'pttl', 'smembers'];

/** How each call is cut first. It is another one in each run. */
const FIRST = Math.floor(Math.random() * 12);

/** Cuts of those calls, by their names: each call in one way, and the next call in the next way; in the thorough run in all of them. */
export const cutsOf = (calls: readonly string[], hows: readonly How[]): readonly Cut[] =>
  calls.flatMap((call, at) => {
    const here = hows.filter((how) => !READS.includes(call) || how === 'unanswered' || how === 'held up');
    const next = (FIRST + at) % here.length;
    return rounds(here.slice(next, next + 1), here).map((how) => ({ at, how }));
  });

type Call<A extends unknown[], T> = (...args: A) => Promise<T>;

const never = () => new Promise<never>(() => {});

/** The calls of one node. */
export const createCuts = () => {
  let names: string[] | undefined;
  let cut: Cut | undefined;
  let isDead = false;
  let come = () => {};
  let goOn = () => {};

  const at = <A extends unknown[], T>(how: How, call: Call<A, T>, args: A): Promise<T> => {
    switch (how) {
      case 'dies': {
        isDead = true;
        const effect = call(...args);
        void effect.then(come, come);
        return never();
      }
      case 'refused':
        come();
        return Promise.reject(unavailable('It could not be asked.'));
      case 'unanswered':
        return call(...args).then(() => {
          come();
          throw unavailable('The answer was lost.');
        });
      case 'held up': {
        const held = new Promise<void>((resolve) => {
          goOn = resolve;
        });
        come();
        return held.then(() => call(...args));
      }
    }
  };

  return {
    /** The same call, which may be the one. */
    through:
      <A extends unknown[], T>(name: string | ((...args: A) => string), call: Call<A, T>): Call<A, T> =>
      (...args) => {
        if (isDead) return never();
        if (!names) return call(...args);
        const here = names.push(typeof name === 'string' ? name : name(...args)) - 1;
        if (here !== cut?.at) return call(...args);
        return at(cut.how, call, args);
      },
    /** Counts from here. Resolves when the cut has come, which it never does without one, or after the last call. */
    begin(next: Cut | null): Promise<void> {
      names = [];
      cut = next ?? undefined;
      return new Promise((resolve) => {
        come = resolve;
      });
    },
    /** Counts no more. Returns the names of the calls that there were. */
    end(): readonly string[] {
      const all = names ?? [];
      names = undefined;
      cut = undefined;
      return all;
    },
    /** What was held up goes on. */
    letGoOn: () => goOn(),
    die() {
      isDead = true;
    },
    get isDead() {
      return isDead;
    },
  };
};

export type Cuts = ReturnType<typeof createCuts>;
