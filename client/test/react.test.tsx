// @vitest-environment happy-dom
/** The hooks, as React uses them. */
import { act, cleanup, render } from '@testing-library/react';
import { type ReactNode, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PresenceClient } from '../src/index.js';
import {
  PresenceProvider,
  useConnection,
  useMe,
  usePresence,
  usePresenceClient,
  useRoster,
  useTyping,
} from '../src/react/index.js';
import { me, presence } from './support/builders.js';
import { pass, setUp, withFakeTime } from './support/harness.js';

withFakeTime();
afterEach(cleanup);

/** Lets happen what is due, and what React makes of it. */
const settle = (ms = 50) => act(() => pass(ms));

const show = (client: PresenceClient, children: ReactNode) =>
  render(
    <StrictMode>
      <PresenceProvider client={client}>{children}</PresenceProvider>
    </StrictMode>,
  );

const Dot = ({ userId }: { userId: string }) => <b>{usePresence(userId)?.status ?? 'unknown'}</b>;

const Everything = () => {
  const { typists } = useTyping('lobby');
  const { me: own } = useMe();
  return (
    <p>
      {useConnection().phase} {useRoster().length} {typists.map(({ userId }) => userId).join()} {own?.chosenStatus}
    </p>
  );
};

describe('the hooks', () => {
  it('show what the client knows, as it changes', async () => {
    const { server, client } = await setUp();
    const { container } = show(
      client,
      <>
        <Dot userId="ada" />
        <Everything />
      </>,
    );
    expect(container.textContent).toContain('unknown');
    await settle();
    const roster = server.live('presenceChanged').find(({ variables }) => !variables.userIds);
    const single = server.live('presenceChanged').find(({ variables }) => variables.userIds);
    single!.next(presence('ada'));
    roster!.next(presence('ben'));
    server.newest('meChanged').next(me('cleo', 0, { chosenStatus: 'AWAY' }));
    server.newest('typingChanged').next({ userId: 'ben', user: {}, isTyping: true });
    await settle();
    expect(container.textContent).toBe('ONLINEonline 1 ben AWAY');
  });

  it('subscribe once, in StrictMode and however many components there are', async () => {
    const { server, client } = await setUp();
    show(
      client,
      Array.from({ length: 100 }, (_, i) => <Dot key={String(i)} userId={`user-${i % 10}`} />),
    );
    await settle();
    expect(server.all('presenceChanged').length).toBe(1);
    expect((server.newest('presenceChanged').variables.userIds as string[]).length).toBe(10);
  });

  it('render again where something changed, and only there', async () => {
    const { server, client } = await setUp();
    const renders = { ada: 0, ben: 0 };
    const Counted = ({ userId }: { userId: 'ada' | 'ben' }) => {
      renders[userId] += 1;
      return <i>{usePresence(userId)?.status}</i>;
    };
    render(
      <PresenceProvider client={client}>
        <Counted userId="ada" />
        <Counted userId="ben" />
      </PresenceProvider>,
    );
    await settle();
    const before = { ...renders };
    server.newest('presenceChanged').next(presence('ada', 1));
    server.newest('presenceChanged').next(presence('ada', 0));
    await settle();
    expect([renders.ada - before.ada, renders.ben - before.ben]).toEqual([1, 0]);
  });

  it('leave nothing behind when everything unmounts', async () => {
    const { server, client } = await setUp();
    const { unmount } = show(
      client,
      <>
        <Dot userId="ada" />
        <Everything />
      </>,
    );
    await settle();
    server.live('presenceChanged')[0]!.next(presence('ada'));
    await settle();
    unmount();
    await pass(10_000);
    expect(server.operations.filter(({ isLive }) => isLive)).toEqual([]);
    // The heartbeat alone.
    expect(vi.getTimerCount()).toBe(1);
  });

  it('keep a subscription for a component that comes back', async () => {
    const { server, client } = await setUp();
    const first = show(client, <Dot userId="ada" />);
    await settle();
    server.newest('presenceChanged').next(presence('ada'));
    await settle();
    first.unmount();
    await settle(3_000);
    const { container } = show(client, <Dot userId="ada" />);
    expect(container.textContent).toBe('ONLINE');
    await settle(10_000);
    expect(server.all('presenceChanged').length).toBe(1);
  });

  it('follow another user, and another client', async () => {
    const one = await setUp();
    const two = await setUp();
    const tree = (client: PresenceClient, userId: string) => (
      <PresenceProvider client={client}>
        <Dot userId={userId} />
      </PresenceProvider>
    );
    const { container, rerender } = render(tree(one.client, 'ada'));
    await settle();
    one.server.newest('presenceChanged').next(presence('ada', 0, { status: 'AWAY' }));
    await settle();
    expect(container.textContent).toBe('AWAY');
    rerender(tree(one.client, 'ben'));
    expect(container.textContent).toBe('unknown');
    rerender(tree(two.client, 'ada'));
    await settle();
    two.server.newest('presenceChanged').next(presence('ada', 0, { status: 'ONLINE' }));
    await settle();
    expect(container.textContent).toBe('ONLINE');
    await settle(10_000);
    expect(one.server.live('presenceChanged')).toEqual([]);
  });

  it('render on a server what is known before anything was received', async () => {
    const { client, server } = await setUp();
    const text = renderToString(
      <PresenceProvider client={client}>
        <Dot userId="ada" />
        <Everything />
      </PresenceProvider>,
    );
    expect(text.replaceAll(/<[^>]*>/g, '')).toBe('unknownidle 0  ');
    await pass(10_000);
    expect(server.all('presenceChanged')).toEqual([]);
  });

  it('say what is missing where there is no provider', () => {
    vi.spyOn(console, 'error').mockReturnValue();
    expect(() => render(<Dot userId="ada" />)).toThrow('There is no <PresenceProvider> around this component.');
  });
});

