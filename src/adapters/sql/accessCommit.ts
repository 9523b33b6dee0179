import type { AccessChange } from '../../presence/ports/bus.js';
import type { Orm } from './database.js';
import type { CommitSocial } from './socialCommit.js';

/** The outcome of a transaction: the caller's result, and the access changes that others must receive. */
export interface Written<T> {
  readonly result: T;
  readonly changes: readonly AccessChange[];
}

/** As {@link CommitSocial}, of work that changes access alone. */
export type Commit = <T>(work: (tx: Orm) => Promise<Written<T>>) => Promise<T>;

export const accessCommit =
  (commit: CommitSocial): Commit =>
  (work) =>
    commit(async (tx) => ({ ...(await work(tx)), social: [] }));
