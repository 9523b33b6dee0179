/** The two logs of changes: what each keeps, and in which form. `changeLog.ts` tells how they are read. */
import { sql } from 'drizzle-orm';
import type { AccessChange } from '../../presence/ports/bus.js';
import type { SocialChange } from '../../social/ports/socialBus.js';
import {
  accessChangeOf,
  socialChangeOf,
  socialTopicOf,
  storedAccessChange,
  storedSocialChange,
} from '../storedMessages.js';
import type { Orm } from './database.js';
import { serverNow, textArray } from './expressions.js';
import { changeLog, socialLog as socialLogTable } from './tables.js';

/** The one format that this release writes and reads, of either log. */
export const FORMAT = 1;

/** How the rows of a log are kept. */
export interface LogRows {
  readonly table: typeof changeLog | typeof socialLogTable;
  /** Whether a row names its topic: its change is then read only where somebody listens to that. */
  readonly hasTopics: boolean;
  /** Rows in one page. */
  readonly page: number;
  /** Ids that one statement deletes: it must end well within the statement timeout. */
  readonly trimBatch: number;
}

/** A log, and the form of its changes. */
export interface Log<Change extends { readonly logId?: string }> extends LogRows {
  /** Writes a row for each change, with ids that grow in their order. */
  insert(tx: Orm, changes: readonly Change[]): Promise<readonly { readonly id: number }[]>;
  /** Reads the change of a row. Throws where this release does not know it. */
  decode(text: string): Change;
}

/** A row of a large circle is a megabyte: pages and batches are small. */
export const accessLog: Log<AccessChange> = {
  table: changeLog,
  insert(tx, changes) {
    const texts = textArray(changes.map((change) => JSON.stringify(storedAccessChange(change))));
    return tx
      .insert(changeLog)
      .select(sql`
        select nextval('fact_log_id_seq'), pg_current_xact_id(), ${serverNow}, ${FORMAT}::smallint, new.change::jsonb
        from unnest(${texts}) as new (change)`)
      .returning({ id: changeLog.id });
  },
  decode: (text) => accessChangeOf(JSON.parse(text)),
  hasTopics: false,
  page: 500,
  trimBatch: 200,
};

/** Rows are small and may be many: a node reads their topics, and the changes of those that it listens to. */
export const socialLog: Log<SocialChange> = {
  table: socialLogTable,
  insert(tx, changes) {
    const texts = textArray(changes.map((change) => JSON.stringify(storedSocialChange(change))));
    return tx
      .insert(socialLogTable)
      .select(sql`
        select nextval('social_log_id_seq'), pg_current_xact_id(), ${serverNow}, ${FORMAT}::smallint, new.topic,
          new.change::jsonb
        from unnest(${textArray(changes.map(socialTopicOf))}, ${texts}) as new (topic, change)`)
      .returning({ id: socialLogTable.id });
  },
  decode: (text) => socialChangeOf(JSON.parse(text)),
  hasTopics: true,
  page: 5_000,
  trimBatch: 2_000,
};
