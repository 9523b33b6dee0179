import { describe, expect, it } from 'vitest';
import { dawUser, dawUsers } from '../../../src/doors/dialects/daw.js';
import { feedAct, feedPresence } from '../../../src/doors/dialects/feed.js';
import { gatewayPresence, gatewayUpdate } from '../../../src/doors/dialects/gateway.js';
import { mobileId, mobilePresence, mobileUser } from '../../../src/doors/dialects/mobile.js';
import { ACTIVITY_TYPES, type ActivityType, STATUSES } from '../../../src/presence/types.js';
import type { PresenceView } from '../../../src/presence/view.js';
import type { Act } from '../../../src/social/socialTypes.js';
import { NOON } from '../../support/unit/builders.js';

const NOON_TEXT = '2026-01-31T12:00:00.000Z';
const NEVER_TEXT = '1970-01-01T00:00:00.000Z';

const view = (changes: Partial<PresenceView> = {}): PresenceView => ({
  userId: 'ana',
  status: 'ONLINE',
  statusMessage: null,
  activities: [],
  devices: ['WEB'],
  lastSeen: null,
  asOf: NOON,
  ...changes,
});

const activity = (type: ActivityType, name: string, startedAt = NOON - 1_000) => ({
  type,
  name,
  details: null,
  startedAt,
  expiresAt: null,
});

const inStudio = view({ activities: [activity('IN_STUDIO', 'Ableton')] });

describe('the status in each dialect', () => {
  const WORDS = {
    ONLINE: ['online', 'online', true, 'online'],
    AWAY: ['away', 'away', true, 'idle'],
    DO_NOT_DISTURB: ['dnd', 'online', true, 'dnd'],
    INVISIBLE: ['offline', 'offline', false, 'offline'],
    OFFLINE: ['offline', 'offline', false, 'offline'],
  } as const;

  it.each(STATUSES)('is that of the table: %s', (status) => {
    const seen = view({ status });
    const words = [
      dawUser(seen).status,
      mobilePresence(seen).status,
      feedPresence(seen).online,
      gatewayPresence(seen).status,
    ];
    expect(words).toEqual(WORDS[status]);
  });

  it('is in_studio in daw for who is ONLINE there, and for nobody else', () => {
    expect(dawUser(inStudio)).toMatchObject({ status: 'in_studio', daw: 'Ableton' });
    expect(dawUser({ ...inStudio, status: 'AWAY' })).toMatchObject({ status: 'away', daw: 'Ableton' });
    expect(dawUser({ ...inStudio, status: 'DO_NOT_DISTURB' })).toMatchObject({ status: 'dnd' });
  });

  it('is beside in_studio in feed while live', () => {
    expect(feedPresence(inStudio)).toMatchObject({ online: true, in_studio: true, daw_type: 'Ableton' });
    const hidden = feedPresence({ ...inStudio, status: 'INVISIBLE' });
    expect(hidden).toMatchObject({ online: false, in_studio: false, daw_type: '' });
  });
});

describe('last_seen', () => {
  const allOf = (seen: PresenceView) => [
    dawUser(seen).last_seen,
    mobilePresence(seen).last_seen,
    feedPresence(seen).last_active,
    gatewayPresence(seen).last_seen,
  ];

  it.each(['ONLINE', 'AWAY', 'DO_NOT_DISTURB'] as const)('is the moment of the answer while %s', (status) => {
    expect(new Set(allOf(view({ status })))).toEqual(new Set([NOON_TEXT]));
  });

  it.each(['OFFLINE', 'INVISIBLE'] as const)(
    'is when others saw them last while %s, and 1970 where unknown',
    (status) => {
      expect(new Set(allOf(view({ status, lastSeen: NOON, asOf: NOON + 5 })))).toEqual(new Set([NOON_TEXT]));
      expect(new Set(allOf(view({ status })))).toEqual(new Set([NEVER_TEXT]));
    },
  );
});

