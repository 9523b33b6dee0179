/** The examples of the REST dialects, run as they stand: only the address is another. */
import { execFile } from 'node:child_process';
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
