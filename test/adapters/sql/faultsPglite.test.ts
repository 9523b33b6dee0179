import { describeFaultyAnswers } from '../../contract/faultyAnswers.js';
import { describeFaultyWrites } from '../../contract/faultyWrites.js';
import { openFaultyPglite } from '../../support/cluster/faultyPglite.js';

describeFaultyAnswers('PGlite', openFaultyPglite, {
  failing: ['cancelled'],
  wrong: ['lost', 'twice', 'hole'],
  counted: false,
});
describeFaultyWrites('PGlite', openFaultyPglite, { kinds: ['cancelled'], logged: false });
