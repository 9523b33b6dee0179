/** The client beside a server that goes and comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../test/support/cluster/freePort.js';
import { openProxy } from '../../test/support/cluster/proxy.js';
import { serveTest } from '../../test/support/http/rollcall.js';
import type { PresenceError } from '../src/index.js';
import { clientOf, closeAfterEach } from './support/people.js';
import { until } from './support/until.js';

closeAfterEach();

const none = () => {};
/** For how long nothing listens where the server was. */
const CLOSED_MS = 4_000;

describe.each(['SIGKILL', 'SIGTERM'] as const)('a server that ends by %s and starts again', (signal) => {
  it('finds its clients as they were, with what they chose meanwhile', async () => {
    const rollcall = await serveTest({ PORT: String(await freePort()) });
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const conversation = rollcall.fresh('lobby');
    await rollcall.host.putConversation(conversation, [ada.id, ben.id]);
    const errors: PresenceError[] = [];
    const onError = (error: PresenceError) => errors.push(error);
    const hers = clientOf(rollcall.url, ada, { onError });
    const his = clientOf(rollcall.url, ben, { onError });
    const [seen, typists] = [hers.presence(ben.id), hers.typing(conversation)];
    seen.subscribe(none);
    typists.subscribe(none);
    await until(seen, (presence) => presence?.status === 'ONLINE');
    await until(hers.roster, (roster) => roster.length === 1);
    await until(hers.me, (me) => me !== undefined);
    his.keystroke(conversation);
    await until(typists, (all) => all.length === 1);

    await rollcall.stop(signal);
    await until(hers.connection, ({ phase }) => phase === 'waiting');
    expect([seen.get()?.status, typists.get()]).toEqual(['ONLINE', []]);
    his.keystroke(conversation);
    const choice = his.setPresence({ status: 'DO_NOT_DISTURB' });
    const follow = hers.follow(ben.id);
    await sleep(CLOSED_MS);
    await rollcall.start();

    await until(hers.connection, ({ phase }) => phase === 'online');
    expect((await choice).status).toBe('DO_NOT_DISTURB');
    await follow;
    await until(seen, (presence) => presence?.status === 'DO_NOT_DISTURB');
    await until(hers.roster, ([first]) => first?.status === 'DO_NOT_DISTURB');
    his.keystroke(conversation);
    await until(typists, (all) => all.length === 1);
    expect(errors).toEqual([]);
  });
});

describe('a network that goes and comes back', () => {
  it('shows nobody a flicker where it is within the grace', async () => {
    const rollcall = await serveTest();
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const proxy = await openProxy(Number(new URL(rollcall.url).port));
    const seen = clientOf(rollcall.url, ada).presence(ben.id);
    const his = clientOf(`http://127.0.0.1:${proxy.port}/graphql`, ben);
    await until(seen, (presence) => presence?.status === 'ONLINE');
    const statuses = new Set<string | undefined>();
    seen.subscribe((presence) => statuses.add(presence?.status));
    for (let i = 0; i < 3; i += 1) {
      await until(his.connection, ({ phase }) => phase === 'online');
      proxy.cut();
      await until(his.connection, ({ phase }) => phase === 'waiting');
      his.reconnect();
    }
    await until(his.connection, ({ phase }) => phase === 'online');
    const [session] = (await ben.me()).sessions;
    expect([(await ben.me()).sessions.length, session?.device, [...statuses]]).toEqual([1, 'WEB', ['ONLINE']]);
    his.close();
    await proxy.close();
  });
});
