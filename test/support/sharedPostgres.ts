/** One PostgreSQL server for all files of a project: each server under test makes a database of its own on it. */
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    readonly postgresUrl: string;
  }
}

/** Starts it before the first file, and stops it after the last. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const server = await startPostgres({ maxConnections: 200 });
  project.provide('postgresUrl', server.url);
  return () => server.stop();
};
