import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { PresenceError, unavailable } from '../../presence/errors.js';
import type { WrongAnswer } from './answers.js';

/** drizzle's handle of PGlite or PostgreSQL, or of a transaction on one: what both can do. */
export type Orm = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/** The database, as the adapters in this folder ask it. */
export interface Database {
  /**
   * Does `work` and resolves to what it resolves to. Rejects with UNAVAILABLE while the database cannot be asked, and
   * after the deadline; the work then goes on unheard, so that a transaction that commits late is still announced.
   * An answer that is not the one to its question ({@link WrongAnswer}) is UNAVAILABLE too: nothing of it is passed on.
   * Work that met a deadlock is done again. Whatever else goes wrong (an SQL mistake, a constraint) is passed on as it is.
   */
  run<T>(work: (orm: Orm) => Promise<T>): Promise<T>;
}

/** Work that was begun and has not ended, at most: past it the database is certainly not keeping up. */
const MAX_UNDER_WAY = 10_000;
const MAX_ATTEMPTS = 3;

/** What Node and postgres.js call a connection that is not there. */
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
const WRONG_ANSWER: WrongAnswer['code'] = 'WRONG_ANSWER';
/** A deadlock or a serialization failure: nothing was written, and the same work may succeed. */
const CONFLICT_STATES = /^40(001|P01)$/;

/** The code of a failure, or of what caused it: drizzle wraps the driver's errors. */
const codeOf = (failure: unknown): string => {
  for (let error = failure; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return '';
};

const isUnavailable = (failure: unknown): boolean => {
  const code = codeOf(failure);
  return code === WRONG_ANSWER || CONNECTION_CODES.has(code) || UNAVAILABLE_STATES.test(code);
};

const away = () => unavailable('The database cannot be asked at the moment. Try again shortly.');

const repeated = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (failure) {
      if (attempt === MAX_ATTEMPTS || !CONFLICT_STATES.test(codeOf(failure))) throw failure;
    }
  }
};

/**
 * Wraps a drizzle handle, asked for anew each time. `isOpen` says whether the database was not closed yet. `deadline` is
 * null for one that cannot hang, being inside the process; `missed` hears that nothing came within it, `met` that
 * something did.
 */
export const createDatabase = (options: {
  readonly orm: () => Orm;
  readonly isOpen: () => boolean;
  readonly deadline: { readonly ms: number; readonly missed: () => void; readonly met: () => void } | null;
}) => {
  const { orm, isOpen, deadline } = options;
  let underWay = 0;

  const inTime = <T>(promise: Promise<T>): Promise<T> => {
    if (deadline === null) return promise;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        deadline.missed();
        reject(away());
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
    underWay++;
    try {
      return await repeated(() => work(orm()));
    } catch (failure) {
      if (failure instanceof PresenceError) throw failure;
      if (isUnavailable(failure) || !isOpen()) throw away();
      throw failure;
    } finally {
      underWay--;
    }
  };

  return {
    async run(work) {
      if (!isOpen() || underWay >= MAX_UNDER_WAY) throw away();
      return await inTime(attempt(work));
    },
  } satisfies Database as Database;
};
