import { readdirSync, readFileSync } from 'node:fs';
import { type Cluster, type Redis, ReplyError } from 'ioredis';
import { PresenceError, unavailable } from '../../presence/errors.js';
import { unreachable } from './within.js';

export type RedisClient = Redis | Cluster;

/** The scripts of `lua/`, by file name. */
export type ScriptName =
  | 'among'
  | 'clean'
  | 'commit'
  | 'dismiss'
  | 'due'
  | 'forget'
  | 'heads'
  | 'lapse'
  | 'lapsed'
  | 'list'
  | 'live'
  | 'mark'
  | 'moved'
  | 'open'
  | 'place'
  | 'read'
  | 'renew'
  | 'stateAnew'
  | 'stateMark'
  | 'statePostpone'
  | 'stateRelease'
  | 'stateRenew'
  | 'stateTake'
  | 'stateTold'
  | 'take'
  | 'there'
  | 'type'
  | 'typists';

export interface Redises {
  /**
   * Runs a script. Rejects with UNAVAILABLE while Redis cannot be asked or the shard recovers. Where Redis is full a script
   * that writes is refused as UNAVAILABLE too, unless `shrinks` returns true: then it runs all the same.
   */
  run(
    name: ScriptName,
    keys: readonly string[],
    args?: readonly (string | number)[],
    shrinks?: () => boolean,
  ): Promise<readonly Reply[]>;
  /** Runs plain commands, with the same errors. */
  ask<T>(command: (client: RedisClient) => Promise<T>): Promise<T>;
}

export type Reply = string | number | null;

const FOLDER = new URL('./lua/', import.meta.url);
/** The text that every script begins with. */
const SHARED = 'shared.lua';

/** Errors of a server that cannot serve now; any other is a fault of the script. */
const PASSING =
  /^(READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|MOVED|ASK|OOM|NOREPLICAS|BUSY|UNKILLABLE|NOAUTH|MISCONF)/;

/** Whether a server that cannot serve now said so. A script is refused at its first write, so that none was made. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ReplyError && PASSING.test((error as Error).message);

/** UNAVAILABLE where Redis cannot be asked. A script's own fault is a bug of ours, and stays what it is. */
const asUnavailable = (error: unknown): unknown => {
  if (error instanceof PresenceError) return error;
  if (error instanceof ReplyError && !isRefusal(error)) return error;
  return unreachable();
};

/** As the first line of a script it lets that write while Redis is full. */
const ALSO_WHEN_FULL = '#!lua flags=allow-oom\n';

/** Whether Redis is full, and refused the first write of a script. */
const isFull = (error: unknown): boolean => error instanceof ReplyError && (error as Error).message.startsWith('OOM');

/** Defines every script of `lua/` on the client, each also in a variant that runs while Redis is full. */
export const createRedises = (client: RedisClient): Redises => {
  const textOf = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');
  const shared = textOf(SHARED);
  for (const file of readdirSync(FOLDER)) {
    if (!file.endsWith('.lua') || file === SHARED) continue;
    const [name, lua] = [file.slice(0, -4), textOf(file)];
    const runsWhenFull = lua.startsWith(ALSO_WHEN_FULL);
    const whole = shared + (runsWhenFull ? lua.slice(ALSO_WHEN_FULL.length) : lua);
    client.defineCommand(commandOf(name), { lua: runsWhenFull ? ALSO_WHEN_FULL + whole : whole });
    if (!runsWhenFull) client.defineCommand(commandWhenFull(name), { lua: ALSO_WHEN_FULL + whole });
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
    async run(name, keys, args = [], shrinks = () => false) {
      const send = (command: string) => commands[command]!(keys.length, ...keys, ...args);
      const reply = await send(commandOf(name))
        .catch((error: unknown) => {
          if (isFull(error) && shrinks()) return send(commandWhenFull(name));
          throw error;
        })
        .catch((error: unknown) => {
          throw asUnavailable(error);
        });
      const replies = (Array.isArray(reply) ? reply : [reply]) as readonly Reply[];
      if (replies[0] === -1) throw unavailable('The live store is recovering after an interruption.');
      return replies;
    },
  };
};

const commandOf = (name: string): string => `rollcall_${name}`;
const commandWhenFull = (name: string): string => `rollcall_${name}_when_full`;
