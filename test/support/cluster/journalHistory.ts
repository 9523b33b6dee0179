/** Every write to the presence journal, in order. */
import postgres from 'postgres';

export interface JournalRow {
  readonly userId: string;
  readonly revision: number;
  /** Of the row that it replaced; null where there was none. */
  readonly replaced: number | null;
  readonly chosen: string;
  readonly text: string | null;
  readonly lastSeen: number | null;
}

export interface JournalHistory {
  /** The writes since the last call, or since the start. */
  take(): Promise<readonly JournalRow[]>;
  /** The present rows, by user id. */
  present(): Promise<ReadonlyMap<string, JournalRow>>;
  close(): Promise<void>;
}

const COLUMNS = `user_id as "userId", revision::float8 as revision, chosen, message_text as text,
  last_seen::float8 as "lastSeen"`;

/** Starts to record the writes, by a trigger in the database. */
export const noteJournal = async (databaseUrl: string): Promise<JournalHistory> => {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await sql.unsafe(`
    create table journal_history (
      id bigint generated always as identity primary key, user_id text, revision bigint, replaced bigint, chosen text,
      message_text text, last_seen bigint);
    create function note_journal() returns trigger language plpgsql as $$
    begin
      insert into journal_history (user_id, revision, replaced, chosen, message_text, last_seen)
      values (new.user_id, new.revision, case when tg_op = 'UPDATE' then old.revision end, new.chosen,
        new.message_text, new.last_seen);
      return null;
    end $$;
    create trigger note_journal after insert or update on presence_journal for each row execute function note_journal();
  `);
  let read = 0;
  return {
    async take() {
      const rows = await sql.unsafe<(JournalRow & { id: number })[]>(
        `select id::float8 as id, ${COLUMNS}, replaced::float8 as replaced from journal_history where id > $1 order by id`,
        [read],
      );
      read = rows.at(-1)?.id ?? read;
      return rows;
    },
    async present() {
      const rows = await sql.unsafe<JournalRow[]>(`select ${COLUMNS}, null as replaced from presence_journal`);
      return new Map(rows.map((row) => [row.userId, row]));
    },
    close: () => sql.end(),
  };
};
