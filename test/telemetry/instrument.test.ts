import { expect, it } from 'vitest';
import { type Call, observed } from '../../src/telemetry/instrument.js';

const port = {
  double: async (n: number) => 2 * n,
  fail: async () => {
    throw new Error('no');
  },
  plain: (n: number) => n,
  size: 3,
};

const watch = () => {
  const calls: Call[] = [];
  return { calls, ...{ watched: observed(port, (call) => calls.push(call)) } };
};

it('a call that resolves is reported with its time, and answers the same', async () => {
  const { calls, watched } = watch();
  expect(await watched.double(4)).toBe(8);
  expect(calls).toEqual([{ method: 'double', ms: expect.any(Number), error: undefined }]);
});

it('a call that rejects is reported with its error, and rejects the same', async () => {
  const { calls, watched } = watch();
  const error = await watched.fail().catch((thrown: unknown) => thrown);
  expect(error).toEqual(new Error('no'));
  expect(calls).toEqual([{ method: 'fail', ms: expect.any(Number), error }]);
});

it('what answers at once, and what is no function, stays as it is', () => {
  const { calls, watched } = watch();
  expect([watched.plain(1), watched.size]).toEqual([1, 3]);
  expect(calls).toEqual([]);
});
