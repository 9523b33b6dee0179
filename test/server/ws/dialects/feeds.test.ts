import { expect, it } from 'vitest';
import type { Sink } from '../../../../src/fanout/outbox.js';
import type { PresenceView } from '../../../../src/presence/view.js';
import { createPresenceFrames, Feed, frameOf } from '../../../../src/server/ws/dialects/feeds.js';
import { MOBILE_SOCKET } from '../../../../src/server/ws/dialects/mobileSocket.js';

const NOON = Date.UTC(2026, 10, 22, 12);
const view = (asOf: number): PresenceView => ({
  userId: 'ann',
  status: 'ONLINE',
  statusMessage: null,
  activities: [],
  devices: [],
  lastSeen: null,
  asOf,
});

it('a change is put into words once for all who see the same at the same instant', () => {
  let encoded = 0;
  const frames = createPresenceFrames({
    presence(seen) {
      encoded += 1;
      return MOBILE_SOCKET.presence(seen);
    },
  });
  const projection = { named: null, viewAt: view };
  const first = frames({ projection, asOf: NOON });
  for (let subscriber = 0; subscriber < 100; subscriber += 1) expect(frames({ projection, asOf: NOON })).toBe(first);
  expect(encoded).toBe(1);
  expect(first).toContain('"last_seen":"2026-11-22T12:00:00.000Z"');
  expect(frames({ projection, asOf: NOON + 1 })).toContain('"last_seen":"2026-11-22T12:00:00.001Z"');
  expect(frames({ projection: { named: null, viewAt: view }, asOf: NOON })).toBe(first);
  expect(encoded).toBe(3);
});

it('a frame is text in UTF-8, a character for each byte', () => {
  expect(frameOf({ a: '語' })).toBe(`\x81\x0b${Buffer.from('{"a":"語"}', 'utf8').toString('latin1')}`);
});

it('what is pushed waits in the subscription while the socket takes no more', () => {
  const pushed: string[] = [];
  let takes = true;
  const outbound = {
    push(frame: string) {
      pushed.push(frame);
      return takes;
    },
  };
  let sink: Sink<string> | undefined;
  let resumed = 0;
  const feed = new Feed<string>(outbound, (value) => (value === 'nothing' ? null : value), {
    flow: (to) => {
      sink = to;
    },
    resume: () => {
      resumed += 1;
    },
  });
  expect(sink?.take('one')).toBe(true);
  takes = false;
  expect(sink?.take('nothing')).toBe(true);
  expect(sink?.take('two')).toBe(false);
  expect(pushed).toEqual(['one', 'two']);
  feed.drained();
  expect(resumed).toBe(1);
});
