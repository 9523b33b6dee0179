/**
 * Messages of the bus, and rows of the change log, as they are stored: `mayRevoke` and `revoked` have other names there,
 * which every release since the first one reads.
 */
import type { AccessChange, SessionsEnded } from '../presence/ports/bus.js';

type Stored<Message, From extends string, To extends string> = Message extends unknown
  ? Omit<Message, From> & { readonly [K in To]?: From extends keyof Message ? Message[From] : never }
  : never;

export type StoredAccessChange = Stored<AccessChange, 'mayRevoke', 'narrows'>;
export type StoredSessionsEnded = Stored<SessionsEnded, 'revoked', 'withdrawn'>;

export const storedAccessChange = ({ mayRevoke, ...change }: AccessChange): StoredAccessChange =>
  ({ ...change, narrows: mayRevoke }) as StoredAccessChange;

export const accessChangeOf = ({ narrows, ...change }: StoredAccessChange): AccessChange =>
  ({ ...change, mayRevoke: narrows }) as AccessChange;

export const storedSessionsEnded = ({ revoked, ...ended }: SessionsEnded): StoredSessionsEnded => ({
  ...ended,
  ...(revoked && { withdrawn: revoked }),
});

export const sessionsEndedOf = ({ withdrawn, ...ended }: StoredSessionsEnded): SessionsEnded => ({
  ...ended,
  ...(withdrawn && { revoked: withdrawn }),
});
