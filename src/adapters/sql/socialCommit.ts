import { inPieces } from '../../async/batches.js';
import { withTimeout } from '../../async/timeout.js';
import type { AccessChange, Bus } from '../../presence/ports/bus.js';
import type { SocialBus, SocialChange } from '../../social/ports/socialBus.js';
import { writeLog } from './changeLog.js';
import type { Database, Orm } from './database.js';
import { accessLog, socialLog } from './logs.js';

/** The outcome of a transaction: the caller's result, and the changes that others must receive. */
export interface WrittenSocial<T> {
  readonly result: T;
  readonly changes: readonly AccessChange[];
  readonly social: readonly SocialChange[];
}

/**
 * Runs `work` in a transaction, writes its changes to the two logs in the same transaction, and publishes them after the commit:
 * access first. Work that met a deadlock is repeated, so it must have no effect but its statements.
 */
export type CommitSocial = <T>(work: (tx: Orm) => Promise<WrittenSocial<T>>) => Promise<T>;

export type ChangePublisher = Pick<Bus, 'publishAccessChange' | 'deliverAccessChange'> &
  Pick<SocialBus, 'publishSocial' | 'deliverSocial'>;

/** A publication takes about a millisecond. Those without acknowledgement within this are delivered to this node directly. */
const PUBLISH_MS = 300;
/** All publications of one commit: it is answered afterwards. */
const PUBLISH_ALL_MS = 1_000;
/** So many publications are on their way at once, in one write. */
const PUBLISHED_AT_ONCE = 500;

/**
 * Publishes committed changes in their order, many at once. After a failure, or once a batch is late, what was not published is
 * delivered to this node's listeners alone; other nodes read it in the log. Never rejects.
 */
const publish = async <C>(
  changes: readonly C[],
  send: (change: C) => Promise<void>,
  deliver: (change: C) => void,
  onError: (error: unknown) => void,
): Promise<void> => {
  const late = () => new Error('A change was not published in time.');
  const end = performance.now() + PUBLISH_ALL_MS;
  let failed = false;
  for (const piece of inPieces(changes, PUBLISHED_AT_ONCE)) {
    if (failed) {
      for (const change of piece) deliver(change);
      continue;
    }
    const unpublished = new Set(piece);
    let failure: unknown;
    const sent = piece.map((change) =>
      send(change).then(
        () => unpublished.delete(change),
        (error: unknown) => {
          failure ??= error;
        },
      ),
    );
    await withTimeout(Promise.all(sent), Math.min(PUBLISH_MS, end - performance.now()), late).catch(
      (error: unknown) => {
        failure ??= error;
      },
    );
    if (unpublished.size === 0) continue;
    failed = true;
    onError(failure);
    for (const change of unpublished) deliver(change);
  }
};

/**
 * `committed` receives each access change right after the commit, before anything is awaited. `logged` is false where nobody
 * follows the logs, since this process is alone and each of its commits is answered: no rows are written then. `onError` receives
 * a failure to publish; the commit stands.
 */
export const createSocialCommit =
  ({
    db,
    bus,
    logged,
    committed = () => {},
    onError,
  }: {
    readonly db: Database;
    readonly bus: ChangePublisher;
    readonly logged: boolean;
    readonly committed?: (change: AccessChange) => void;
    readonly onError: (error: unknown) => void;
  }): CommitSocial =>
  (work) =>
    db.run(async (orm) => {
      const { result, changes, social } = await orm.transaction(async (tx) => {
        const written = await work(tx);
        if (!logged) return written;
        const withIds = await writeLog(tx, accessLog, written.changes);
        return { ...written, changes: withIds, social: await writeLog(tx, socialLog, written.social) };
      });
      for (const change of changes) committed(change);
      await publish(changes, bus.publishAccessChange, bus.deliverAccessChange, onError);
      await publish(social, bus.publishSocial, bus.deliverSocial, onError);
      return result;
    });
