/**
 * Access changes, ended sessions and social changes as the bus carries them, and as the logs keep them. `mayRevoke` is stored as
 * `narrows`, and `revoked` as `withdrawn`: every release since the first one reads these names.
 */
import type { AccessChange, SessionsEnded } from '../presence/ports/bus.js';
import type { ConversationUse } from '../presence/visibility.js';
import type { SocialChange } from '../social/ports/socialBus.js';
import { actFields, type Counts } from '../social/socialTypes.js';

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

/** The topics of the social log: whom a row concerns. */
export const socialTopics = {
  acts: (actorId: string) => `acts:${actorId}`,
  tray: (userId: string) => `tray:${userId}`,
  counts: (objectId: string) => `counts:${objectId}`,
};

export const socialTopicOf = (change: SocialChange): string => {
  switch (change.kind) {
    case 'act':
      return socialTopics.acts(change.act.actorId);
    case 'counts':
      return socialTopics.counts(change.counts.objectId);
    case 'tray':
    case 'mute':
      return socialTopics.tray(change.userId);
  }
};

const useFields = ({ open, ownerId, audience }: ConversationUse): ConversationUse => ({ open, ownerId, audience });

const countsFields = ({ objectId, all, asOf }: Counts): Counts => ({
  objectId,
  all: all.map(({ name, value }) => ({ name, value })),
  asOf,
});

/** The names that are stored: every release reads these. */
export const storedSocialChange = (change: SocialChange): SocialChange => {
  const logId = change.logId === undefined ? {} : { logId: change.logId };
  switch (change.kind) {
    case 'act':
      return {
        ...logId,
        kind: 'act',
        act: actFields(change.act),
        gone: change.gone,
        ...(change.withObject && { withObject: true }),
        ...(change.use !== undefined && { use: change.use && useFields(change.use) }),
      };
    case 'tray':
      return { ...logId, kind: 'tray', userId: change.userId, revision: change.revision };
    case 'mute': {
      const { kind, id } = change.target;
      return { ...logId, kind: 'mute', userId: change.userId, target: { kind, id }, muted: change.muted };
    }
    case 'counts':
      return { ...logId, kind: 'counts', counts: countsFields(change.counts) };
  }
};

/** Reads what was stored. Throws for a kind that this release does not know. */
export const socialChangeOf = (stored: SocialChange): SocialChange => {
  const change: SocialChange | undefined = storedSocialChange(stored);
  if (!change) throw new Error('This social change was written by a newer release.');
  return change;
};
