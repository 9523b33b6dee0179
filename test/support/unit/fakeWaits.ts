import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { vi } from 'vitest';

/**
 * Lets the `setTimeout` of `node:timers/promises` wait by the global one, and so by fake timers, which leave it alone.
 * Returns what puts it back. Unlike a mocked module it also holds in modules that another test file has loaded.
 */
export const fakeWaits = (): (() => void) => {
  const spy = vi
    .spyOn(timers, 'setTimeout')
    .mockImplementation(<T>(ms?: number, value?: T) => new Promise<T>((resolve) => setTimeout(resolve, ms, value)));
  syncBuiltinESMExports();
  return () => {
    spy.mockRestore();
    syncBuiltinESMExports();
  };
};
