import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../../src/adapters/memory/memoryStore.js';
import { closedNamesContract } from '../../contract/closedNames.js';
import { type StoreUnderTest, storeContract } from '../../contract/store.js';
import { NOON } from '../../support/unit/builders.js';

const makeStore = async (): Promise<StoreUnderTest> => {
  let now = NOON;
  const bus = createMemoryBus();
  return {
    bus,
    store: createMemoryStore({ bus, clock: () => now }),
    advance: (ms) => {
      now += ms;
    },
  };
};

storeContract('memory', makeStore);
closedNamesContract('memory', makeStore);
