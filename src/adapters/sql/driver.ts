import postgres from 'postgres';
import { StartFault } from '../../config/startFault.js';

/** Stands in the driver's source where `patches/` was applied to it, which is done as a whole or not at all. */
const PATCHED = 'reject(lost = e)';

/**
 * Throws a StartFault where the driver was installed without its patch: it would mix up answers after a failed statement,
 * and end the process when connections are lost.
 */
export const checkDriver = (driver: { toString(): string } = postgres): void => {
  if (String(driver).includes(PATCHED)) return;
  throw new StartFault(
    'The package postgres was installed without its patch. Run npx patch-package beside package.json and patches/, or npm ci there without --ignore-scripts.',
  );
};
