/** The example of docs/doors.md#stream: a stand-in for Stream that prints user objects, beside a built server. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { serveTest } from '../support/http/rollcall.js';
import { createInbox } from '../support/unit/inbox.js';

it('prints the user object of somebody who comes and goes', async () => {
  const standIn = spawn(process.execPath, ['examples/stream/stand-in.mjs', '0']);
  onTestFinished(() => void standIn.kill('SIGKILL'));
  const lines = createInbox<string>('the output of the stand-in');
  createInterface({ input: standIn.stdout }).on('line', (line) => lines.push(line));
  const listening = await lines.nextWhere((line) => line.includes('listens on'), 60_000);
  const STREAM_URL = listening.match(/http:\S+/)?.[0];

  const rollcall = await serveTest({
    NODE_ENV: undefined,
    PRESENCE_OFFLINE_DEBOUNCE: '0',
    STREAM_URL,
    STREAM_KEY: 'key',
    STREAM_SECRET: 'secret',
  });
  const [ada] = await rollcall.strangers('ada');
  const socket = await ada.connect();
  await lines.nextWhere((line) => line.startsWith(`{"id":"${ada.id}","status":"online"`), 60_000);
  await socket.close();
  const last = await lines.nextWhere((line) => line.includes('"status":"offline"'), 60_000);
  expect(JSON.parse(last)).toMatchObject({ id: ada.id, invisible: true, in_studio: false });
});
