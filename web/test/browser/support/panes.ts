/** What one does in a pane, and what it shows. */
import type { Locator, Page } from 'playwright-core';
import type { Character } from './people.js';

type Status = 'ONLINE' | 'AWAY' | 'DO_NOT_DISTURB' | 'OFFLINE';

const LABELS = { ONLINE: 'Online', AWAY: 'Away', DO_NOT_DISTURB: 'Do not disturb', INVISIBLE: 'Invisible' } as const;

interface Observed {
  readonly selector: string;
  /** What the element's text contains. */
  readonly text: string;
  readonly attribute: string;
}

/** Notes the values of an attribute as they change, between two frames too. The function returned reads them. */
const recordOf = async (pane: Locator, observed: Observed): Promise<() => Promise<string[]>> => {
  const recorder = await pane.evaluateHandle((root, { selector, text, attribute }) => {
    const values: string[] = [];
    const read = () => {
      const element = [...root.querySelectorAll(selector)].find(({ textContent }) => textContent.includes(text));
      const value = element?.getAttribute(attribute) ?? 'nowhere';
      if (value !== values.at(-1)) values.push(value);
    };
    read();
    new MutationObserver(read).observe(root, { subtree: true, childList: true, attributes: true });
    return { values };
  }, observed);
  return () => recorder.evaluate(({ values }) => values);
};

/** Notes the texts of an element as they change, between two frames too. The function returned reads them. */
const textsOf = async (pane: Locator, selector: string): Promise<() => Promise<string[]>> => {
  const recorder = await pane.evaluateHandle((root, wanted) => {
    const values: string[] = [];
    const read = () => {
      const text = root.querySelector(wanted)?.textContent ?? 'nowhere';
      if (text !== values.at(-1)) values.push(text);
    };
    read();
    new MutationObserver(read).observe(root, { subtree: true, childList: true, characterData: true });
    return { values };
  }, selector);
  return () => recorder.evaluate(({ values }) => values);
};

export const paneOf = (page: Page, { name }: Pick<Character, 'name'>) => {
  const pane = page.getByRole('region', { name, exact: true });
  const personCalled = (other: Pick<Character, 'name'>): Locator => pane.locator('.person', { hasText: other.name });
  const composer = pane.getByRole('textbox', { name: `Message to the lobby, as ${name}` });
  const connection = pane.locator('.connection-state');
  const bell = pane.locator('.bell');
  const tray = pane.getByRole('dialog', { name: 'Notifications' });

  return {
    pane,
    composer,
    connection,
    personCalled,
    bell,
    tray,
    comment: pane.getByRole('textbox', { name: `Comment on the post, as ${name}` }),
    like: pane.locator('.like'),
    /** Waits until the badge says so; 0: until it is out. */
    seesBadge: (count: number) =>
      count === 0
        ? pane.locator('.badge').waitFor({ state: 'detached' })
        : pane.locator('.badge').getByText(String(count), { exact: true }).waitFor(),
    /** Waits until the post shows so many likes. */
    seesLikes: (count: number) => pane.getByRole('button', { name: new RegExp(`^Like, ${count} `) }).waitFor(),
    /** Waits until the post shows who is there. */
    seesHere: (sentence: string) => pane.locator('.visitors').getByText(sentence, { exact: true }).waitFor(),
    /** What the tray says, line by line. */
    notices: tray.locator('.notice-text > span:first-child'),
    /** Waits until the pane shows somebody so. */
    sees: (other: Pick<Character, 'name'>, status: Status) =>
      personCalled(other)
        .and(pane.locator(`[data-status=${status}]`))
        .waitFor(),
    /** Waits until the pane shows somebody as offline, or no longer lists them, as after a new connection. */
    losesSightOf: (other: Pick<Character, 'name'>) =>
      personCalled(other).and(pane.locator('[data-status]:not([data-status=OFFLINE])')).waitFor({ state: 'detached' }),
    /** Waits until the pane does not list somebody. */
    misses: (other: Pick<Character, 'name'>) => personCalled(other).waitFor({ state: 'detached' }),
    /** Waits until the pane's connection is in that phase. */
    isConnection: (phase: string) => pane.locator(`.connection-state[data-phase=${phase}]`).waitFor(),
    seesTyping: (sentence: string) => pane.locator('.typing-line').getByText(sentence, { exact: true }).waitFor(),
    seesNobodyTyping: () => pane.locator('.typing-line .ellipsis').waitFor({ state: 'detached' }),
    openStatus: () => pane.getByRole('button', { name: 'Your status' }).click(),
    statusEditor: pane.getByRole('dialog', { name: 'Your status' }),
    async choose(status: keyof typeof LABELS) {
      await this.openStatus();
      // The input lies under its label.
      await this.statusEditor.locator('.choice', { hasText: LABELS[status] }).click();
      await this.statusEditor.press('Escape');
    },
    openTab: (label: string) => pane.getByRole('tab', { name: label }).click(),
    click: (button: string) => pane.getByRole('button', { name: button, exact: true }).click(),
    /** Notes each status that the pane shows of somebody from now on, and `nowhere` where they are not listed. */
    record: (other: Pick<Character, 'name'>) =>
      recordOf(pane, { selector: '.person', text: other.name, attribute: 'data-status' }),
    /** Notes each sentence about who is at the post from now on. */
    recordHere: () => textsOf(pane, '.visitors-count'),
    /** Notes each number of the badge from now on; empty where it is out. */
    recordBadge: () => textsOf(pane, '.bell'),
    /** Notes each phase of the pane's connection from now on. */
    recordConnection: () => recordOf(pane, { selector: '.connection-state', text: '', attribute: 'data-phase' }),
  };
};
