/** The recipes for Apollo Client and urql in a browser, beside a server that is killed and started again. */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';
import { freePort } from '../../../test/support/cluster/freePort.js';
import { startProcess } from '../../../test/support/http/server.js';
import { DEVELOPMENT, secretOf } from './support/chromium.js';
import { openContext, openPage, UNREACHABLE } from './support/pages.js';
import { type Character, gather } from './support/people.js';

/** What Chromium writes into the console while the server is gone, and of the icon that the document has not. */
const ALLOWED = new RegExp(`${UNREACHABLE.source}|status of 404`);

/** The recipe with its packages as one script. */
const scriptOf = async (recipe: string): Promise<string> => {
  const build = await rolldown({
    input: fileURLToPath(new URL(`recipes/${recipe}.ts`, import.meta.url)),
    platform: 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  });
  const { output } = await build.generate({ format: 'iife' });
  await build.close();
  return output[0].code;
};

/** Runs the recipe in a document of the server itself: Chromium lets others into the local network only where somebody allows it. */
const openRecipe = async (recipe: string, origin: string, { token }: Character): Promise<Page> => {
  const { page } = await openPage(await openContext(), { allowed: ALLOWED });
  await page.goto(`${origin}/ready#${await token()}`);
  await page.evaluate(await scriptOf(recipe));
  return page;
};

it('an event changes what a query shows, also after the server was killed', async () => {
  const server = await startProcess({ ...DEVELOPMENT, PORT: String(await freePort()) });
  try {
    const { origin } = server;
    const { people } = await gather(2, { origin, secret: await secretOf(server.dataDir) });
    const [ada, ben] = people as [Character, Character];
    const pages = await Promise.all(['apollo', 'urql'].map((recipe) => openRecipe(recipe, origin, ada)));
    const allShow = (status: string) =>
      Promise.all(pages.map((page) => page.getByText(`${ben.id} ${status}`, { exact: true }).waitFor()));
    await allShow('OFFLINE');
    await ben.setPresence({ status: 'DO_NOT_DISTURB' });
    await allShow('DO_NOT_DISTURB');
    await server.stop('SIGKILL');
    await server.start();
    await ben.setPresence({ status: 'AWAY' });
    await allShow('AWAY');
    expect(server.origin).toBe(origin);
  } finally {
    await server.remove();
  }
});
