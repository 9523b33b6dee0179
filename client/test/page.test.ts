// @vitest-environment happy-dom
/** What the client reads of the page that it runs in. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { browserPage, type PageEvent } from '../src/page.js';
import { pass, setUp, withFakeTime } from './support/harness.js';

withFakeTime();
afterEach(() => sessionStorage.clear());

const setVisibility = (state: 'visible' | 'hidden') => {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
};
const show = (persisted: boolean) => {
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }));
};

describe('the page', () => {
  it('tells what happens to it, until nobody listens', () => {
    const page = browserPage()!;
    const events: PageEvent[] = [];
    const stop = page.subscribe((event) => events.push(event));
    setVisibility('hidden');
    expect(page.isHidden()).toBe(true);
    setVisibility('visible');
    window.dispatchEvent(new Event('pagehide'));
    show(false);
    show(true);
    window.dispatchEvent(new Event('online'));
    for (const name of ['keydown', 'pointermove']) document.body.dispatchEvent(new Event(name, { bubbles: true }));
    expect(events).toEqual(['hidden', 'visible', 'leave', 'return', 'online', 'input', 'input']);
    stop();
    setVisibility('hidden');
    window.dispatchEvent(new Event('online'));
    expect(events.length).toBe(7);
  });

  it('is what a client goes by that is told nothing else', async () => {
    vi.stubGlobal('location', { href: 'https://app.example.com/room/1' });
    const { server, client } = await setUp({ url: '/graphql', page: undefined });
    expect((server.last as unknown as { url: string }).url).toBe('wss://app.example.com/graphql');
    expect(server.last.params).toMatchObject({ device: 'WEB', sessionId: expect.stringMatching(/^\w{32}$/) });
    const id = server.last.params?.sessionId;
    expect(sessionStorage.length).toBe(0);
    window.dispatchEvent(new Event('pagehide'));
    expect([client.connection.get().phase, sessionStorage.getItem('rollcall:sessions')]).toEqual([
      'paused',
      JSON.stringify([id]),
    ]);
    show(true);
    await pass(0);
    expect([client.connection.get().phase, server.last.params?.sessionId]).toEqual(['online', id]);
    vi.unstubAllGlobals();
  });
});
