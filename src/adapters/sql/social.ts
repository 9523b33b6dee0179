import type { Database } from './database.js';
import { type ChangePublisher, createSocialCommit } from './socialCommit.js';
import { createCountStore } from './sqlCounts.js';

/**
 * What happens around people, in the database: see docs/design.md#social. `logged` is whether the social log is followed, so that
 * its rows must be written. `onError` receives the failure to publish a committed change.
 */
export const createSocial = ({
  db,
  bus,
  logged = false,
  onError = () => {},
}: {
  readonly db: Database;
  readonly bus: ChangePublisher;
  readonly logged?: boolean;
  readonly onError?: (error: unknown) => void;
}) => {
  const commit = createSocialCommit({ db, bus, logged, onError });
  return { ...createCountStore({ db, commit }) };
};
