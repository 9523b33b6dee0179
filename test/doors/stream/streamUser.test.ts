import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { signServerToken } from '../../../src/doors/stream/streamToken.js';
import { isStreamId, updateOf } from '../../../src/doors/stream/streamUser.js';
import type { PresenceView } from '../../../src/presence/view.js';
import { NOON } from '../../support/unit/builders.js';

const state = (changes: Partial<PresenceView> = {}): PresenceView => ({
  userId: 'ana',
  status: 'ONLINE',
  statusMessage: null,
  activities: [],
  devices: ['WEB'],
  lastSeen: null,
  asOf: NOON,
  ...changes,
});
const activity = (type: 'IN_STUDIO' | 'PLAYING', name: string) => ({
  type,
  name,
  details: null,
  startedAt: NOON,
  expiresAt: null,
});

describe('a state as an update of a user object', () => {
  it('is, of a live user, active at the moment of the state', () => {
    expect(updateOf(state())).toEqual({
      id: 'ana',
      set: { status: 'online', in_studio: false, invisible: false, last_active_at: '2026-01-31T12:00:00.000Z' },
      unset: ['daw_type'],
    });
  });

  it('names the latest studio, and no other activity', () => {
    const activities = [activity('PLAYING', 'Chess'), activity('IN_STUDIO', 'Live 12'), activity('IN_STUDIO', 'Logic')];
    const { set, unset } = updateOf(state({ activities }));
    expect(set).toMatchObject({ in_studio: true, daw_type: 'Live 12' });
    expect(unset).toEqual([]);
    expect(updateOf(state({ activities: [activity('PLAYING', 'Chess')] })).set).toMatchObject({ in_studio: false });
  });

  it.each([
    ['ONLINE', 'online', false],
    ['AWAY', 'away', false],
    ['DO_NOT_DISTURB', 'dnd', false],
    ['OFFLINE', 'offline', true],
    ['INVISIBLE', 'offline', true],
  ] as const)('says of %s: %s', (status, word, invisible) => {
    expect(updateOf(state({ status })).set).toMatchObject({ status: word, invisible });
  });

  it('is, of somebody who left, last active when they were last seen', () => {
    const { set, unset } = updateOf(state({ status: 'OFFLINE', lastSeen: NOON - 60_000 }));
    expect(set.last_active_at).toBe('2026-01-31T11:59:00.000Z');
    expect(unset).toEqual(['daw_type']);
  });

  it('leaves nothing of an earlier state: each field is set or unset', () => {
    for (const changes of [{}, { status: 'OFFLINE' as const }, { activities: [activity('IN_STUDIO', 'Logic')] }]) {
      const { set, unset } = updateOf(state(changes));
      expect([...Object.keys(set), ...unset].sort()).toEqual([
        'daw_type',
        'in_studio',
        'invisible',
        'last_active_at',
        'status',
      ]);
    }
  });
});

describe('the id of a user at Stream', () => {
  it.each(['ana', 'Ana-1_b@c', '7', 'x'.repeat(128)])('may be %s', (id) => expect(isStreamId(id)).toBe(true));
  it.each(['', 'a.b', 'a b', 'ána', 'a:b', 'a/b', 'ana\n', '💥'])('may not be %j', (id) =>
    expect(isStreamId(id)).toBe(false),
  );
});

describe('the server token', () => {
  it('is signed with the secret, and says server and nothing that runs out', async () => {
    const { payload, protectedHeader } = await jwtVerify(signServerToken('s3cret'), new TextEncoder().encode('s3cret'));
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(payload).toEqual({ server: true });
  });
});
