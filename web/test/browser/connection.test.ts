/** The page while its connection, its token or its server is gone. */
import { describe, expect, it, vi } from 'vitest';
import { freePort } from '../../../test/support/cluster/freePort.js';
import { startProcess } from '../../../test/support/http/server.js';
import { DEVELOPMENT, secretOf } from './support/chromium.js';
import { openContext, show, showTwo, UNREACHABLE } from './support/pages.js';
import { paneOf } from './support/panes.js';
import { type Character, gather, only } from './support/people.js';

describe('a connection', () => {
  it('that is cut by hand and restored within the grace is a flicker for nobody', async () => {
    const { ada, ben, hers, his } = await showTwo({ allowed: UNREACHABLE });
    const shown = await hers.record(ben);
    await his.click('Cut the connection');
    await his.isConnection('waiting');
    await his.pane.getByText('as last known').waitFor();
    await his.click('Restore the connection');
    await his.isConnection('online');
    await his.sees(ada, 'ONLINE');
    await his.composer.fill('Hello');
    await hers.seesTyping('Ben is typing…');
    expect(await shown()).toEqual(['ONLINE']);
  });

  it('that stays cut lets the user leave; what they chose meanwhile counts when it is back', async () => {
    const { ben, hers, his } = await showTwo({ allowed: UNREACHABLE });
    await his.click('Cut the connection');
    await his.choose('DO_NOT_DISTURB');
    await hers.sees(ben, 'OFFLINE');
    await his.click('Restore the connection');
    await hers.sees(ben, 'DO_NOT_DISTURB');
    await his.pane.getByRole('button', { name: 'Your status: Do not disturb' }).waitFor();
  });

  it('comes back with the network', async () => {
    const crowd = await gather(2);
    const [ada, ben] = crowd.people as [Character, Character];
    const hers = paneOf(await show(only(crowd, 0)), ada);
    const context = await openContext();
    const page = await show(only(crowd, 1), { context, allowed: UNREACHABLE });
    const his = paneOf(page, ben);
    await his.sees(ada, 'ONLINE');
    await context.setOffline(true);
    await page.reload().catch(() => {});
    await hers.sees(ben, 'OFFLINE');
    await context.setOffline(false);
    // Chromium loads a page that failed again by itself, too, which may abort this.
    await vi.waitFor(() => page.reload(), { timeout: 20_000, interval: 500 });
    await hers.sees(ben, 'ONLINE');
    await his.sees(ada, 'ONLINE');
  });

  it('that is slow shows the same, later', async () => {
    const crowd = await gather(2);
    const [ada, ben] = crowd.people as [Character, Character];
    const context = await openContext();
    const page = await show(crowd, { context, allowed: UNREACHABLE });
    const [hers, his] = [paneOf(page, ada), paneOf(page, ben)];
    await hers.sees(ben, 'ONLINE');
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.enable');
    await cdp.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 800,
      downloadThroughput: 16_000,
      uploadThroughput: 16_000,
    });
    await his.click('Cut the connection');
    await his.click('Restore the connection');
    await his.isConnection('online');
    // Until it is seen: typing is told once in a while, and is over where it is not told again.
    const seen = hers.seesTyping('Ben is typing…').then(() => true);
    do await his.composer.pressSequentially('Hi');
    while (!(await Promise.race([seen, page.waitForTimeout(1_000).then(() => false)])));
    await his.composer.press('Enter');
    await hers.seesNobodyTyping();
    await his.choose('DO_NOT_DISTURB');
    await hers.sees(ben, 'DO_NOT_DISTURB');
    await his.choose('AWAY');
    await hers.sees(ben, 'AWAY');
  });
});

it('a server that is killed and started again while somebody types: the page goes on', async () => {
  const settings = { ...DEVELOPMENT, PORT: String(await freePort()) };
  const server = await startProcess(settings);
  try {
    const crowd = await gather(2, { origin: server.origin, secret: await secretOf(server.dataDir) });
    const [ada, ben] = crowd.people as [Character, Character];
    const page = await show(crowd, { origin: server.origin, allowed: UNREACHABLE });
    const [hers, his] = [paneOf(page, ada), paneOf(page, ben)];
    await hers.sees(ben, 'ONLINE');
    await his.composer.pressSequentially('Hello');
    await hers.seesTyping('Ben is typing…');
    await server.stop('SIGKILL');
    await hers.isConnection('waiting');
    await hers.seesNobodyTyping();
    await hers.pane.getByText('as last known').waitFor();
    await his.composer.pressSequentially(' there');
    await server.start();
    await hers.isConnection('online');
    await his.isConnection('online');
    await his.composer.pressSequentially('!');
    await hers.seesTyping('Ben is typing…');
    await his.choose('AWAY');
    await hers.sees(ben, 'AWAY');
    expect(await his.composer.inputValue()).toBe('Hello there!');
  } finally {
    await server.remove();
  }
});

describe('a token', () => {
  it('that expires is replaced, and nobody notices', async () => {
    const crowd = await gather(2);
    const [ada, ben] = crowd.people as [Character, Character];
    const hers = paneOf(await show(only(crowd, 0)), ada);
    let isConnected = false;
    const page = await show(only(crowd, 1), {
      tokenOf: (person) => person.token({ expiresIn: isConnected ? 3_600 : 5 }),
    });
    const his = paneOf(page, ben);
    await hers.sees(ben, 'ONLINE');
    await his.isConnection('online');
    isConnected = true;
    const [shown, phases] = [await hers.record(ben), await his.recordConnection()];
    await expect.poll(phases).toEqual(['online', 'connecting', 'online']);
    await his.composer.fill('Hello');
    await hers.seesTyping('Ben is typing…');
    expect(await shown()).toEqual(['ONLINE']);
  });

  it('that the server refuses ends in words', async () => {
    const crowd = await gather(2);
    const page = await show(only(crowd, 0), {
      tokenOf: async () => 'nonsense',
      allowed: /PresenceError: The server closed the connection \(4403\)/,
    });
    const hers = paneOf(page, crowd.people[0]!);
    await hers.isConnection('unauthorized');
    await hers.pane.getByText('Not signed in').waitFor();
  });
});
