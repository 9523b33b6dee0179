/** The examples and the snippets of the REST dialects, run as they stand: only the address is another. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve({ REST: 'on' });
const [one, friend] = await rollcall.friends('one', 'friend');
const room = rollcall.fresh('room');
await rollcall.host.putConversation(room, [one.id, friend.id]);
await friend.setPresence({ status: 'ONLINE' });

const run = async (args: readonly string[]) => {
  const env = { PATH: process.env.PATH ?? '', ROLLCALL: rollcall.origin, TOKEN: await one.token() };
  const { stdout } = await promisify(execFile)('sh', args, { env });
  return stdout;
};

describe('the examples', () => {
  it.each([
    ['daw', [friend.id, one.id], ['"presence_updated"', '"daw":"Ableton Live"', '"show_last_active":true']],
    ['mobile', [friend.id, room], ['"is_typing":false', `"user_id":"${friend.id}"`, '{}']],
    ['feed', [], ['"daw_type":"ableton"', '[]']],
    ['gateway', [friend.id, room], ['"custom_status":"one more"', '"type":"playing"', `"user_id":"${friend.id}"`]],
  ])('%s prints what it was answered', async (name, args, expected) => {
    const printed = await run([`examples/rest/${name}.sh`, ...args]);
    for (const text of expected) expect(printed).toContain(text);
  });

  it('fail where a request is refused', async () => {
    await expect(run(['examples/rest/mobile.sh', 'nobody', room])).rejects.toThrow();
  });
});

it('the snippet of docs/doors.md does what the page says', async () => {
  const page = readFileSync('docs/doors.md', 'utf8');
  const rest = page.slice(page.indexOf('\n## REST'), page.indexOf('\n## Sockets'));
  const [snippet = ''] = [...rest.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
  const here = snippet
    .replaceAll('http://127.0.0.1:4000', rollcall.origin)
    .replace(/\bada\b/g, one.id)
    .replace(/\bben\b/g, friend.id);
  const answers = (await run(['-c', here]))
    .replaceAll('}{', '}\n{')
    .replaceAll('}[', '}\n[')
    .replaceAll(']{', ']\n{')
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers).toEqual([
    { status: 'success', message: 'presence_updated' },
    {
      status: 'success',
      users: [
        expect.objectContaining({ user_id: one.id, status: 'in_studio', daw: 'Ableton Live', message: 'mixing' }),
        expect.objectContaining({ user_id: friend.id, status: 'online' }),
      ],
    },
    [expect.objectContaining({ user_id: friend.id, status: 'online' })],
    expect.objectContaining({ user_id: one.id, status: 'online', custom_status: 'mixing' }),
  ]);
});
