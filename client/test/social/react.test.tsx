// @vitest-environment happy-dom
/** The hooks of the social layer, as React uses them. */
import { act, cleanup, render } from '@testing-library/react';
import { type ReactNode, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PresenceClient } from '../../src/index.js';
import { PresenceProvider } from '../../src/react/index.js';
import { useCounts, useHere, useInbox, useSocial, useTimeline } from '../../src/react/social.js';
import { at, presence } from '../support/builders.js';
import { pass, withFakeTime } from '../support/harness.js';
import { counts, act as deed, inboxChange, notice, page, setUpSocial } from '../support/socialBuilders.js';

withFakeTime();
afterEach(cleanup);

/** Lets happen what is due, and what React makes of it. */
const settle = (ms = 50) => act(() => pass(ms));

const within = (client: PresenceClient, children: ReactNode) => (
  <StrictMode>
    <PresenceProvider client={client}>{children}</PresenceProvider>
  </StrictMode>
);

const Everything = ({ objectId }: { objectId: string }) => {
  const here = useHere(objectId, { enter: true });
  const { inbox } = useInbox();
  const { acts } = useTimeline();
  return (
    <p>
      {here?.count ?? 'nobody'} {useCounts(objectId)?.all[0]?.value ?? 'none'} {inbox?.unseen ?? 'dark'}{' '}
      {acts.map(({ id }) => id).join()}
    </p>
  );
};

describe('the social hooks', () => {
  it('show what there is, once subscribed, in StrictMode and however many components there are', async () => {
    const { server, client } = await setUpSocial();
    const { container } = render(
      within(
        client,
        <>
          <Everything objectId="post" />
          <Everything objectId="post" />
        </>,
      ),
    );
    await settle();
    const fields = ['hereChanged', 'enter', 'countsChanged', 'inboxChanged', 'timelineChanged'];
    expect(fields.map((field) => server.all(field).length)).toEqual([1, 1, 1, 1, 1]);
    const here = { id: 'post', conversationId: 'post', count: 1, approximate: false, asOf: at(0) };
    server.newest('hereChanged').next({ here, came: [presence('ada')], went: [] });
    server.newest('countsChanged').next(counts('post', 1, 7));
    server.newest('inboxChanged').next(inboxChange(3, [], { unread: 2 }));
    await settle();
    server.newest('notices').answer(page([notice(3)]));
    server.newest('timeline').answer(page([deed('a')]));
    await settle();
    expect(container.textContent).toBe('1 7 2 a1 7 2 a');
  });

  it('leave the place, and nothing behind, when everything unmounts', async () => {
    const { server, client } = await setUpSocial();
    server.handlers.set('enter', (operation) => operation.answer({ id: 'post' }));
    server.handlers.set('leave', (operation) => operation.answer(true));
    server.handlers.set('timeline', (operation) => operation.answer(page([])));
    const { unmount } = render(within(client, <Everything objectId="post" />));
    await settle();
    unmount();
    await pass(10_000);
    expect(server.all('leave').map(({ variables }) => variables.id)).toEqual(['post']);
    expect(server.operations.filter(({ isLive }) => isLive)).toEqual([]);
    // The heartbeat alone.
    expect(vi.getTimerCount()).toBe(1);
  });

  it('follow another object', async () => {
    const { server, client } = await setUpSocial();
    server.handlers.set('enter', (operation) => operation.answer({ id: operation.variables.id }));
    server.handlers.set('leave', (operation) => operation.answer(true));
    const { rerender, container } = render(within(client, <Everything objectId="one" />));
    await settle();
    server.newest('countsChanged').next(counts('one', 1, 1));
    await settle();
    expect(container.textContent).toContain('nobody 1');
    rerender(within(client, <Everything objectId="two" />));
    await settle(1_000);
    expect(container.textContent).toContain('nobody none');
    const said = server.operations.filter(({ field }) => field === 'enter' || field === 'leave');
    expect(said.map(({ field, variables }) => `${field} ${variables.id}`)).toEqual([
      'enter one',
      'enter two',
      'leave one',
    ]);
  });

  it('give the same functions as long as the client is the same', async () => {
    const { client, social } = await setUpSocial();
    const seen: unknown[][] = [];
    const Probe = () => {
      const { markSeen, markRead, loadMore } = useInbox();
      seen.push([useSocial(), markSeen, markRead, loadMore, useTimeline().loadMore]);
      return null;
    };
    const { rerender } = render(within(client, <Probe />));
    rerender(within(client, <Probe />));
    expect(seen[0]![0]).toBe(social);
    for (const each of seen) expect(each).toEqual(seen[0]);
  });

  it('render on a server what is known before anything was received', async () => {
    const { client, server } = await setUpSocial();
    const text = renderToString(within(client, <Everything objectId="post" />));
    expect(text.replaceAll(/<[^>]*>/g, '')).toBe('nobody none dark ');
    await pass(1_000);
    expect(server.all('hereChanged')).toEqual([]);
  });
});
