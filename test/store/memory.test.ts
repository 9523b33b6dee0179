import { createMemoryBus } from '../../src/bus/memory.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { storeContract } from '../contract/store.js';
import { NOON } from '../support/builders.js';

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
