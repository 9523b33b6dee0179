import { describe, expect, it } from 'vitest';
import { createTally } from '../../bench/client/tally.js';

const arrive = (tally: ReturnType<typeof createTally>, times: number): void => {
  for (let time = 0; time < times; time += 1) if (tally.count()) tally.check(`delivery ${tally.received}`);
};

describe('the tally', () => {
  it('resolves when the last of those announced has arrived', async () => {
    const tally = createTally({ aftermathMs: 0 });
    tally.expect(3);
    const all = tally.exact();
    arrive(tally, 3);
    await all;
    expect(tally.received).toBe(3);
  });

  it('lets some be owed', async () => {
    const tally = createTally();
    tally.expect(10);
    arrive(tally, 6);
    await tally.restorePending(4);
    expect(tally.received).toBe(6);
  });

  it('rejects, with how many, when one is missing and nothing arrives any more', async () => {
    const tally = createTally({ stallMs: 5 });
    tally.expect(3);
    arrive(tally, 2);
    await expect(tally.restorePending(0)).rejects.toThrow('1 of 3 deliveries are missing');
  });

  it('rejects when one came too many', async () => {
    const tally = createTally({ aftermathMs: 0 });
    tally.expect(3);
    arrive(tally, 4);
    await expect(tally.exact()).rejects.toThrow('4 deliveries came, 3 were to come');
  });

  it('shows every 64th to the check, which may refuse it', () => {
    const seen: string[] = [];
    const tally = createTally();
    tally.checkWith((text) => seen.push(text));
    arrive(tally, 130);
    expect(seen).toEqual(['delivery 64', 'delivery 128']);
    tally.checkWith((text) => {
      throw new Error(`This was never said: ${text}`);
    });
    expect(() => arrive(tally, 64)).toThrow('This was never said: delivery 192');
  });

  it('shows more of them where that is asked for', () => {
    const seen: string[] = [];
    const tally = createTally();
    tally.checkWith((text) => seen.push(text), 1);
    arrive(tally, 2);
    expect(seen).toEqual(['delivery 1', 'delivery 2']);
  });
});
