/** The client beside a real server. */
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/support/http/rollcall.js';
import { createFakePage } from './support/fakePage.js';
import { clientOf, closeAfterEach } from './support/people.js';
import { until } from './support/until.js';

const rollcall = await serve({ RATE_PRESENCE: '2,1s' });
closeAfterEach();

const none = () => {};

describe('a client', () => {
  it('shows who is there, what they choose, and that they go', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const hers = clientOf(rollcall.url, ada);
    const seen = hers.presence(ben.id);
    const his = clientOf(rollcall.url, ben);
    await until(seen, (presence) => presence?.status === 'ONLINE');
    const held = await his.setPresence({ status: 'DO_NOT_DISTURB', statusMessage: { text: 'In the studio' } });
    expect(held.status).toBe('DO_NOT_DISTURB');
    await until(seen, (presence) => presence?.statusMessage?.text === 'In the studio');
    await until(hers.roster, ([first]) => first?.status === 'DO_NOT_DISTURB');
    await his.signOut();
    await until(seen, (presence) => presence?.status === 'OFFLINE');
    expect(his.connection.get().phase).toBe('signedOut');
  });

  it('knows its own state, also what another device chose', async () => {
    const [ada] = await rollcall.friends('ada', 'ben');
    const desk = clientOf(rollcall.url, ada, { device: 'DESKTOP' });
    const phone = clientOf(rollcall.url, ada, { device: 'MOBILE' });
    await until(desk.me, (me) => me?.sessions.length === 2);
    await phone.setPresence({ status: 'INVISIBLE' });
    const me = await until(desk.me, (value) => value?.chosenStatus === 'INVISIBLE');
    expect(me?.presence.status).toBe('INVISIBLE');
    await phone.updatePrivacy({ lastSeen: 'NOBODY' });
    await until(desk.me, (value) => value?.privacy.lastSeen === 'NOBODY');
  });

  it('is seen AWAY while its page is hidden', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const page = createFakePage();
    clientOf(rollcall.url, ben, { page, storage: null });
    const seen = clientOf(rollcall.url, ada).presence(ben.id);
    await until(seen, (presence) => presence?.status === 'ONLINE');
    page.say('hidden');
    await until(seen, (presence) => presence?.status === 'AWAY');
    page.say('visible');
    await until(seen, (presence) => presence?.status === 'ONLINE');
  });

  it('in the background is seen AWAY, and never OFFLINE', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const statuses: (string | undefined)[] = [];
    const seen = clientOf(rollcall.url, ada).presence(ben.id);
    const his = clientOf(rollcall.url, ben);
    await until(seen, (presence) => presence?.status === 'ONLINE');
    seen.subscribe((presence) => statuses.push(presence?.status));
    his.background();
    await until(seen, (presence) => presence?.status === 'AWAY');
    // As long as a session without a connection lives, which is far more than the grace.
    const isKept = async () => {
      const [session] = (await ben.me()).sessions;
      return session?.idle === true && Date.parse(session.expiresAt) - Date.now() > 60_000;
    };
    await expect.poll(isKept).toBe(true);
    his.foreground();
    await until(seen, (presence) => presence?.status === 'ONLINE');
    expect((await ben.me()).sessions.length).toBe(1);
    expect(new Set(statuses)).toEqual(new Set(['ONLINE', 'AWAY']));
  });

  it('does not show any more who blocked the caller while it was away', async () => {
    const [ada, ben, cleo] = await rollcall.friends('ada', 'ben', 'cleo');
    const hers = clientOf(rollcall.url, ada);
    clientOf(rollcall.url, ben);
    clientOf(rollcall.url, cleo);
    const [seenBen, seenCleo] = [hers.presence(ben.id), hers.presence(cleo.id)];
    await until(seenBen, (presence) => presence?.status === 'ONLINE');
    await until(seenCleo, (presence) => presence?.status === 'ONLINE');
    await until(hers.roster, (roster) => roster.length === 2);
    hers.background();
    await ben.block(ada.id);
    hers.foreground();
    await until(seenBen, (presence) => presence === undefined);
    await until(hers.roster, (roster) => roster.length === 1);
    expect(seenCleo.get()?.status).toBe('ONLINE');
    await ben.unblock(ada.id);
    await until(seenBen, (presence) => presence?.status === 'ONLINE');
  });

  it('does not show any more who blocks the caller while it is there', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const hers = clientOf(rollcall.url, ada);
    clientOf(rollcall.url, ben);
    const seen = hers.presence(ben.id);
    await until(seen, (presence) => presence?.status === 'ONLINE');
    await ben.block(ada.id);
    await until(seen, (presence) => presence === undefined);
  });

  it('loses from its roster whom it unfollows, also where they can still be seen', async () => {
    const [ada, ben, cleo] = await rollcall.friends('ada', 'ben', 'cleo');
    await cleo.updatePrivacy({ status: 'EVERYONE' });
    const hers = clientOf(rollcall.url, ada);
    const seen = hers.presence(cleo.id);
    await until(hers.roster, (roster) => roster.length === 2);
    await hers.unfollow(cleo.id);
    await until(hers.roster, (roster) => roster.length === 1 && roster[0]?.userId === ben.id);
    expect((await until(seen, (presence) => presence !== undefined))?.userId).toBe(cleo.id);
    await hers.follow(cleo.id);
    await cleo.setPresence({ status: 'AWAY' });
    await until(hers.roster, (roster) => roster.length === 2);
  });

  it('sends the last of many choices where they are limited', async () => {
    const [ada] = await rollcall.friends('ada', 'ben');
    const hers = clientOf(rollcall.url, ada);
    const choices: Promise<{ statusMessage: { text: string } | null }>[] = [];
    for (let i = 0; i < 30; i += 1) {
      choices.push(hers.setPresence({ statusMessage: { text: `${i}` } }));
      if (i % 5 === 0) await until(hers.connection, ({ phase }) => phase === 'online');
    }
    const held = await Promise.all(choices);
    expect(held.at(-1)?.statusMessage?.text).toBe('29');
    expect((await ada.me()).presence.statusMessage?.text).toBe('29');
  });

  it('keeps a good choice where another is refused', async () => {
    const [ada] = await rollcall.friends('ada', 'ben');
    const hers = clientOf(rollcall.url, ada);
    const good = hers.setPresence({ status: 'AWAY' });
    const bad = hers.setPresence({ statusMessage: { text: 'x'.repeat(300) } });
    await expect(bad).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect((await good).status).toBe('AWAY');
  });

  it('shows who types, until they stop', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const conversation = rollcall.fresh('lobby');
    await rollcall.host.putConversation(conversation, [ada.id, ben.id]);
    const typists = clientOf(rollcall.url, ada).typing(conversation);
    const his = clientOf(rollcall.url, ben);
    typists.subscribe(none);
    await until(his.connection, ({ phase }) => phase === 'online');
    his.keystroke(conversation);
    const [typist] = await until(typists, (all) => all.length === 1);
    expect(typist).toEqual({ userId: ben.id, user: { id: ben.id, name: ben.id, avatarUrl: null } });
    his.stopTyping(conversation);
    await until(typists, (all) => all.length === 0);
  });

  it('watches more users than one subscription takes', async () => {
    const [ada] = await rollcall.friends('ada', 'ben');
    const crowd = Array.from({ length: 1_500 }, () => rollcall.fresh('one'));
    for (let i = 0; i < crowd.length; i += 1_000) {
      await rollcall.host.upsertUsers(crowd.slice(i, i + 1_000).map((id) => ({ id, privacy: { status: 'EVERYONE' } })));
    }
    const errors: unknown[] = [];
    const hers = clientOf(rollcall.url, ada, { onError: (error) => errors.push(error) });
    for (const id of crowd) hers.presence(id).subscribe(none);
    await until(hers.presence(crowd[1_499]!), (presence) => presence !== undefined);
    await until(hers.presence(crowd[0]!), (presence) => presence !== undefined);
    expect(errors).toEqual([]);
  });

  it('renews a token that expires while it is connected, and nobody sees it', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const seen = clientOf(rollcall.url, ada).presence(ben.id);
    let asked = 0;
    const his = clientOf(rollcall.url, ben, {
      token: () => {
        asked += 1;
        return ben.token({ expiresIn: asked === 1 ? 3 : 3_600 });
      },
    });
    await until(seen, (presence) => presence?.status === 'ONLINE');
    const statuses = new Set<string | undefined>();
    seen.subscribe((presence) => statuses.add(presence?.status));
    const phases: string[] = [];
    his.connection.subscribe(({ phase }) => phases.push(phase));
    await until(his.connection, ({ phase }) => phase === 'connecting');
    await until(his.connection, ({ phase }) => phase === 'online');
    expect([asked, phases, [...statuses]]).toEqual([2, ['online', 'connecting', 'online'], ['ONLINE']]);
  });

  it('stops where the server knows no such token, with the reason', async () => {
    const [ada] = await rollcall.friends('ada', 'ben');
    const errors: { code: string }[] = [];
    const hers = clientOf(rollcall.url, ada, { token: () => 'nonsense', onError: (error) => errors.push(error) });
    const { error } = await until(hers.connection, ({ phase }) => phase === 'unauthorized');
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(errors).toEqual([error]);
  });

  it('stops where the server refuses what it says of itself', async () => {
    const [ada] = await rollcall.friends('ada', 'ben');
    const hers = clientOf(rollcall.url, ada, { sessionId: 'x'.repeat(200), onError: none });
    const { error } = await until(hers.connection, ({ phase }) => phase === 'unauthorized');
    expect(error?.code).toBe('BAD_USER_INPUT');
  });
});

