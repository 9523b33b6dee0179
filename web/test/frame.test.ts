import { describe, expect, it } from 'vitest';
import { createFrameReader } from '../src/wire/frame.js';

const readFrame = (data: string) => createFrameReader()(0, 'received', data);
const read = (message: unknown) => readFrame(JSON.stringify(message));

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

  it('of an answer without data has the name of its operation, until the connection is another', () => {
    const read = createFrameReader();
    const summaryOf = (message: unknown) => read(0, 'received', JSON.stringify(message)).summary;
    summaryOf({ id: '1', type: 'subscribe', payload: { query: 'query Relations { following { id } }' } });
    summaryOf({ id: '2', type: 'subscribe', payload: { query: 'mutation Block { block(userId: "b") }' } });
    expect(summaryOf({ id: '1', type: 'next', payload: { data: null } })).toBe('Relations');
    expect(summaryOf({ id: '1', type: 'error', payload: [] })).toBe('Relations');
    expect(summaryOf({ id: '1', type: 'complete' })).toBe('');
    summaryOf({ type: 'connection_init' });
    expect(summaryOf({ id: '2', type: 'complete' })).toBe('');
  });

  it('is bounded, however long the message is', () => {
    expect(read({ type: 'next', payload: 'x'.repeat(100_000) }).text.length).toBeLessThan(5_000);
    expect(readFrame('x'.repeat(100_000)).text.length).toBeLessThan(5_000);
  });

  it('is shown as it is where it is no message of the protocol', () => {
    for (const data of ['not JSON', '[1]', '{"type":1}'])
      expect(readFrame(data)).toMatchObject({ type: 'unreadable', text: data });
  });
});
