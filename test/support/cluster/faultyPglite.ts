/** PGlite, as its adapter opens it, with statements that fail. */
import type { PGlite, Results, Transaction } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import type { Database } from '../../../src/adapters/sql/database.js';
import { createFaults } from '../unit/faults.js';
import { openPreparedPglite } from './preparedPglite.js';

/** PGlite hands over whole answers, so a statement that fails has passed on no row, wherever it fails. */
export const openFaultyPglite = async () => {
  const database = await openPreparedPglite();
  const control = createFaults();

  const spoil = <Row>(result: Results<Row>): Results<Row> => {
    const here = control.pending();
    control.answered(result.rows.length);
    if (here === null) return result;
    const { how, afterRows } = here;
    if (how === 'cancelled') {
      control.failed();
      throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
    }
    if (afterRows >= result.rows.length) return result;
    control.failed();
    const rows = [...result.rows];
    if (how === 'hole') delete rows[afterRows];
    else rows.splice(afterRows, 1, ...(how === 'twice' ? [rows[afterRows]!, rows[afterRows]!] : []));
    return { ...result, rows };
  };

  const spoilt = <Client extends PGlite | Transaction>(client: Client): Client =>
    new Proxy(client, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (name === 'query') {
          return async (...args: Parameters<PGlite['query']>) => spoil(await target.query(...args));
        }
        if (name === 'transaction') {
          return (work: (tx: Transaction) => Promise<unknown>) =>
            (target as PGlite).transaction((tx) => work(spoilt(tx)));
        }
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });

  const db: Database = {
    run: (work) =>
      database.db.run((orm) => {
        if (!('$client' in orm)) throw new Error('drizzle names no client.');
        return work(drizzle({ client: spoilt(orm.$client as PGlite) }));
      }),
  };
  return { db, faults: control.faults, close: () => database.close() };
};
