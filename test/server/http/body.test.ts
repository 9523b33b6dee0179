import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES, readBody } from '../../../src/server/http/body.js';
import { bytesInUse } from '../../support/unit/usage.js';

/** A request whose body comes piece by piece, as the parser of HTTP hands it over. */
const createRequest = (headers: Readonly<Record<string, string>> = {}) => {
  const events = new EventEmitter();
  return { events, request: Object.assign(events, { headers, resume: () => {} }) as unknown as IncomingMessage };
};

describe('the body of a request', () => {
  it('is whole, however it is cut, and what it came in stays as it was', async () => {
    const sent = Buffer.from(Array.from({ length: 5_000 }, (_, i) => i % 251));
    for (const lengths of [[5_000], [1, 4_999], [3, 1, 1, 4_000, 995], Array.from({ length: 5_000 }, () => 1)]) {
      const received = Buffer.from(sent);
      const { events, request } = createRequest();
      const body = readBody(request);
      let at = 0;
      for (const length of lengths) {
        events.emit('data', received.subarray(at, at + length));
        at += length;
      }
      events.emit('end');
      expect((await body)?.equals(sent)).toBe(true);
      expect(received.equals(sent)).toBe(true);
    }
  });

  it('is empty where nothing came', async () => {
    const { events, request } = createRequest();
    const body = readBody(request);
    events.emit('end');
    expect(await body).toHaveLength(0);
  });

  it('that is too long is null at once, also in pieces', async () => {
    const { events, request } = createRequest();
    const body = readBody(request, 10);
    for (let i = 0; i < 11; i += 1) events.emit('data', Buffer.from('x'));
    expect(await body).toBeNull();
  });

  it('takes its length and not more, where it comes byte by byte', async () => {
    const received = Buffer.alloc(MAX_BODY_BYTES / 4, 'x');
    const { events, request } = createRequest();
    const body = readBody(request);
    const before = await bytesInUse();
    for (let at = 0; at < received.length; at += 1) events.emit('data', received.subarray(at, at + 1));
    expect(await bytesInUse()).toBeLessThan(before + 8 * received.length);
    events.emit('end');
    expect(await body).toHaveLength(received.length);
  });
});
