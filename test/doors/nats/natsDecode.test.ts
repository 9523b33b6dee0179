import { describe, expect, it } from 'vitest';
import { decodeEvent, MAX_MESSAGE_BYTES } from '../../../src/doors/nats/natsDecode.js';
import { connectionOptionsOf } from '../../../src/doors/nats/natsServers.js';
import { IN_KINDS, type InKind } from '../../../src/doors/nats/natsSubjects.js';

const bytes = (body: unknown): Uint8Array =>
  new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
const decode = (kind: InKind, body: unknown) => decodeEvent(kind, bytes(body));

describe('a message of a gateway', () => {
  it('is read whole', () => {
    const body = {
      user_id: 'ana',
      connection_id: 's1',
      device: 'Mobile',
      session_id: 'app',
      at: '2026-01-31T12:00:00Z',
    };
    expect(decode('opened', { ...body, more: { deep: [] } })).toEqual({
      kind: 'opened',
      userId: 'ana',
      connectionId: 's1',
      device: 'MOBILE',
      sessionId: 'app',
      at: Date.UTC(2026, 0, 31, 12),
    });
    expect(decode('closed', body)).toEqual({ kind: 'closed', userId: 'ana', connectionId: 's1' });
    expect(decode('heartbeat', { ...body, idle: false })).toMatchObject({ kind: 'heartbeat', idle: false });
    expect(decode('voiceStarted', { user_id: 'ana', session_id: 'c', channel_id: 'lobby', name: 'Lobby' })).toEqual({
      kind: 'voiceStarted',
      userId: 'ana',
      sessionId: 'c',
      name: 'Lobby',
    });
    expect(decode('voiceEnded', { user_id: 'ana', session_id: 'c' })).toMatchObject({
      kind: 'voiceEnded',
      sessionId: 'c',
    });
  });

  it('may leave out what is optional, or say null', () => {
    const body = { user_id: 'ana', connection_id: 's1' };
    const nothing = { device: undefined, sessionId: undefined, at: undefined };
    expect(decode('opened', body)).toEqual({ kind: 'opened', userId: 'ana', connectionId: 's1', ...nothing });
    expect(decode('opened', { ...body, device: null, session_id: null, at: null })).toEqual(decode('opened', body));
    expect(decode('voiceStarted', { user_id: 'ana', session_id: 'c', name: '' })).toMatchObject({ name: undefined });
  });

  it('has numbers for ids, instants in milliseconds, and devices that nobody knows', () => {
    const body = { user_id: 42, connection_id: 7, at: 1_000, device: 'fridge' };
    expect(decode('opened', body)).toMatchObject({ userId: '42', connectionId: '7', at: 1_000, device: 'UNKNOWN' });
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '1',
    {},
    { user_id: 'ana' },
    { user_id: '', connection_id: 's', session_id: 's' },
    { user_id: 'x'.repeat(129), connection_id: 's', session_id: 's' },
    { user_id: 'a\u202Eb', connection_id: 's', session_id: 's' },
    { user_id: 1.5, connection_id: 's', session_id: 's' },
    { user_id: ['ana'], connection_id: 's', session_id: 's' },
    { user_id: 'ana', connection_id: 's', session_id: 's', more: 'x'.repeat(MAX_MESSAGE_BYTES) },
  ])('is refused where it is malformed: %j', (body) => {
    for (const kind of IN_KINDS) {
      expect(() => decode(kind, body), kind).toThrowError(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    }
  });

  it.each([
    ['opened', { device: 1 }],
    ['opened', { session_id: 'x'.repeat(129) }],
    ['opened', { at: 'noon' }],
    ['opened', { at: {} }],
    ['heartbeat', { idle: 'no' }],
    ['voiceStarted', { name: 7 }],
    ['voiceStarted', { name: 'x'.repeat(129) }],
    ['voiceStarted', { channel_id: '' }],
  ] as const)('%s is refused with %j', (kind, more) => {
    const body = { user_id: 'ana', connection_id: 's1', session_id: 'c', ...more };
    expect(() => decode(kind, body)).toThrowError(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });

  it('is refused where it is no UTF-8', () => {
    const broken = new Uint8Array([...bytes('{"user_id":"'), 0xff, ...bytes('","connection_id":"s"}')]);
    expect(() => decodeEvent('closed', broken)).toThrowError(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });
});

describe('the servers of NATS', () => {
  it.each([
    [['nats://one'], { servers: ['one:4222'] }],
    [['nats://one:1', 'nats://[::1]:2'], { servers: ['one:1', '[::1]:2'] }],
    [['tls://one'], { servers: ['one:4222'], tls: {} }],
    [['nats://one', 'nats://ana:p%25w@two'], { servers: ['one:4222', 'two:4222'], user: 'ana', pass: 'p%w' }],
    [['nats://s3cret@one'], { servers: ['one:4222'], token: 's3cret' }],
  ])('are those of %j', (urls, options) => {
    expect(connectionOptionsOf(urls)).toEqual(options);
  });
});
