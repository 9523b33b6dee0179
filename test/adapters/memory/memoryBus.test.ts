import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { busContract } from '../../contract/bus.js';
import { record } from '../../support/unit/builders.js';

busContract('memory', async () => {
  const bus = createMemoryBus();
  return { bus, commits: bus };
});

describe('the bus of one process', () => {
  it('delivers before publishing returns', async () => {
    const bus = createMemoryBus();
    const answered: unknown[] = [];
    await bus.subscribeUser('ana', (message) => answered.push(message));
    bus.publishUser({ userId: 'ana', record: record() });
    expect(answered).toHaveLength(1);
  });

  it('keeps a topic only while it has a listener', async () => {
    const bus = createMemoryBus();
    const unsubscribes = [
      await bus.subscribeUser('ana', () => {}),
      await bus.subscribeUser('ana', () => {}),
      await bus.subscribeUser('bo', () => {}),
      await bus.subscribeTyping('ana', () => {}),
    ];
    expect(bus.size).toBe(3);
    for (const unsubscribe of unsubscribes) {
      unsubscribe();
      unsubscribe();
    }
    expect(bus.size).toBe(0);
  });
});
