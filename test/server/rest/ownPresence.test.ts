import { expect, it } from 'vitest';
import { unavailable } from '../../../src/presence/errors.js';
import { putPresence } from '../../../src/server/rest/ownPresence.js';
import type { Presence } from '../../../src/service/contract.js';
import { user } from '../../service/serviceUnderTest.js';

it('who says offline is hidden before their activities are read, and stays so where they cannot be', async () => {
  const steps: unknown[] = [];
  const presence = {
    async setPresence(_, input) {
      steps.push(input);
      return {
        userId: 'ana',
        status: 'OFFLINE',
        statusMessage: null,
        activities: [],
        devices: [],
        lastSeen: 1,
        asOf: 1,
      };
    },
  } satisfies Pick<Presence, 'setPresence'>;
  const put = putPresence(presence, user('ana'), {
    status: 'OFFLINE',
    activities() {
      steps.push('activities');
      return Promise.reject(unavailable('The database is away.'));
    },
  });
  await expect(put).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(steps).toEqual([{ status: 'OFFLINE' }, 'activities']);
});
