/** Time tells nothing in the dialects either: who is hidden takes the same questions, in the same order, as who does not exist. */
import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../../src/adapters/memory/memoryStore.js';
import { DIALECTS } from '../../../src/server/rest/dialectTables.js';
import type { RestServices } from '../../../src/server/rest/route.js';
import { user } from '../../service/serviceUnderTest.js';
import { assemblePresence } from '../../support/unit/assemblePresence.js';
import { NOON, timings } from '../../support/unit/builders.js';
import { createFakePeople, NO_LIMITS } from '../../support/unit/fakePeople.js';
import { written } from '../../support/unit/writtenPort.js';

const ME = user('me');
const readers = DIALECTS.flatMap(({ routes }) => routes).filter(({ byUser }) => !byUser);

const setUp = async () => {
  const steps: string[] = [];
  const bus = createMemoryBus();
  const store = createMemoryStore({ bus, clock: () => NOON });
  const { people, journal } = createFakePeople({ bus });
  const presence = assemblePresence({
    bus,
    store: written('store', store, steps),
    people: written('people', people, steps),
    journal: written('journal', journal, steps),
    rateLimits: NO_LIMITS,
    timings: timings(),
    newIncarnation: () => 'here',
    newId: () => 'new',
    onJournalFailure: (error) => {
      throw error;
    },
  });
  await people.upsertUsers(['me', 'ana'].map((id) => ({ id, privacy: { status: 'NOBODY' as const } })));
  await presence.setPresence(user('ana'), { status: 'ONLINE' });
  const services = { presence, people: written('people', people, steps) } as unknown as RestServices;
  return {
    async stepsOf(act: (services: RestServices) => Promise<unknown>) {
      steps.length = 0;
      const answer = await act(services).catch((error: unknown) => error);
      return { steps: [...steps], answer };
    },
  };
};

describe('the reads of a user who is hidden are those of one who does not exist', () => {
  it.each(readers)('$method $path', async (route) => {
    const { stepsOf } = await setUp();
    const of = (id: string) => {
      const query = new URLSearchParams({ ids: id, user_ids: id });
      const given = { params: { user_id: id }, query, body: { user_ids: [id] } };
      return stepsOf((services) => route.prepare(given)(services, ME));
    };
    const hidden = await of('ana');
    expect(hidden).toEqual(await of('nobody'));
    expect(hidden.steps).not.toEqual([]);
  });
});
