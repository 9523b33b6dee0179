/**
 * Access changes and ended sessions as the bus carries them, and as the change log keeps them. `mayRevoke` is stored as
 * `narrows`, and `revoked` as `withdrawn`: every release since the first one reads these names.
 */
import type { AccessChange, SessionsEnded } from '../presence/ports/bus.js';

type StoredOf<Change> = Change extends { readonly mayRevoke: boolean }
  ? Omit<Change, 'mayRevoke'> & { readonly narrows: boolean }
  : never;

/** One of the kinds of {@link AccessChange}, each with `narrows` in the place of `mayRevoke`. */
export type StoredAccessChange = StoredOf<AccessChange>;

export interface StoredSessionsEnded extends Omit<SessionsEnded, 'revoked'> {
  readonly withdrawn?: NonNullable<SessionsEnded['revoked']>;
}

export const storedAccessChange = ({ mayRevoke, ...change }: AccessChange): StoredAccessChange => ({
  ...change,
  narrows: mayRevoke,
});

export const accessChangeOf = ({ narrows, ...change }: StoredAccessChange): AccessChange => ({
  ...change,
  mayRevoke: narrows,
});

export const storedSessionsEnded = ({ revoked, ...ended }: SessionsEnded): StoredSessionsEnded =>
  revoked ? { ...ended, withdrawn: revoked } : ended;

export const sessionsEndedOf = ({ withdrawn, ...ended }: StoredSessionsEnded): SessionsEnded =>
  withdrawn ? { ...ended, revoked: withdrawn } : ended;
