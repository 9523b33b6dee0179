import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { PresenceError, unavailable } from '../../presence/errors.js';
import type { RowMismatch } from './rowsByKey.js';

/** drizzle's handle of PGlite or PostgreSQL, or of a transaction on one: what both can do. */
export type Orm = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/** The database, as the adapters in this folder use it. */
export interface Database {
  /**
   * Runs `work` and resolves to its result. Rejects with UNAVAILABLE while the database cannot be reached, after the
   * deadline, and for a result that does not fit its query ({@link RowMismatch}). Past the deadline the work goes on in the
   * background, so that a transaction that commits late still publishes its changes. Work that met a deadlock or a
   * serialization failure is repeated. Other errors (an SQL mistake, a constraint) are passed on unchanged.
   */
  run<T>(work: (orm: Orm) => Promise<T>): Promise<T>;
  /** That deadline, in ms. Left out for a database inside the process, which cannot hang. */
  readonly deadlineMs?: number | undefined;
}

/** An open database with its migrations applied. */
export interface OpenDatabase {
  readonly db: Database;
  /** For `/ready`: resolves when the database answers, rejects with UNAVAILABLE within 2 s when it does not. */
  ping(): Promise<void>;
  /** Lets the work in progress end, closes the database and releases the data folder. Idempotent. */
  close(): Promise<void>;
}

/** Bound on the work in progress: past it the database is not keeping up. */
const MAX_IN_PROGRESS = 10_000;
const MAX_ATTEMPTS = 3;

/** Codes of Node and postgres.js for a missing or broken connection. */
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
/**
 * SQLSTATE classes and codes of a server that cannot serve now: connection (08), resources (53), stopping or starting
 * (57P), I/O (58), statement timeout (57014), lock timeout (55P03), a primary that became a standby (25006),
 * and conflicts that repeating did not end (40).
 */
const UNAVAILABLE_STATES = /^(08...|53...|57P..|58...|57014|55P03|25006|40...)$/;
const ROW_MISMATCH: RowMismatch['code'] = 'ROW_MISMATCH';
/** A deadlock or a serialization failure: nothing was written, and the same work may succeed. */
const CONFLICT_STATES = /^40(001|P01)$/;

/** The code of a failure or of its nearest cause that has one: drizzle wraps the errors of the driver. */
const codeOf = (failure: unknown): string => {
  for (let error = failure; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return '';
};

const meansUnavailable = (failure: unknown): boolean => {
  const code = codeOf(failure);
  return code === ROW_MISMATCH || CONNECTION_CODES.has(code) || UNAVAILABLE_STATES.test(code);
};

const unreachable = () => unavailable('The database cannot be asked at the moment. Try again shortly.');

const withRetries = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (failure) {
      if (attempt === MAX_ATTEMPTS || !CONFLICT_STATES.test(codeOf(failure))) throw failure;
    }
  }
};

/**
 * Wraps the drizzle handle that `orm` returns, taken anew for each call. `isOpen` is false once the database is closed.
 * `deadline` is null for a database inside the process, which cannot hang; `missed` and `met` are called when work
 * exceeds or keeps its `ms`.
 */
export const createDatabase = (options: {
  readonly orm: () => Orm;
  readonly isOpen: () => boolean;
  readonly deadline: { readonly ms: number; readonly missed: () => void; readonly met: () => void } | null;
}) => {
  const { orm, isOpen, deadline } = options;
  let inProgress = 0;

  const withinDeadline = <T>(promise: Promise<T>): Promise<T> => {
    if (deadline === null) return promise;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        deadline.missed();
        reject(unreachable());
      }, deadline.ms);
      promise
        .then((result) => {
          deadline.met();
          resolve(result);
        }, reject)
        .finally(() => clearTimeout(timer));
    });
  };

  const attempt = async <T>(work: (orm: Orm) => Promise<T>): Promise<T> => {
    inProgress++;
    try {
      return await withRetries(() => work(orm()));
    } catch (failure) {
      if (failure instanceof PresenceError) throw failure;
      if (meansUnavailable(failure) || !isOpen()) throw unreachable();
      throw failure;
    } finally {
      inProgress--;
    }
  };

  return {
    deadlineMs: deadline?.ms,
    async run(work) {
      if (!isOpen() || inProgress >= MAX_IN_PROGRESS) throw unreachable();
      return await withinDeadline(attempt(work));
    },
  } satisfies Database as Database;
};
