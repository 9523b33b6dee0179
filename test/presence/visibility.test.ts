import { describe, expect, it } from 'vitest';
import {
  AUDIENCES,
  type Audience,
  type ConversationUse,
  DEFAULT_PRIVACY,
  EVERYTHING,
  effectivePrivacy,
  facetsFor,
  mayRevokeUse,
  maySee,
  mayUse,
  NOTHING,
  type Relation,
  SELF,
  type Viewer,
} from '../../src/presence/visibility.js';
import { accessFacts } from '../support/unit/builders.js';

const bo: Viewer = { kind: 'user', userId: 'bo' };
const host: Viewer = { kind: 'service', userId: 'host' };

/** Which audiences include a viewer who stands so to the user. */
const INCLUDED: readonly [string, Partial<Relation>, readonly Audience[]][] = [
  ['a stranger', {}, ['EVERYONE']],
  ['a follower', { follows: true }, ['EVERYONE', 'FOLLOWERS']],
  ['somebody whom the user follows', { followedBy: true }, ['EVERYONE']],
  ['one of two who follow each other', { follows: true, followedBy: true }, ['EVERYONE', 'FOLLOWERS', 'MUTUALS']],
  ['a member of a shared circle', { sharesCircle: true }, ['EVERYONE', 'FOLLOWERS', 'MUTUALS']],
  ['a member of a shared conversation', { sharesConversation: true }, ['EVERYONE', 'FOLLOWERS']],
  [
    'a followed member of a shared conversation',
    { sharesConversation: true, followedBy: true },
    ['EVERYONE', 'FOLLOWERS'],
  ],
];

describe('an audience', () => {
  const each = AUDIENCES.flatMap((status) =>
    AUDIENCES.flatMap((lastSeen) => AUDIENCES.map((activity) => ({ status, lastSeen, activity }))),
  );
  it.each(INCLUDED)('shows %s each facet that includes them, and none without the first', (_, relation, included) => {
    for (const privacy of each) {
      const seen = facetsFor(bo, 'ana', accessFacts({ ...relation, privacy }));
      const all = included.includes(privacy.status);
      expect(seen, JSON.stringify(privacy)).toEqual({
        self: false,
        status: all,
        lastSeen: all && included.includes(privacy.lastSeen),
        activity: all && included.includes(privacy.activity),
      });
      expect(maySee(seen)).toBe(all);
    }
  });
});

describe('beyond audiences', () => {
  const open = { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' } as const;
  const closed = { status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' } as const;

  it('a block hides everything, whatever else holds', () => {
    for (const [, relation] of INCLUDED) {
      expect(facetsFor(bo, 'ana', accessFacts({ ...relation, blocked: true, privacy: open }))).toEqual(NOTHING);
    }
  });

  it('oneself sees everything, and alone reads INVISIBLE', () => {
    expect(facetsFor(bo, 'bo', accessFacts({ privacy: closed, blocked: true }))).toEqual(SELF);
    expect([SELF.self, EVERYTHING.self]).toEqual([true, false]);
  });

  it('a service token sees everybody, all facets, but is not the user, also where the ids are equal', () => {
    for (const userId of ['ana', 'host']) {
      expect(facetsFor(host, userId, accessFacts({ privacy: closed, blocked: true }))).toEqual(EVERYTHING);
    }
  });

  it('a user who does not exist, or whose access facts could not be read, is seen by nobody', () => {
    for (const viewer of [bo, host, { kind: 'user', userId: 'ana' } as const]) {
      expect(facetsFor(viewer, 'ana', undefined)).toEqual(NOTHING);
      expect(facetsFor(viewer, 'ana', accessFacts({ exists: false, privacy: open, follows: true }))).toEqual(NOTHING);
    }
  });

  it('by default all three facets are for followers', () => {
    expect(DEFAULT_PRIVACY).toEqual({ status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' });
  });
});

describe('effective privacy', () => {
  it('never has the last two wider than the first, and leaves the first alone', () => {
    for (const [i, status] of AUDIENCES.entries()) {
      for (const [j, other] of AUDIENCES.entries()) {
        const holds = AUDIENCES[Math.max(i, j)];
        expect(effectivePrivacy({ status, lastSeen: other, activity: 'EVERYONE' })).toEqual({
          status,
          lastSeen: holds,
          activity: status,
        });
        expect(effectivePrivacy({ status, lastSeen: 'NOBODY', activity: other })).toEqual({
          status,
          lastSeen: 'NOBODY',
          activity: holds,
        });
      }
    }
  });
});

describe('the typing of a conversation', () => {
  it('is for its members, of an open one for everybody, and of none for nobody', () => {
    expect(mayUse({ open: false, isMember: true }, 'ann')).toBe(true);
    expect(mayUse({ open: false, isMember: false }, 'ann')).toBe(false);
    expect(mayUse({ open: true, isMember: false }, 'ann')).toBe(true);
    expect(mayUse(undefined, 'ann')).toBe(false);
  });
});

describe('a conversation with an owner', () => {
  const bits = [false, true];
  const relations: readonly Relation[] = Array.from({ length: 32 }, (_, i) => ({
    follows: (i & 1) > 0,
    followedBy: (i & 2) > 0,
    sharesCircle: (i & 4) > 0,
    sharesConversation: (i & 8) > 0,
    blocked: (i & 16) > 0,
  }));
  const inAudienceOf = (audience: Audience | null, relation: Relation): boolean => {
    if (audience === 'EVERYONE') return true;
    if (audience === 'FOLLOWERS') return relation.follows || relation.sharesCircle || relation.sharesConversation;
    return audience === 'MUTUALS' && (relation.sharesCircle || (relation.follows && relation.followedBy));
  };
  const audiences = [null, ...AUDIENCES];

  it('is for its owner, members, everybody if it is open, and the audience; of no owner for members; never for who is blocked', () => {
    for (const open of bits)
      for (const isMember of bits)
        for (const exists of bits)
          for (const audience of audiences)
            for (const relation of relations) {
              const facts = { open, isMember, owner: { userId: 'ann', audience, exists, relation } };
              const isLetIn = exists && (open || inAudienceOf(audience, relation));
              expect(mayUse(facts, 'bob')).toBe(!relation.blocked && (isMember || isLetIn));
              expect(mayUse(facts, 'ann')).toBe(exists);
            }
  });

  it('may revoke wherever somebody loses it by another owner, audience, or by its closing', () => {
    const uses = bits.flatMap((open) =>
      [null, 'ann', 'cem'].flatMap((ownerId) => audiences.map((audience) => ({ open, ownerId, audience }))),
    );
    const factsOf = ({ open, ownerId, audience }: ConversationUse, isMember: boolean, relation: Relation) => ({
      open,
      isMember,
      ...(ownerId !== null && { owner: { userId: ownerId, audience, exists: true, relation } }),
    });
    const unrelated = relations[0]!;
    for (const before of uses)
      for (const after of uses) {
        const loses = ['ann', 'bob', 'cem'].some((userId) =>
          bits.some((isMember) =>
            relations.some((relation) => {
              // With another owner the user has another relation.
              const others = before.ownerId === after.ownerId ? [relation] : [unrelated, relations[16]!];
              const might = mayUse(factsOf(before, isMember, relation), userId);
              return might && others.some((other) => !mayUse(factsOf(after, isMember, other), userId));
            }),
          ),
        );
        expect([before, after, mayRevokeUse(before, after) || !loses]).toEqual([before, after, true]);
        if (before.ownerId === after.ownerId) expect(mayRevokeUse(before, before)).toBe(false);
      }
  });
});
