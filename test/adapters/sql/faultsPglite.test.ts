import { afterAll } from 'vitest';
import { describeFaultyAnswers } from '../../contract/faultyAnswers.js';
import { describeFaultyWrites } from '../../contract/faultyWrites.js';
import { openFaultyPglite } from '../../support/cluster/faultyPglite.js';

/** One database for both, whose users are others: to create one takes seconds. */
let opened: ReturnType<typeof openFaultyPglite> | undefined;
const open = async () => {
  opened ??= openFaultyPglite();
  return { ...(await opened), close: async () => {} };
};
afterAll(async () => (await opened)?.close());

// PostgreSQL has the full check.
describeFaultyAnswers('PGlite', open, {
  failing: ['cancelled'],
  wrong: ['lost', 'twice', 'hole'],
  counted: false,
  check: 'spot',
});
describeFaultyWrites('PGlite', open, { kinds: ['cancelled'], logged: false, check: 'spot' });
