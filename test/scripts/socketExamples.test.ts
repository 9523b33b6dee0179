/** The programs of `examples/sockets/`, beside a server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { type Person, serve } from '../support/http/rollcall.js';
import { createInbox } from '../support/unit/inbox.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rollcall = await serve({ REST: 'on' });

/** Starts a program as the page has it. Its lines are of both outputs. */
const start = async (name: string, person: Person) => {
  const child: ChildProcess = spawn(
    process.execPath,
    [`examples/sockets/${name}.mjs`, rollcall.origin.replace('http', 'ws')],
    { cwd: root, env: { PATH: process.env.PATH, TOKEN: await person.token() }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const lines = createInbox<string>(name);
  for (const output of [child.stdout, child.stderr]) {
    let unread = '';
    output?.setEncoding('utf8').on('data', (text: string) => {
      unread += text;
      const whole = unread.split('\n');
      unread = whole.pop() ?? '';
      for (const line of whole) lines.push(line);
    });
  }
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { lines, exited };
};

it('mobile.mjs says who is here and who types, and ends without a valid token', async () => {
  const [ada, ben] = await rollcall.friends('ada', 'ben');
  const room = rollcall.fresh('room');
  await rollcall.host.putConversation(room, [ada.id, ben.id]);
  const { lines } = await start('mobile', ada);
  expect(await lines.next()).toBe('1 on the roster');
  expect(await lines.next()).toBe(`${ben.id} is offline, last seen 1970-01-01T00:00:00.000Z`);
  const there = await ben.connect();
  expect(await lines.next()).toBe(`${ben.id} is online`);
  await there.setTyping(room, true);
  expect(await lines.next()).toBe(`${ben.id} types in ${room}`);
  await there.setTyping(room, false);
  expect(await lines.next()).toBe(`${ben.id} stopped typing in ${room}`);

  const refused = await start('mobile', { ...ada, token: async () => 'nonsense' });
  expect(await refused.lines.next()).toMatch(/^closed: 4403 /);
  expect(await refused.exited).toBe(0);
});

it('gateway.mjs sends heartbeats, and says who is here and who types', async () => {
  const [ada, ben] = await rollcall.friends('ada', 'ben');
  const room = rollcall.fresh('room');
  await rollcall.host.putConversation(room, [ada.id, ben.id]);
  const { lines } = await start('gateway', ada);
  const first = [await lines.next(), await lines.next()];
  expect(first.sort()).toEqual([`${ben.id} is offline`, 'heartbeat answered'].sort());
  const there = await ben.connect();
  expect(await lines.next()).toBe(`${ben.id} is online`);
  await there.setPresence({ activities: [{ type: 'PLAYING', name: 'Go' }] });
  expect(await lines.next()).toBe(`${ben.id} is online, playing Go`);
  await there.setTyping(room, true);
  expect(await lines.next()).toBe(`${ben.id} types in ${room}`);
});
