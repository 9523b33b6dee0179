import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../config/config.js';

export type Log = Logger;

/** An error as it is logged: its kind, its code and where it was thrown, and the same of its cause. */
interface LoggedError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: LoggedError;
}

const MAX_MESSAGE = 300;
const MAX_CAUSES = 5;

/** Lines are written together: so many bytes at once, or what there is after so many milliseconds. */
const BUFFERED = 4_096;
const FLUSH_MS = 50;
/**
 * Several workers write to one pipe: at most so many bytes at once (PIPE_BUF of Linux), which arrive in one piece whatever
 * the others write.
 */
const SHARED = { minLength: 2_048, maxWrite: 4_096 };

/** What a database driver's message goes on with, after its first line, are parameters: people's texts. */
const messageOf = (error: Error): string =>
  'params' in error ? 'A query failed.' : (error.message.split('\n', 1)[0] ?? '').slice(0, MAX_MESSAGE);

const framesOf = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');

const loggedError = (error: unknown, depth = 0): LoggedError => {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'Something other than an error was thrown.', stack: '' };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause !== undefined && depth < MAX_CAUSES ? { cause: loggedError(error.cause, depth + 1) } : {};
  return { type: error.name, ...code, message: messageOf(error), stack: framesOf(error), ...cause };
};

/**
 * The log: JSON lines on standard output, or wherever `destination` writes. Errors go under `err`, and nothing of
 * them but their kind, first line and frames is written. Nobody logs a URL, a token or a text. `worker` is the number of the
 * worker that writes, in each of its lines; several of them share standard output.
 */
export const createLog = ({
  level,
  worker = null,
  isShared = worker !== null,
  destination,
}: {
  readonly level: LogLevel;
  readonly worker?: number | null;
  /** Whether other processes write to the same standard output. */
  readonly isShared?: boolean;
  readonly destination?: DestinationStream;
}): Log => {
  const base = worker === null ? null : { worker };
  const options = { level, base, serializers: { err: (error: unknown) => loggedError(error) } };
  const pieces = isShared ? SHARED : { minLength: BUFFERED };
  return pino(options, destination ?? pino.destination({ sync: false, periodicFlush: FLUSH_MS, ...pieces }));
};
