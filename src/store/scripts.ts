import { readdirSync, readFileSync } from 'node:fs';
import { type Cluster, type Redis, ReplyError } from 'ioredis';
import { PresenceError, unavailable } from '../presence/errors.js';

export type RedisClient = Redis | Cluster;

/** The scripts of `lua/`, by file name. */
export type ScriptName =
  | 'clean'
  | 'commit'
  | 'dismiss'
  | 'due'
  | 'forget'
  | 'lapse'
  | 'lapsed'
  | 'list'
  | 'live'
  | 'mark'
  | 'open'
  | 'read'
  | 'renew'
  | 'type'
  | 'typists';

export interface Redises {
  /** Runs a script. Rejects with UNAVAILABLE while Redis cannot be asked or the shard settles. */
  run(name: ScriptName, keys: readonly string[], args?: readonly (string | number)[]): Promise<readonly Reply[]>;
  /** Runs plain commands, with the same errors. */
  ask<T>(command: (client: RedisClient) => Promise<T>): Promise<T>;
}

export type Reply = string | number | null;

const FOLDER = new URL('./lua/', import.meta.url);

/** Replies of a server that cannot serve now, rather than of a script that is wrong. */
const PASSING =
  /^(READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|MOVED|ASK|OOM|NOREPLICAS|BUSY|UNKILLABLE|NOAUTH|MISCONF)/;

/** What Redis answers when it cannot be asked. A script that is wrong is a bug of ours, and stays one. */
const asUnavailable = (error: unknown): unknown => {
  if (error instanceof PresenceError) return error;
  if (error instanceof ReplyError && !PASSING.test((error as Error).message)) return error;
  return unavailable('The live store cannot be reached. Try again in a moment.');
};

export const createRedises = (client: RedisClient): Redises => {
  for (const file of readdirSync(FOLDER)) {
    if (file.endsWith('.lua')) {
      client.defineCommand(commandOf(file.slice(0, -4)), { lua: readFileSync(new URL(file, FOLDER), 'utf8') });
    }
  }
  const commands = client as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>;

  const ask: Redises['ask'] = async (command) => {
    try {
      return await command(client);
    } catch (error) {
      throw asUnavailable(error);
    }
  };

  return {
    ask,
    async run(name, keys, args = []) {
      let reply: unknown;
      try {
        reply = await commands[commandOf(name)]!(keys.length, ...keys, ...args);
      } catch (error) {
        throw asUnavailable(error);
      }
      const replies = (Array.isArray(reply) ? reply : [reply]) as readonly Reply[];
      if (replies[0] === -1) throw unavailable('The live store is settling after an interruption.');
      return replies;
    },
  };
};

const commandOf = (name: string): string => `rollcall_${name}`;
