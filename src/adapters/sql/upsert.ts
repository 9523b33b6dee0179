import type { UserUpsert } from '../../presence/ports/directory.js';
import { AUDIENCES, DEFAULT_PRIVACY, effectivePrivacy, type Privacy } from '../../presence/visibility.js';

/** A user as stored, or a tombstone. */
export interface StoredUser {
  readonly id: string;
  readonly name: string | null;
  readonly avatarUrl: string | null;
  /** As the user chose it; `effectivePrivacy` narrows it. */
  readonly privacy: Privacy;
  /** Counts from 1; each upsert after a deletion begins a new one. */
  readonly generation: number;
  readonly deleted: boolean;
}

/** What differs between two states of one user. */
export interface Difference {
  /** Any stored column. */
  readonly stored: boolean;
  /** Anything that others can tell: existence, name, picture or effective privacy. */
  readonly visible: boolean;
  /** The effective audience of some facet is narrower than before. */
  readonly mayRevoke: boolean;
}

const FACETS = ['status', 'lastSeen', 'activity'] as const;

export const difference = (before: StoredUser, after: StoredUser): Difference => {
  const audiencesBefore = effectivePrivacy(before.privacy);
  const audiencesAfter = effectivePrivacy(after.privacy);
  const identity =
    before.name !== after.name || before.avatarUrl !== after.avatarUrl || before.generation !== after.generation;
  return {
    stored: identity || FACETS.some((facet) => before.privacy[facet] !== after.privacy[facet]),
    visible: identity || FACETS.some((facet) => audiencesBefore[facet] !== audiencesAfter[facet]),
    mayRevoke: FACETS.some(
      (facet) => AUDIENCES.indexOf(audiencesAfter[facet]) > AUDIENCES.indexOf(audiencesBefore[facet]),
    ),
  };
};

/** Given facets replace the present ones. */
const withPrivacy = (privacy: Privacy, given: Partial<Privacy>): Privacy => ({
  status: given.status ?? privacy.status,
  lastSeen: given.lastSeen ?? privacy.lastSeen,
  activity: given.activity ?? privacy.activity,
});

/** The user after an upsert. A deleted user returns as a new generation with default values. */
export const applyUpsert = (user: StoredUser, upsert: UserUpsert): StoredUser => {
  const from: StoredUser = user.deleted
    ? {
        id: user.id,
        name: null,
        avatarUrl: null,
        privacy: DEFAULT_PRIVACY,
        generation: user.generation + 1,
        deleted: false,
      }
    : user;
  return {
    ...from,
    name: upsert.name === undefined ? from.name : upsert.name,
    avatarUrl: upsert.avatarUrl === undefined ? from.avatarUrl : upsert.avatarUrl,
    privacy: withPrivacy(from.privacy, upsert.privacy ?? {}),
  };
};

/**
 * One upsert a user, sorted by id. A user listed twice is upserted once with both: of a field given twice the later value
 * counts.
 */
export const mergeUpserts = (upserts: readonly UserUpsert[]): readonly UserUpsert[] => {
  const byId = new Map<string, UserUpsert>();
  for (const { id, name, avatarUrl, privacy } of upserts) {
    const before = byId.get(id);
    byId.set(id, {
      ...before,
      id,
      ...(name !== undefined && { name }),
      ...(avatarUrl !== undefined && { avatarUrl }),
      ...(privacy !== undefined && { privacy: { ...before?.privacy, ...definedOf(privacy) } }),
    });
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
};

const definedOf = (privacy: Partial<Privacy>): Partial<Privacy> =>
  Object.fromEntries(FACETS.filter((facet) => privacy[facet] != null).map((facet) => [facet, privacy[facet]]));
