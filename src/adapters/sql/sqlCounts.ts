import { sql } from 'drizzle-orm';
import { groupedBy } from '../../async/batches.js';
import { badInput } from '../../presence/errors.js';
import type { CountStore } from '../../social/ports/counts.js';
import { countsOf, putRegisters, type Register, type Registers } from '../../social/registers.js';
import type { Count, Counts, NewCounts } from '../../social/socialTypes.js';
import { takeLocks } from './advisoryLock.js';
import type { Database, Orm } from './database.js';
import { isDeletedObject } from './deletedObjects.js';
import { bigintArray, serverNow, textArray } from './expressions.js';
import { rowsByKey } from './rowsByKey.js';
import type { CommitSocial } from './socialCommit.js';
import { counts } from './tables.js';

/** Names of one object. */
const MAX_NAMES = 10;

/** One row for each object, which has all its counts. */
const countsQuery = (orm: Orm, objectIds: readonly string[]) =>
  orm
    .select({
      objectId: sql<string>`asked.id`,
      now: sql`${serverNow}`.mapWith(Number),
      asOf: sql<string | null>`found.as_of::text`,
      isClosed: isDeletedObject(sql`asked.id`),
      /** Names, values and versions: a version is text, since it may be longer than a double. */
      all: sql<string | null>`found.everything::text`,
    })
    .from(
      sql`unnest(${textArray(objectIds)}) as asked (id) left join lateral (
        select max(as_of) as as_of, jsonb_agg(jsonb_build_array(name, value, version::text)) as everything
        from counts where object_id = asked.id offset 0
      ) as found on true`,
    );

interface Stored {
  readonly registers: Registers;
  /** Null where nothing was put. */
  readonly asOf: number | null;
  readonly now: number;
  /** It was a conversation, which is deleted: what is put late is of that one, and not of the next of its id. */
  readonly isClosed: boolean;
}

const readCounts = async (orm: Orm, objectIds: readonly string[]): Promise<ReadonlyMap<string, Stored>> => {
  const rows = rowsByKey(new Set(objectIds), await countsQuery(orm, objectIds), ({ objectId }) => objectId);
  return new Map(
    [...rows].map(([objectId, { now, asOf, isClosed, all }]) => {
      const values: readonly [string, number, string][] = JSON.parse(all ?? '[]');
      const registers = new Map(
        values.map(([name, value, version]): [string, Register] => [name, { name, value, version: BigInt(version) }]),
      );
      return [objectId, { registers, asOf: asOf === null ? null : Number(asOf), now, isClosed }];
    }),
  );
};

const writeRegisters = async (
  tx: Orm,
  rows: readonly (Register & { readonly objectId: string; readonly asOf: number })[],
): Promise<void> => {
  if (rows.length === 0) return;
  const values = bigintArray(rows.map(({ value }) => value));
  const versions = sql`${textArray(rows.map(({ version }) => String(version)))}::bigint[]`;
  await tx
    .insert(counts)
    .select(sql`
      select object_id, name, value::integer, version, as_of
      from unnest(${textArray(rows.map(({ objectId }) => objectId))}, ${textArray(rows.map(({ name }) => name))},
        ${values}, ${versions}, ${bigintArray(rows.map(({ asOf }) => asOf))})
        as new (object_id, name, value, version, as_of)`)
    .onConflictDoUpdate({
      target: [counts.objectId, counts.name],
      set: { value: sql`excluded.value`, version: sql`excluded.version`, asOf: sql`excluded.as_of` },
    });
};

const sameCounts = (a: readonly Count[], b: readonly Count[]): boolean =>
  a.length === b.length && a.every(({ name, value }, i) => name === b[i]?.name && value === b[i].value);

/** What a put makes of one object: null where nothing moved. */
const decide = (objectId: string, { registers, asOf, now, isClosed }: Stored, puts: readonly NewCounts[]) => {
  const { after, moved } = putRegisters(registers, puts);
  if (moved.length === 0 || isClosed) return null;
  if (after.size > MAX_NAMES)
    throw badInput(`The object ${objectId} would have ${after.size} counts; at most ${MAX_NAMES} are allowed.`);
  const all = countsOf(after);
  // Later versions of equal values are kept, and nobody need hear of them.
  const isVisible = !sameCounts(all, countsOf(registers));
  const next = isVisible || asOf === null ? Math.max(asOf ?? 0, now) + 1 : asOf;
  const changed: Counts = { objectId, all, asOf: next };
  return { changed, isVisible, rows: moved.map((register) => ({ ...register, objectId, asOf: next })) };
};

/**
 * Counts in the database: a row for each object and name. A put locks its objects, reads their rows, and writes those that moved:
 * four statements, however many objects; reading is one.
 */
export const createCountStore = ({ db, commit }: { readonly db: Database; readonly commit: CommitSocial }) =>
  ({
    async putCounts(puts) {
      const byObject = groupedBy(puts, ({ objectId }) => objectId);
      const objectIds = [...byObject.keys()];
      if (objectIds.length === 0) return 0;
      return await commit(async (tx) => {
        await takeLocks(tx, 'counts', objectIds);
        const stored = await readCounts(tx, objectIds);
        const moved = [...byObject].flatMap(([objectId, own]) => decide(objectId, stored.get(objectId)!, own) ?? []);
        await writeRegisters(
          tx,
          moved.flatMap(({ rows }) => rows),
        );
        const social = moved.flatMap(({ isVisible, changed }) =>
          isVisible ? [{ kind: 'counts' as const, counts: changed }] : [],
        );
        return { result: moved.length, changes: [], social };
      });
    },

    async counts(objectIds) {
      const distinct = [...new Set(objectIds)];
      const found = await db.run((orm) => readCounts(orm, distinct));
      return new Map(
        [...found].map(([objectId, { registers, asOf, now }]) => [
          objectId,
          { objectId, all: countsOf(registers), asOf: asOf ?? now },
        ]),
      );
    },
  }) satisfies CountStore;
