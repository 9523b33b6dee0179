import type { UserUpsert } from '../../presence/ports/directory.js';
import { AUDIENCES, DEFAULT_PRIVACY, effectivePrivacy, type Privacy } from '../../presence/visibility.js';

/** A user as the database has them. */
export interface KnownUser {
  readonly id: string;
  readonly name: string | null;
  readonly avatarUrl: string | null;
  /** As it was chosen. */
  readonly privacy: Privacy;
  /** How often the user was made anew after a deletion, counted from 1. */
  readonly generation: number;
  readonly deleted: boolean;
}

/** What a change of a user is to those who may know of it. */
export interface Difference {
  /** Something of what is stored differs. */
  readonly stored: boolean;
  /** Something that others can tell differs: existence, name, picture, or privacy as it holds. */
  readonly visible: boolean;
  /** Some facet is for a narrower audience than before. */
  readonly mayRevoke: boolean;
}

const FACETS = ['status', 'lastSeen', 'activity'] as const;

/** What changed between two states of one user. */
export const difference = (before: KnownUser, after: KnownUser): Difference => {
  const held = effectivePrivacy(before.privacy);
  const holds = effectivePrivacy(after.privacy);
  const identity =
    before.name !== after.name || before.avatarUrl !== after.avatarUrl || before.generation !== after.generation;
  return {
    stored: identity || FACETS.some((facet) => before.privacy[facet] !== after.privacy[facet]),
    visible: identity || FACETS.some((facet) => held[facet] !== holds[facet]),
    mayRevoke: FACETS.some((facet) => AUDIENCES.indexOf(holds[facet]) > AUDIENCES.indexOf(held[facet])),
  };
};

/** What is given replaces, what is left out stays. */
const withPrivacy = (privacy: Privacy, given: Partial<Privacy>): Privacy => ({
  status: given.status ?? privacy.status,
  lastSeen: given.lastSeen ?? privacy.lastSeen,
  activity: given.activity ?? privacy.activity,
});

/** A user after the host has named them. A deleted one comes back as a new generation, with nothing of the old. */
export const applyUpsert = (user: KnownUser, upsert: UserUpsert): KnownUser => {
  const from: KnownUser = user.deleted
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

/** One upsert a user, in the order of ids: of what a list says of a user twice, the later counts. */
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
