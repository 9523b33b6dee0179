import { openDatabase } from '../../src/db/client.js';
import { IN_MEMORY } from '../../src/db/pglite.js';
import { describeJournal } from '../contract/journal.js';

describeJournal('PGlite', () => openDatabase({ databaseUrl: null, dataDir: IN_MEMORY }));
