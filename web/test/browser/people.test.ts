/** People on the page see each other: come, go, type, hide. */
import { chromium } from 'playwright-core';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { castPeople, openContext, openPage, show, showTwo } from './support/pages.js';
import { paneOf } from './support/panes.js';
import { type Character, gather, only } from './support/people.js';

/** Ada on a page of her own, and Ben, who is elsewhere. */
const showAda = async () => {
  const crowd = await gather(2);
  const [ada, ben] = crowd.people as [Character, Character];
  const page = await show(only(crowd, 0));
  return { crowd, ada, ben, page, hers: paneOf(page, ada) };
};

describe('somebody', () => {
  it('comes and goes with their page', async () => {
    const { crowd, ben, hers } = await showAda();
    await hers.sees(ben, 'OFFLINE');
    const context = await openContext();
    await show(only(crowd, 1), { context });
    await hers.sees(ben, 'ONLINE');
    await hers.personCalled(ben).getByTitle('Web').waitFor();
    await context.close();
    await hers.sees(ben, 'OFFLINE');
    await hers.personCalled(ben).getByText('Last seen just now').waitFor();
  });

  it('is away while another tab covers theirs, and back with it', async () => {
    const { crowd, ben, hers } = await showAda();
    const raw = await chromium.connectOverCDP(inject('stage').rawEndpoint, { noDefaults: true });
    onTestFinished(() => raw.close());
    const context = raw.contexts()[0]!;
    const { page } = await openPage(context);
    onTestFinished(() => page.close());
    await castPeople(page, only(crowd, 1));
    await page.goto(inject('stage').origin);
    await hers.sees(ben, 'ONLINE');
    const cover = await context.newPage();
    await cover.bringToFront();
    await hers.sees(ben, 'AWAY');
    await cover.close();
    await page.bringToFront();
    await hers.sees(ben, 'ONLINE');
  });

  it('types, and stops', async () => {
    const { hers, his } = await showTwo();
    await hers.composer.pressSequentially('Hel');
    await his.seesTyping('Ada is typing…');
    await hers.composer.fill('');
    await his.seesNobodyTyping();
    await hers.composer.fill('Hello');
    await his.seesTyping('Ada is typing…');
    await hers.composer.press('Enter');
    await his.pane.getByRole('log').getByText('Hello').waitFor();
    await his.seesNobodyTyping();
    await hers.composer.fill('More');
    await his.seesTyping('Ada is typing…');
    await his.composer.focus();
    await his.seesNobodyTyping();
  });

  it('hides: nobody sees them, and they see themselves as invisible', async () => {
    const { ada, hers, his } = await showTwo();
    await hers.composer.fill('Hello');
    await his.seesTyping('Ada is typing…');
    await hers.choose('INVISIBLE');
    await his.sees(ada, 'OFFLINE');
    await his.seesNobodyTyping();
    await hers.pane.getByRole('button', { name: 'Your status: Invisible' }).waitFor();
    await hers.choose('ONLINE');
    await his.sees(ada, 'ONLINE');
  });

  it('is gone at once where they were blocked, for both, until they are unblocked', async () => {
    const { ada, ben, hers, his } = await showTwo();
    await hers.pane.getByRole('button', { name: `More about ${ben.name}` }).click();
    await hers.pane.getByRole('button', { name: 'Block You see nothing of each other' }).click();
    await hers.misses(ben);
    await his.losesSightOf(ada);
    await hers.openTab('Privacy');
    await hers.click(`Unblock ${ben.name}`);
    await hers.sees(ben, 'ONLINE');
    await his.sees(ada, 'ONLINE');
  });

  it('reloads, and nobody sees a flicker', async () => {
    const { crowd, ada, ben, hers } = await showAda();
    const page = await show(only(crowd, 1));
    await hers.sees(ben, 'ONLINE');
    const shown = await hers.record(ben);
    for (let count = 0; count < 2; count += 1) {
      await page.reload();
      await paneOf(page, ben).sees(ada, 'ONLINE');
    }
    await paneOf(page, ben).choose('DO_NOT_DISTURB');
    await hers.sees(ben, 'DO_NOT_DISTURB');
    expect(await shown()).toEqual(['ONLINE', 'DO_NOT_DISTURB']);
    expect((await ben.me()).sessions.length).toBe(1);
  });
});
