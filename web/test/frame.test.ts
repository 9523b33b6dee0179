import { describe, expect, it } from 'vitest';
import { readFrame } from '../src/wire/frame.js';

const read = (message: unknown) => readFrame(1, 0, 'sent', JSON.stringify(message));

describe('a frame of the log', () => {
  it('shows no token', () => {
    for (const payload of [
      { authorization: 'Bearer a.secret.token' },
      { Authorization: 'a.secret.token', device: 'WEB' },
    ]) {
      const { type, text } = read({ type: 'connection_init', payload });
      expect(type).toBe('connection_init');
      expect(text).not.toContain('secret');
    }
  });

  it('says what it is about', () => {
    const summaries = [
      { type: 'subscribe', payload: { query: 'subscription PresenceChanged($a: ID) { presenceChanged { id } }' } },
      { type: 'subscribe', payload: { query: '{ me { userId } }' } },
      { type: 'next', payload: { data: { presenceChanged: { userId: 'ben', status: 'AWAY' } } } },
      { type: 'next', payload: { data: { typingChanged: { userId: 'ben', isTyping: true } } } },
      { type: 'next', payload: { data: { block: true } } },
      { type: 'next', payload: { errors: [] } },
      { type: 'ping' },
    ].map((message) => read(message).summary);
    expect(summaries).toEqual([
      'PresenceChanged',
      'me',
      'presenceChanged · ben · AWAY',
      'typingChanged · ben · typing',
      'block',
      '',
      '',
    ]);
  });

  it('is bounded, however long the message is', () => {
    expect(read({ type: 'next', payload: 'x'.repeat(100_000) }).text.length).toBeLessThan(5_000);
    expect(readFrame(1, 0, 'received', 'x'.repeat(100_000)).text.length).toBeLessThan(5_000);
  });

  it('is shown as it is where it is no message of the protocol', () => {
    for (const data of ['not JSON', '[1]', '{"type":1}'])
      expect(readFrame(1, 0, 'received', data)).toMatchObject({ type: 'unreadable', text: data });
  });
});
