import { vi } from 'vitest';

/** As `vi.waitFor`, for as long as a busy machine may take. */
export const waitFor = <T>(check: () => T | Promise<T>, { timeout = 20_000 } = {}): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 10 });
