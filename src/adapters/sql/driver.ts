import postgres from 'postgres';
import { StartFault } from '../../config/startFault.js';

/** A fragment of the driver's source after `patches/` was applied, which happens as a whole or not at all. */
const PATCHED = 'reject(lost = e)';

/**
 * Throws a StartFault when the driver was installed without its patch: it would mix up results after a failed statement,
 * and end the process when it loses connections.
 */
export const checkDriver = (driver: { toString(): string } = postgres): void => {
  if (String(driver).includes(PATCHED)) return;
  throw new StartFault(
    'The package postgres was installed without its patch. Run npx patch-package beside package.json and patches/, or npm ci there without --ignore-scripts.',
  );
};
