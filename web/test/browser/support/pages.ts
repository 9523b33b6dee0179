/** Pages in Chromium, each in a context of its own. What a page complains about fails its test. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, inject, onTestFinished } from 'vitest';
import { paneOf } from './panes.js';
import { type Character, type Crowd, gather } from './people.js';

/** For how long a page may take to show something; a busy machine takes its time. */
const LIMIT_MS = 30_000;

let connecting: Promise<Browser> | undefined;
/** Chromium, connected once a worker. */
export const browser = (): Promise<Browser> => {
  connecting ??= chromium.connect(inject('stage').endpoint);
  return connecting;
};

export interface Complaints {
  /** Errors and warnings of the console, uncaught exceptions, and breaches of the page's policy. */
  readonly texts: string[];
  /** The addresses of all requests. */
  readonly requests: string[];
}

/** Collects what a page complains about and what it asks for, from its beginning. */
const listenTo = (page: Page): Complaints => {
  const complaints: Complaints = { texts: [], requests: [] };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.texts.push(message.text());
  });
  page.on('pageerror', (error) => complaints.texts.push(error.message));
  page.on('request', (request) => complaints.requests.push(request.url()));
  page.on('websocket', (socket) => complaints.requests.push(socket.url().replace(/^ws/, 'http')));
  return complaints;
};

/** What Chromium itself writes into the console where a server cannot be reached or dies, or a socket is closed too early. */
export const UNREACHABLE =
  /net::ERR_(?:CONNECTION_REFUSED|INTERNET_DISCONNECTED|CONNECTION_RESET|EMPTY_RESPONSE)|closed before the connection/;

/** A page of a context, watched; at the end of the test it must have complained about nothing but `allowed`. */
export const openPage = async (
  context: BrowserContext,
  { allowed }: { readonly allowed?: RegExp } = {},
): Promise<{ page: Page; complaints: Complaints }> => {
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  const complaints = listenTo(page);
  onTestFinished(() => expect(complaints.texts.filter((text) => !allowed?.test(text))).toEqual([]));
  return { page, complaints };
};

export const openContext = async (options: BrowserContextOptions = {}): Promise<BrowserContext> => {
  const context = await (await browser()).newContext({
    viewport: { width: 1280, height: 800 },
    // What moves costs time that no test is about.
    reducedMotion: 'reduce',
    ...options,
  });
  onTestFinished(() => context.close());
  return context;
};

export interface ShowOptions {
  readonly context?: BrowserContext;
  readonly origin?: string;
  /** What the page is given as somebody's token. */
  readonly tokenOf?: (person: Character) => Promise<string>;
  /** Complaints that belong to the test. */
  readonly allowed?: RegExp;
}

/** Makes the page take `people` for the demo users. */
export const castPeople = (
  page: Page,
  { people, conversationId, post, host }: Crowd,
  tokenOf: (person: Character) => Promise<string> = (person) => person.token(),
): Promise<unknown> =>
  page.route('**/demo.json', async (route) => {
    const named = people.map(async (person) => ({ id: person.id, name: person.name, token: await tokenOf(person) }));
    const hostToken = await host.token();
    await route.fulfill({ json: { people: await Promise.all(named), conversationId, post, hostToken } });
  });

/** The page with a pane for each of the people, two at most. */
export const show = async (crowd: Crowd, options: ShowOptions = {}): Promise<Page> => {
  const { origin = inject('stage').origin, allowed } = options;
  const context = options.context ?? (await openContext());
  const { page } = await openPage(context, allowed ? { allowed } : {});
  await castPeople(page, crowd, options.tokenOf);
  await page.goto(`${origin}/`);
  return page;
};

/** Two people on one page, side by side. */
export const showTwo = async (options: ShowOptions = {}) => {
  const crowd = await gather(2);
  const [ada, ben] = crowd.people as [Character, Character];
  const page = await show(crowd, options);
  const [hers, his] = [paneOf(page, ada), paneOf(page, ben)];
  await hers.sees(ben, 'ONLINE');
  await his.sees(ada, 'ONLINE');
  return { page, crowd, ada, ben, hers, his };
};
