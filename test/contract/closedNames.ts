import { describe, expect, it } from 'vitest';
import type { StoreUnderTest } from './store.js';

/** What every store remembers of closed names. `under` is empty at each test. */
export const closedNamesContract = (name: string, makeStore: () => Promise<StoreUnderTest>) =>
  describe(`closed names over ${name}`, () => {
    /** One test with a store of its own. */
    const of = (run: (under: StoreUnderTest) => Promise<void>) => async () => {
      const under = await makeStore();
      try {
        await run(under);
      } finally {
        await under.store.close();
        await under.bus.close();
        await under.close?.();
      }
    };

    it(
      'are those of one user, whatever the names are',
      of(async ({ store }) => {
        for (const id of ['a', 'a:b', '%', '__proto__', '"']) {
          await store.rememberClosed(id, 'b:c', 60_000);
          await store.rememberClosed('user', id, 60_000);
        }
        expect(await store.isClosed('a', 'b:c')).toBe(true);
        expect(await store.isClosed('user', '%')).toBe(true);
        expect(await store.isClosed('a:b', 'c')).toBe(false);
        expect(await store.isClosed('b:c', 'a')).toBe(false);
        expect(await store.isClosed('user', 'constructor')).toBe(false);
      }),
    );

    it(
      'are forgotten in their time, counted from when they were last remembered',
      of(async ({ store, advance }) => {
        const pass = (ms: number) => advance?.(ms) ?? new Promise((resolve) => setTimeout(resolve, ms));
        await store.rememberClosed('ana', 'brief', 40);
        await store.rememberClosed('ana', 'renewed', 40);
        await store.rememberClosed('ana', 'renewed', 60_000);
        await pass(60);
        expect(await store.isClosed('ana', 'brief')).toBe(false);
        expect(await store.isClosed('ana', 'renewed')).toBe(true);
      }),
    );
  });
