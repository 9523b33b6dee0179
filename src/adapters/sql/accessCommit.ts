import { withTimeout } from '../../async/timeout.js';
import type { AccessChange, Bus } from '../../presence/ports/bus.js';
import { writeChangeLog } from './changeLog.js';
import type { Database, Orm } from './database.js';

/** The outcome of a transaction: the caller's result, and the access changes that others must receive. */
export interface Written<T> {
  readonly result: T;
  readonly changes: readonly AccessChange[];
}

/**
 * Runs `work` in a transaction, writes its access changes to the change log in the same transaction, and publishes them
 * after the commit. Work that met a deadlock is repeated, so it must have no effect but its statements.
 */
export type Commit = <T>(work: (tx: Orm) => Promise<Written<T>>) => Promise<T>;

export type AccessPublisher = Pick<Bus, 'publishAccessChange' | 'deliverAccessChange'>;

/** A publication takes about a millisecond. One without acknowledgement within this is delivered to this node directly. */
const PUBLISH_MS = 300;

/**
 * Publishes committed changes. A change that cannot be published is delivered to this node's listeners; other nodes read
 * it from the change log. Never rejects.
 */
const publish = async (
  bus: AccessPublisher,
  changes: readonly AccessChange[],
  onError: (error: unknown) => void,
): Promise<void> => {
  if (changes.length === 0) return;
  const late = () => new Error('A change of access was not published in time.');
  const published = changes.map((change) => withTimeout(bus.publishAccessChange(change), PUBLISH_MS, late));
  const outcomes = await Promise.allSettled(published);
  const failures = outcomes.flatMap((outcome, i) => (outcome.status === 'rejected' ? [{ i, ...outcome }] : []));
  for (const { i } of failures) {
    const change = changes[i];
    if (change) bus.deliverAccessChange(change);
  }
  if (failures[0]) onError(failures[0].reason);
};

/**
 * `committed` receives each change right after the commit, before anything is awaited. `logged` is false where nobody
 * follows the change log, since this process is alone and each of its commits is answered: no rows are written then. `onError` receives a failure to publish; the commit stands.
 */
export const createCommit =
  (options: {
    readonly db: Database;
    readonly bus: AccessPublisher;
    readonly logged: boolean;
    readonly committed: (change: AccessChange) => void;
    readonly onError: (error: unknown) => void;
  }): Commit =>
  (work) =>
    options.db.run(async (orm) => {
      const { result, changes } = await orm.transaction(async (tx) => {
        const written = await work(tx);
        return options.logged ? { ...written, changes: await writeChangeLog(tx, written.changes) } : written;
      });
      for (const change of changes) options.committed(change);
      await publish(options.bus, changes, options.onError);
      return result;
    });
