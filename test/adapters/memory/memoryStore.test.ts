import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../../src/adapters/memory/memoryStore.js';
import { storeContract } from '../../contract/store.js';
import { NOON } from '../../support/unit/builders.js';

storeContract('memory', async () => {
  let now = NOON;
  const bus = createMemoryBus();
  return {
    bus,
    store: createMemoryStore({ bus, clock: () => now }),
    advance: (ms) => {
      now += ms;
    },
  };
});