describe('an app in the background', () => {
  it('is seen AWAY until the user signs out', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const seen = clientOf(rollcall.url, ada).presence(ben.id);
    const his = clientOf(rollcall.url, ben);
    await until(seen, (presence) => presence?.status === 'ONLINE');
    his.background();
    await until(seen, (presence) => presence?.status === 'AWAY');
    await his.signOut();
    expect((await ben.me()).sessions).toEqual([]);
    await until(seen, (presence) => presence?.status === 'OFFLINE');
  });

  it('does not show a user who chose to hide', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const seen = clientOf(rollcall.url, ada).presence(ben.id);
    const his = clientOf(rollcall.url, ben);
    await until(seen, (presence) => presence?.status === 'ONLINE');
    const statuses: (string | undefined)[] = [];
    seen.subscribe((presence) => statuses.push(presence?.status));
    his.setPresence({ status: 'INVISIBLE' }).catch(none);
    his.background();
    await until(seen, (presence) => presence?.status === 'OFFLINE');
    await his.signOut();
    const { chosenStatus, sessions } = await ben.me();
    expect([chosenStatus, sessions, statuses]).toEqual(['INVISIBLE', [], ['ONLINE', 'OFFLINE']]);
  });
});

describe('a choice to hide before the connection is there', () => {
  it.each(['INVISIBLE', 'OFFLINE'] as const)('%s is never seen as ONLINE', async (status) => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const seen = clientOf(rollcall.url, ada).presence(ben.id);
    await until(seen, (presence) => presence?.status === 'OFFLINE');
    const statuses: (string | undefined)[] = [];
    seen.subscribe((presence) => statuses.push(presence?.status));
    const his = clientOf(rollcall.url, ben);
    await his.setPresence({ status });
    const { sessions, chosenStatus } = await ben.me();
    expect([sessions.map(({ device }) => device), chosenStatus]).toEqual([['WEB'], status]);
    await his.setPresence({ status: 'DO_NOT_DISTURB' });
    await until(seen, (presence) => presence?.status === 'DO_NOT_DISTURB');
    expect(new Set(statuses)).toEqual(new Set(['OFFLINE', 'DO_NOT_DISTURB']));
  });
});
