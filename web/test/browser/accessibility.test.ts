/** The page for people who use a keyboard or a screen reader, or who want nothing to move. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openContext, showTwo } from './support/pages.js';

/** Serious and critical faults that axe finds, each with its places. */
const faultsOf = async (page: Page): Promise<string[]> => {
  const violations = await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
    });
    return violations.map(({ id, impact, nodes }) => ({ id, impact, at: nodes.map(({ html }) => html) }));
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, at }) => `${id}: ${at.join(' ')}`);
};

const SIZES = [
  ['a desktop', { width: 1280, height: 800 }],
  ['a phone', { width: 390, height: 844 }],
] as const;

describe.each(SIZES)('axe on %s', (_, viewport) => {
  it('finds nothing serious in light and dark, with the status picker closed and open', async () => {
    const { page, hers } = await showTwo();
    await page.setViewportSize(viewport);
    await page.evaluate(axe.source);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await faultsOf(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await faultsOf(page)).toEqual([]);
    await hers.openStatus();
    await hers.statusEditor.waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await faultsOf(page)).toEqual([]);
  });
});

it('axe finds nothing serious in the other tabs', async () => {
  const { page, hers } = await showTwo();
  await page.evaluate(axe.source);
  for (const tab of ['Feed', 'Privacy', 'Devices', 'Frames']) {
    await hers.openTab(tab);
    expect(await faultsOf(page)).toEqual([]);
  }
});

it.each(['light', 'dark'] as const)('axe finds nothing serious in a tray with a notice, %s', async (colorScheme) => {
  const { page, hers, his } = await showTwo();
  await page.evaluate(axe.source);
  await page.emulateMedia({ colorScheme });
  await his.openTab('Feed');
  await his.like.click();
  await hers.seesBadge(1);
  expect(await faultsOf(page)).toEqual([]);
  await hers.bell.click();
  await hers.notices.first().waitFor();
  expect(await faultsOf(page)).toEqual([]);
});

describe('the keyboard alone', () => {
  it('chooses a status and sends a message', async () => {
    const { page, ada, hers, his } = await showTwo();
    /** Goes on with Tab until the focus is on what is called so; returns how often. */
    const tabTo = async (name: string) => {
      for (let count = 1; count <= 40; count += 1) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => {
          const element = document.activeElement as HTMLInputElement | null;
          return element?.labels?.[0]?.textContent ?? element?.ariaLabel ?? element?.textContent ?? '';
        });
        if (focused.includes(name)) return count;
      }
      throw new Error(`Tab does not come to ${name}.`);
    };
    await tabTo('Your status');
    await page.keyboard.press('Enter');
    await hers.statusEditor.waitFor();
    // The focus is on the status that holds.
    await hers.statusEditor.locator('input[type=radio]:checked:focus').waitFor();
    await page.keyboard.press('ArrowDown');
    await his.sees(ada, 'AWAY');
    await page.keyboard.press('Escape');
    await hers.statusEditor.waitFor({ state: 'hidden' });
    await hers.pane.locator('button:focus', { hasText: 'Your status' }).waitFor();
    await page.keyboard.press('Enter');
    await hers.statusEditor.locator('input[type=radio]:checked:focus').waitFor();
    await page.keyboard.press('Escape');
    await tabTo('Message to the lobby');
    await page.keyboard.type('Hello');
    await his.seesTyping('Ada is typing…');
    await page.keyboard.press('Enter');
    await his.pane.getByRole('log').getByText('Hello').waitFor();
  });
});

it('nothing moves for whom asked for that, and dots do for others', async () => {
  const context = await openContext({ reducedMotion: 'no-preference' });
  const { page, hers, his } = await showTwo({ context });
  await hers.composer.fill('Hello');
  await his.seesTyping('Ada is typing…');
  const moving = () => page.evaluate(() => document.getAnimations().length);
  expect(await moving()).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await moving()).toBe(0);
});
