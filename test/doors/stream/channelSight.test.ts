import { describe, expect, it } from 'vitest';
import { asSeenInChannels } from '../../../src/doors/stream/channelSight.js';
import { startSightMarks } from '../../../src/doors/stream/sightMarks.js';
import type { AccessChange } from '../../../src/presence/ports/bus.js';
import type { PresenceView } from '../../../src/presence/view.js';
import type { AccessFacts, Audience, Privacy } from '../../../src/presence/visibility.js';
import { NOON } from '../../support/unit/builders.js';

const STATE: PresenceView = {
  userId: 'ana',
  status: 'OFFLINE',
  statusMessage: null,
  activities: [],
  devices: [],
  lastSeen: NOON,
  asOf: NOON,
};
const STUDIO = { type: 'IN_STUDIO', name: 'Logic', details: null, startedAt: NOON, expiresAt: null } as const;
const LIVE: PresenceView = { ...STATE, status: 'AWAY', activities: [STUDIO], lastSeen: null };

const facts = (privacy: Partial<Privacy> = {}, exists = true): AccessFacts => ({
  exists,
  privacy: { status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS', ...privacy },
  follows: false,
  followedBy: false,
  sharesCircle: false,
  sharesConversation: false,
  blocked: false,
});
const AUDIENCES: [Audience, boolean][] = [
  ['EVERYONE', true],
  ['FOLLOWERS', true],
  ['MUTUALS', false],
  ['NOBODY', false],
];

describe('what is shown in channels of Stream', () => {
  it.each(AUDIENCES)('is the status where its audience is %s: %s', (status, shown) => {
    expect(asSeenInChannels(LIVE, facts({ status })).status).toBe(shown ? 'AWAY' : 'OFFLINE');
    expect(asSeenInChannels(LIVE, facts({ status })).activities).toHaveLength(shown ? 1 : 0);
    expect(asSeenInChannels(STATE, facts({ status })).lastSeen).toBe(shown ? NOON : null);
  });
  it.each(AUDIENCES)('is the activity where its audience is %s: %s', (activity, shown) => {
    const onWeb = { ...LIVE, devices: ['WEB'] as const };
    const seen = shown ? onWeb : { ...LIVE, activities: [], devices: [] };
    expect(asSeenInChannels(onWeb, facts({ activity }))).toEqual(seen);
  });
  it.each(AUDIENCES)('is when somebody was last seen where that audience is %s: %s', (lastSeen, shown) => {
    expect(asSeenInChannels(STATE, facts({ lastSeen }))).toEqual({ ...STATE, lastSeen: shown ? NOON : null });
  });
  it.each([
    ['was deleted', facts({}, false)],
    ['could not be looked up', undefined],
  ])('is, of somebody who %s, that they left', (_, found) => {
    const left = { status: 'OFFLINE', activities: [], devices: [], lastSeen: null };
    expect(asSeenInChannels(LIVE, found)).toMatchObject(left);
    expect(asSeenInChannels(STATE, found)).toMatchObject(left);
  });
});

describe('marks of users whose privacy changed', () => {
  const changeOf = (userId: string, mayRevoke: boolean): AccessChange => ({
    kind: 'user',
    userId,
    mayRevoke,
    deleted: false,
  });
  const start = ({ live = [] as string[], maxWaiting = 10 } = {}) => {
    const marked: string[][] = [];
    const errors: unknown[] = [];
    let during = () => {};
    const sightMarks = startSightMarks({
      marks: {
        async mark(consumer, userIds) {
          expect(consumer).toBe('stream');
          during();
          marked.push([...userIds]);
        },
      },
      isLive: (userId) => live.includes(userId),
      onError: (error) => errors.push(error),
      everyMs: 10_000_000,
      maxWaiting,
    });
    return { sightMarks, marked, errors, onMark: (run: () => void) => (during = run) };
  };

  it('are made where it may hide something, and of whoever is live', async () => {
    const { sightMarks, marked } = start({ live: ['live'] });
    sightMarks.accessChanged(changeOf('hides', true));
    sightMarks.accessChanged(changeOf('hides', true));
    sightMarks.accessChanged(changeOf('live', false));
    sightMarks.accessChanged(changeOf('imported', false));
    sightMarks.accessChanged({ kind: 'relation', users: ['ana', 'bo'], mayRevoke: true });
    await sightMarks.stop();
    expect(marked).toEqual([['hides', 'live']]);
  });

  it('are made again where they change while they are marked', async () => {
    const { sightMarks, marked, onMark } = start();
    onMark(() => {
      onMark(() => {});
      sightMarks.accessChanged(changeOf('ana', true));
    });
    sightMarks.accessChanged(changeOf('ana', true));
    await sightMarks.stop();
    expect(marked).toEqual([['ana'], ['ana']]);
  });

  it('wait while the store is away, and no more of them than a bound', async () => {
    const { sightMarks, marked, errors, onMark } = start({ maxWaiting: 2 });
    onMark(() => {
      throw new Error('away');
    });
    for (const userId of ['a', 'b', 'c']) sightMarks.accessChanged(changeOf(userId, true));
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('wait to be marked') })]);
    await sightMarks.stop();
    expect(errors).toHaveLength(2);
    onMark(() => {});
    await sightMarks.stop();
    expect(marked).toEqual([['a', 'b']]);
  });
});
