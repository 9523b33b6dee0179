/** GraphiQL, and the page as a development server has it: complete in themselves. */
import { expect, inject, it } from 'vitest';
import { openContext, openPage } from './support/pages.js';
import { paneOf } from './support/panes.js';
import { type Character, gather } from './support/people.js';

/** Requests that leave the server, or what the page carries itself. */
const outside = (requests: readonly string[]) =>
  requests.filter((url) => !url.startsWith(inject('stage').origin) && !/^(?:data|blob|about):/.test(url));

it('GraphiQL loads nothing from outside and shows the events of a subscription', async () => {
  const { people } = await gather(2);
  const [ada, ben] = people as [Character, Character];
  const { page, complaints } = await openPage(await openContext());
  await page.goto(`${inject('stage').origin}/graphql#token=${await ada.token()}`);
  await page.getByRole('button', { name: 'Execute query' }).click();
  await page.getByRole('menuitem', { name: 'Watch' }).click();
  const response = page.locator('.graphiql-response');
  await response.getByText('OFFLINE').waitFor();
  await ben.setPresence({ status: 'DO_NOT_DISTURB' });
  await ben.connect();
  await response.getByText('DO_NOT_DISTURB').waitFor();
  expect(complaints.requests.length).toBeGreaterThan(1);
  expect(outside(complaints.requests)).toEqual([]);
  expect(page.url()).not.toContain('token');
});

it('the page loads nothing from outside, and shows the demo users of the server', async () => {
  const { page, complaints } = await openPage(await openContext());
  await page.goto(inject('stage').origin);
  const hers = paneOf(page, { name: 'Ada Lovelace' });
  await hers.sees({ name: 'Ben Bitdiddle' }, 'ONLINE');
  await hers.sees({ name: 'Cleo Codd' }, 'OFFLINE');
  const paths = complaints.requests.map((url) => new URL(url).pathname);
  expect(paths).toEqual(expect.arrayContaining(['/', '/demo.json', '/graphql']));
  expect(outside(complaints.requests)).toEqual([]);
});
