import type { Database } from './database.js';
import { type ChangePublisher, createSocialCommit } from './socialCommit.js';
import { createSocialSweeps, RETENTION, type Retention } from './socialSweeps.js';
import { createActStore } from './sqlActs.js';
import { createCountStore } from './sqlCounts.js';
import { createTimelineReader } from './sqlTimelines.js';
import { createTrayStore } from './sqlTrays.js';

/** How long a notice waits unread for its push. */
export const PUSH_AFTER_MS = 10_000;

/**
 * What happens around people, in the database: see docs/design.md#social. `logged` is whether the social log is followed, so that
 * its rows must be written. `onError` receives the failure to publish a committed change.
 */
export const createSocial = ({
  db,
  bus,
  logged = false,
  pushAfterMs = PUSH_AFTER_MS,
  maxMutes,
  retention,
  onError = () => {},
}: {
  readonly db: Database;
  readonly bus: ChangePublisher;
  readonly logged?: boolean;
  readonly pushAfterMs?: number;
  readonly maxMutes?: number;
  readonly retention?: Partial<Retention>;
  readonly onError?: (error: unknown) => void;
}) => {
  const commit = createSocialCommit({ db, bus, logged, onError });
  return {
    ...createActStore({ db, commit, pushAfterMs }),
    ...createTrayStore({ db, commit, maxMutes }),
    ...createCountStore({ db, commit }),
    ...createTimelineReader({ db }),
    ...createSocialSweeps({ db, commit, retention: { ...RETENTION, ...retention } }),
  };
};
