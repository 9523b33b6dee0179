/** graphql-ws alone on a running server, set up as `recipes/plain.ts` has it. */
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openProxy } from '../../test/support/cluster/proxy.js';
import type {} from '../../test/support/cluster/sharedPostgres.js';
import { serve } from '../../test/support/http/rollcall.js';
import { createInbox } from '../../test/support/unit/inbox.js';
import { type Presence, watchPeople } from './recipes/plain.js';

const rollcall = await serve();

beforeEach(() => void vi.stubGlobal('WebSocket', WebSocket));
afterEach(() => void vi.unstubAllGlobals());

it('shows people as they change, and after a restart of the server those alone who can still be seen', async () => {
  const proxy = await openProxy(Number(new URL(rollcall.url).port));
  onTestFinished(() => proxy.close());
  const [ada, ben, cleo] = await rollcall.friends('ada', 'ben', 'cleo');
  const shown = createInbox<Record<string, string>>('what is shown');
  const url = `http://127.0.0.1:${proxy.port}/graphql`;
  const watch = watchPeople(
    url,
    () => ada.token(),
    'a-tab',
    (people) => shown.push(Object.fromEntries(people.map(({ id, status }) => [id, status]))),
  );
  onTestFinished(async () => void (await watch.close()));

  await shown.nextWhere((people) => people[ben.id] === 'OFFLINE' && people[cleo.id] === 'OFFLINE');
  const answer: Presence[] = await ada.presence([ben.id]);
  await ben.setPresence({ status: 'AWAY' });
  await shown.nextWhere((people) => people[ben.id] === 'AWAY');
  for (const late of answer) watch.merge(late);
  await cleo.setPresence({ status: 'AWAY' });
  expect(await shown.next()).toEqual({ [ben.id]: 'AWAY', [cleo.id]: 'AWAY' });

  await rollcall.stop('SIGKILL');
  await rollcall.start();
  await ben.setPresence({ status: 'DO_NOT_DISTURB' });
  await cleo.block(ada.id);
  proxy.leadTo(Number(new URL(rollcall.url).port));
  expect(await shown.nextWhere((people) => people[ben.id] === 'DO_NOT_DISTURB', 60_000)).toEqual({
    [ben.id]: 'DO_NOT_DISTURB',
  });
});
