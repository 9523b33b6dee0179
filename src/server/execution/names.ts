/**
 * Names and pictures for executions that many viewers share. Those that are known are shown at once; of the others, one fetch a user
 * serves all who wait for it. What waits is authorized after the fetch, so that nothing goes out that was revoked meanwhile.
 */
import { unavailable } from '../../presence/errors.js';
import type { Directory, UserProfile } from '../../presence/ports/directory.js';

/** A fetch that was overtaken by a change is repeated so often: then what it read is shown. */
const ATTEMPTS = 3;

/** A fetch that failed: the error stands in the place of the name. */
class Failure {
  constructor(readonly error: unknown) {}
}

/** A profile; null where there is no such user. */
type Profile = UserProfile | null;

/** What is known of a user. The same object as long as nothing changed. */
export type Known = Profile | Failure;

export interface Names {
  /** What is known of the user; undefined: nothing, see {@link Names.fetch}. */
  known(userId: string): Known | undefined;
  /** Fetches the name of the user, and those of others. Calls back, never at once, when the user's is known. */
  fetch(userId: string, others: Iterable<string>, onKnown: () => void): void;
}

/** The profile, or the error of its fetch thrown. */
export const profileOf = (known: Known | undefined): Profile => {
  if (known === undefined) throw unavailable('Names cannot be read now.');
  if (known instanceof Failure) throw known.error;
  return known;
};

export const createNames = ({ profiles, knownProfile }: Pick<Directory, 'profiles' | 'knownProfile'>): Names => {
  /** Fetches under way, by user. */
  const fetching = new Map<string, Promise<void>>();
  /** What a fetch found, for those alone who waited for it, where it is not cached: it failed, or changes overtook it. */
  const found = new Map<string, Known>();

  const isUnknown = (userId: string): boolean => knownProfile(userId) === undefined;

  const read = async (userIds: readonly string[]): Promise<void> => {
    let missing = userIds;
    try {
      for (let attempt = 1; missing.length > 0; attempt += 1) {
        const read = await profiles(missing);
        missing = missing.filter(isUnknown);
        if (attempt < ATTEMPTS) continue;
        for (const userId of missing) found.set(userId, read.get(userId) ?? null);
        return;
      }
    } catch (error) {
      const failure = new Failure(error);
      for (const userId of missing) found.set(userId, failure);
    } finally {
      for (const userId of userIds) fetching.delete(userId);
    }
  };

  const known = (userId: string): Known | undefined => {
    const profile = knownProfile(userId);
    return profile === undefined ? found.get(userId) : profile;
  };

  return {
    known,
    fetch(userId, others, onKnown) {
      const missing = [...new Set([userId, ...others])].filter((id) => !fetching.has(id) && known(id) === undefined);
      if (missing.length > 0) {
        const reading = read(missing);
        for (const id of missing) fetching.set(id, reading);
        // A microtask later: after all who wait.
        void reading.then(() =>
          queueMicrotask(() => {
            for (const id of missing) found.delete(id);
          }),
        );
      }
      void (fetching.get(userId) ?? Promise.resolve()).then(onKnown);
    },
  };
};
