/**
 * Settings of database sessions. A connection requests them at its start, but a pooler may keep them from the server:
 * PgBouncer refuses parameters that it does not know, or drops those that it is configured to ignore.
 */
import type postgres from 'postgres';

export type SessionSettings = Readonly<Record<string, string>>;

/** The pooler refuses a start-up parameter. */
const isRefused = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === '08P01' &&
  error.message.startsWith('unsupported startup parameter');

export interface SettledSettings {
  /** The settings to request: all, or none where a pooler refuses them. */
  readonly accepted: SessionSettings;
  /** A sentence for the operator; null where all settings are in force. */
  readonly advice: string | null;
}

/** The statement that makes the settings the default of this user in this database. */
const statementFor = (user: string, database: string, settings: SessionSettings): string =>
  Object.entries(settings)
    .map(([name, value]) => `alter role ${user} in database ${database} set ${name} = '${value}'`)
    .join('; ');

const settingsOf = async (client: postgres.Sql, wanted: SessionSettings) => {
  const rows = await client<{ name: string; setting: string; user: string; database: string }[]>`
    select name, setting, quote_ident(current_user) as user, quote_ident(current_database()) as database
    from pg_settings where name in ${client(Object.keys(wanted))}`;
  const { user, database } = rows[0] ?? { user: '', database: '' };
  const found = new Map(rows.map(({ name, setting }) => [name, setting]));
  const missing = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => found.get(name) !== value));
  return { user, database, missing };
};

/**
 * Opens a session to find out whether `wanted`, in the units of `pg_settings`, takes effect. `connect` makes a client whose
 * connections request the given settings. Rejects when the database cannot be opened.
 */
export const settleSettings = async (
  wanted: SessionSettings,
  connect: (settings: SessionSettings) => postgres.Sql,
): Promise<SettledSettings> => {
  const tryWith = async (accepted: SessionSettings): Promise<SettledSettings> => {
    const client = connect(accepted);
    try {
      const { user, database, missing } = await settingsOf(client, wanted);
      if (Object.keys(missing).length === 0) return { accepted, advice: null };
      const statement = statementFor(user, database, missing);
      return {
        accepted,
        advice: `A pooler at DATABASE_URL keeps settings from PostgreSQL. Run "${statement}", and reconnect the pooler.`,
      };
    } finally {
      await client.end({ timeout: 1 });
    }
  };
  try {
    return await tryWith(wanted);
  } catch (error) {
    if (isRefused(error)) return await tryWith({});
    throw error;
  }
};