describe('the daw dialect', () => {
  it('has the message, and lists who is live', () => {
    const statusMessage = { text: 'mixing', emoji: '🎚', expiresAt: null };
    expect(dawUsers([view({ statusMessage }), view({ userId: 'ben', status: 'OFFLINE' })])).toEqual([
      { user_id: 'ana', status: 'online', message: 'mixing', daw: '', last_seen: NOON_TEXT },
    ]);
  });
});

describe('the mobile dialect', () => {
  it.each([
    ['0', 0],
    ['42', 42],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', '9007199254740992'],
    ['99999999999999999', '99999999999999999'],
    ['042', '042'],
    ['-1', '-1'],
    ['1.0', '1.0'],
    ['1e3', '1e3'],
    [' 1', ' 1'],
    ['', ''],
    ['ana', 'ana'],
  ])('writes the id %j as %j', (id, written) => {
    expect(mobileId(id)).toBe(written);
  });

  it('has whether a user types in answers', () => {
    expect(mobileUser(view({ userId: '7' }), true)).toEqual({
      user_id: 7,
      status: 'online',
      last_seen: NOON_TEXT,
      is_typing: true,
    });
  });
});

describe('the gateway dialect', () => {
  it('has the latest activity that it has a word for', () => {
    const activities = [
      activity('IN_CALL', 'standup'),
      activity('LISTENING', 'Bowie', NOON),
      activity('PLAYING', 'chess', NOON - 2),
    ];
    expect(gatewayUpdate(view({ activities }))).toEqual({
      user_id: 'ana',
      status: 'online',
      custom_status: '',
      activity: { type: 'listening', name: 'Bowie', started_at: NOON_TEXT },
    });
  });

  it.each(ACTIVITY_TYPES)('has a word for %s or leaves it out', (type) => {
    const WORDS: Partial<Record<ActivityType, string>> = {
      PLAYING: 'playing',
      STREAMING: 'streaming',
      LISTENING: 'listening',
    };
    expect(gatewayUpdate(view({ activities: [activity(type, 'x')] })).activity?.type).toBe(WORDS[type]);
  });

  it('has no activity without one, and the id as text', () => {
    const statusMessage = { text: 'soon back', emoji: null, expiresAt: null };
    expect(gatewayPresence(view({ userId: '7', statusMessage }))).toEqual({
      user_id: '7',
      status: 'online',
      custom_status: 'soon back',
      last_seen: NOON_TEXT,
    });
  });
});

describe('an act of the feed dialect', () => {
  const act: Act = {
    id: 'like:1',
    verb: 'like',
    actorId: 'ben',
    objectId: 'post-42',
    objectType: 'post',
    text: 'well done',
    data: '{"a":1}',
    audience: 'FOLLOWERS',
    at: NOON,
    seq: 9,
  };

  it('has its actor and the counts of its object', () => {
    const counts = [
      { name: 'likes', value: 3 },
      { name: 'comments', value: 2 },
      { name: 'reposts', value: 1 },
    ];
    expect(feedAct(act, { name: 'Ben', avatarUrl: 'https://a.example/b.png' }, counts)).toEqual({
      id: 'like:1',
      verb: 'like',
      actor: { id: 'ben', username: 'Ben', avatar: 'https://a.example/b.png' },
      object_id: 'post-42',
      object_type: 'post',
      text: 'well done',
      data: '{"a":1}',
      created_at: NOON_TEXT,
      like_count: 3,
      comment_count: 2,
    });
  });

  it('has empty texts and 0 for what there is none of', () => {
    const bare = feedAct({ ...act, objectId: null, objectType: null, text: null, data: null }, null, []);
    expect(bare).toMatchObject({
      actor: { id: 'ben', username: '', avatar: '' },
      object_id: '',
      object_type: '',
      text: '',
      data: '',
      like_count: 0,
      comment_count: 0,
    });
  });
});
