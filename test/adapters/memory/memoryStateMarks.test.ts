import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../../src/adapters/memory/memoryStore.js';
import { stateMarksContract } from '../../contract/stateMarks.js';
import { NOON } from '../../support/unit/builders.js';

stateMarksContract('memory', async () => {
  let now = NOON;
  const { stateMarks, ...store } = createMemoryStore({ bus: createMemoryBus(), clock: () => now });
  return {
    store,
    marks: stateMarks,
    async pass(ms) {
      now += ms;
    },
  };
});
