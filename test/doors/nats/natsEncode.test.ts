import { describe, expect, it } from 'vitest';
import {
  activityMessage,
  changesActivity,
  changesStatus,
  noticeMessage,
  statusMessage,
  statusWord,
  typingMessage,
} from '../../../src/doors/nats/natsEncode.js';
import * as commands from '../../../src/presence/record.js';
import type { PresenceRecord, PresenceStatus } from '../../../src/presence/types.js';
import { activity, message, NOON, record, session, timings } from '../../support/unit/builders.js';

const live = (changes: Partial<PresenceRecord> = {}) =>
  record({ sessions: [session({ connections: ['n/1'] })], lastSeen: NOON - 5_000, ...changes });
const bodyOf = ({ payload }: { readonly payload: string }) => JSON.parse(payload);
const reference = { sessionId: 'tab', connectionId: null, newSessionId: 'new' };
const set = (before: PresenceRecord, input: Partial<Parameters<typeof commands.setPresence>[1]>, at = NOON + 1) =>
  commands.setPresence(before, { sessionReference: reference, ...input }, at, timings()).record;

describe('a status', () => {
  it.each([
    ['ONLINE', 'online'],
    ['AWAY', 'idle'],
    ['DO_NOT_DISTURB', 'dnd'],
    ['INVISIBLE', 'offline'],
    ['OFFLINE', 'offline'],
  ] as const)('%s is %s', (chosen: PresenceStatus, word) => {
    expect(bodyOf(statusMessage(live({ chosen }), 'online')).status).toBe(word);
    expect(statusWord(live({ chosen }))).toBe(word);
  });

  it('is the same bytes and id for the same state, and others for another', () => {
    const before = live();
    const after = set(before, { status: 'AWAY' });
    expect(statusMessage(after, 'online')).toEqual(statusMessage(after, 'online'));
    expect(statusMessage(after, 'online').id).not.toBe(statusMessage(before, 'online').id);
    expect(statusMessage(after, 'online').id).not.toBe(activityMessage(after).id);
    expect(statusMessage({ ...after, userId: 'bo' }, 'online').id).not.toBe(statusMessage(after, 'online').id);
  });

  it('of who hides has nothing of them', () => {
    const busy = set(live(), { statusMessage: message({ text: 'secret' }), activities: [activity()] });
    const hidden = set(busy, { status: 'INVISIBLE' }, NOON + 2);
    const { last_seen, ...body } = bodyOf(statusMessage(hidden, 'online'));
    expect(body).toMatchObject({ status: 'offline', custom_status: '', from: 'online' });
    expect(Date.parse(last_seen)).toBe(hidden.lastSeen);
    expect(bodyOf(activityMessage(hidden))).toMatchObject({ activity: null, activities: [] });
    // And it stays as it is, whatever they do.
    const later = set(
      hidden,
      { statusMessage: message({ text: 'more' }), activities: [activity({ name: 'Go' })] },
      NOON + 9,
    );
    expect(later.revision).toBeGreaterThan(hidden.revision);
    expect(statusMessage(later, 'online')).toEqual(statusMessage(hidden, 'online'));
    expect(activityMessage(later)).toEqual(activityMessage(hidden));
    expect([changesStatus(hidden, later), changesActivity(hidden, later)]).toEqual([false, false]);
  });

  it('that is not known when is of 1970', () => {
    expect(bodyOf(statusMessage(record(), 'offline')).last_seen).toBe('1970-01-01T00:00:00.000Z');
  });
});

describe('a change', () => {
  it('is of the status, of the activity, or of neither', () => {
    const before = live();
    const changes = (after: PresenceRecord) => [changesStatus(before, after), changesActivity(before, after)];
    expect(changes(set(before, { status: 'AWAY' }))).toEqual([true, false]);
    expect(changes(set(before, { statusMessage: message() }))).toEqual([true, false]);
    expect(changes(set(before, { activities: [activity()] }))).toEqual([false, true]);
    expect(changes(set(before, { device: 'MOBILE' }))).toEqual([false, false]);
  });
});

it('activities are all of them, and one for the dialect', () => {
  const activities = [
    { type: 'CUSTOM', name: 'Tea', startedAt: NOON + 5 },
    { type: 'LISTENING', name: 'Song', startedAt: NOON },
  ].map((each) => ({ ...activity(), ...each, details: 'hot', startedAtGiven: true, expiresAt: NOON + 60 }) as const);
  const busy = live({ sessions: [session({ connections: ['n/1'], activities: activities as never })] });
  const body = bodyOf(activityMessage(busy));
  expect(body.activity).toEqual({ type: 'listening', name: 'Song', started_at: '2026-01-31T12:00:00.000Z' });
  expect(body.activities).toEqual([
    {
      type: 'custom',
      name: 'Tea',
      details: 'hot',
      started_at: '2026-01-31T12:00:00.005Z',
      expires_at: '2026-01-31T12:00:00.060Z',
    },
    expect.objectContaining({ type: 'listening' }),
  ]);
});

it('typing is told in seconds, once a second at the most under one id', () => {
  const told = typingMessage('room', 'ana', NOON + 900);
  expect(bodyOf(told)).toEqual({ channel_id: 'room', user_id: 'ana', timestamp: NOON / 1_000 });
  expect(typingMessage('room', 'ana', NOON).id).toBe(told.id);
  expect(typingMessage('hall', 'ana', NOON).id).not.toBe(told.id);
});

it('a notice is told once a position under one id', () => {
  const act = { id: 'a', verb: 'like', actorId: 'bo', objectId: 'p', objectType: null, text: 'hi', data: null };
  const notice = {
    id: 'n',
    userId: 'ana',
    verb: 'like',
    objectId: 'p',
    objectType: null,
    actorIds: ['bo'],
    actorCount: 1,
    latest: { ...act, audience: 'NOBODY' as const, at: NOON, seq: 1 },
    at: NOON,
    isRead: false,
    position: 3,
    changed: 3,
    gone: false,
  };
  const told = noticeMessage({ notice, unseen: 2 });
  expect(bodyOf(told)).toMatchObject({ user_id: 'ana', unseen: 2, notice: { id: 'n', position: 3, text: 'hi' } });
  expect(noticeMessage({ notice, unseen: 5 }).id).toBe(told.id);
  expect(noticeMessage({ notice: { ...notice, position: 4 }, unseen: 2 }).id).not.toBe(told.id);
});