describe('useTyping', () => {
  const said: { stop: () => void; keystroke: () => void }[] = [];
  const Composer = ({ conversationId }: { conversationId: string }) => {
    said.push(useTyping(conversationId));
    return null;
  };

  it('tells of keys, stops what it began when it goes, and nothing else', async () => {
    const { server, client } = await setUp();
    const composer = show(client, <Composer conversationId="lobby" />);
    const reader = show(client, <Composer conversationId="lobby" />);
    said.at(-3)!.keystroke();
    await settle();
    reader.unmount();
    await settle();
    const states = () =>
      server.all('setTyping').map(({ variables }) => (variables.input as { isTyping: boolean }).isTyping);
    expect(states()).toEqual([true]);
    composer.unmount();
    await settle();
    expect(states()).toEqual([true, false]);
  });

  it('gives the same functions as long as the conversation is the same', async () => {
    const { client } = await setUp();
    const { rerender } = render(
      <PresenceProvider client={client}>
        <Composer conversationId="lobby" />
      </PresenceProvider>,
    );
    const before = said.at(-1)!;
    rerender(
      <PresenceProvider client={client}>
        <Composer conversationId="lobby" />
      </PresenceProvider>,
    );
    expect([said.at(-1)?.keystroke, said.at(-1)?.stop]).toEqual([before.keystroke, before.stop]);
  });
});

describe('useMe and usePresenceClient', () => {
  it('give what the client does', async () => {
    const { client } = await setUp();
    const seen: unknown[] = [];
    const Probe = () => {
      const { setPresence, updatePrivacy, signOut } = useMe();
      seen.push(usePresenceClient(), setPresence, updatePrivacy, signOut);
      return null;
    };
    render(
      <PresenceProvider client={client}>
        <Probe />
      </PresenceProvider>,
    );
    expect(seen.slice(0, 4)).toEqual([client, client.setPresence, client.updatePrivacy, client.signOut]);
  });
});
