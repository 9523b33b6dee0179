import { openDatabase } from '../../src/db/client.js';
import { IN_MEMORY } from '../../src/db/pglite.js';
import { describePeople } from '../contract/people.js';

describePeople('PGlite', () => openDatabase({ databaseUrl: null, dataDir: IN_MEMORY }));
