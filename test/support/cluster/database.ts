/** Databases on the one PostgreSQL server of the run, for whom the server itself is not the subject. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  /** Of the server. */
  readonly port: number;
  /** Ends all connections to it, and removes it. */
  drop(): Promise<void>;
}

/** Creates an empty one, of a name that no other has. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const server = inject('postgresUrl');
  const name = `rollcall_${randomUUID().replaceAll('-', '')}`;
  const asAdmin = async (statement: string) => {
    const admin = postgres(server, { max: 1, onnotice: () => {} });
    await admin.unsafe(statement);
    await admin.end();
  };
  await asAdmin(`create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` });
  return {
    url: url.href,
    port: Number(url.port),
    drop: () => asAdmin(`drop database ${name} with (force)`),
  };
};
