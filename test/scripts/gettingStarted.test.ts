/** The snippets of "Getting started", run as they stand there: only the ports are others. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { removeFolder } from '../support/cluster/folders.js';
import { freePort } from '../support/cluster/freePort.js';
import { openFrontEnd, type Printed } from '../support/http/frontEnd.js';
import { post } from '../support/http/http.js';
import { serveTest } from '../support/http/rollcall.js';
import { createInbox } from '../support/unit/inbox.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [ROLLCALL, BACK_END] = [String(await freePort()), String(await freePort())];
const page = readFileSync(join(root, 'docs/getting-started.md'), 'utf8')
  .replaceAll('127.0.0.1:4000', `127.0.0.1:${ROLLCALL}`)
  .replaceAll('127.0.0.1:3000', `127.0.0.1:${BACK_END}`)
  .replaceAll('listen(3000,', `listen(${BACK_END},`);
const snippetsIn = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text ?? '');
const commands = snippetsIn('sh');
const [backEnd = '', viteConfig = ''] = snippetsIn('js');
const [html = ''] = snippetsIn('html');
const [main = ''] = snippetsIn('jsx');

/** As `npm start` has it in development, but for what is given. */
const DEVELOPMENT = { NODE_ENV: undefined, HOST: undefined, AUTH_JWT_SECRET: undefined, PORT: ROLLCALL };

const folder = mkdtempSync(join(tmpdir(), 'rollcall-getting-started-'));
afterAll(() => removeFolder(folder));
beforeAll(() => symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules')));

it('the page has these commands, and those of the README for the client', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [packing, , installing = ''] = (commands[4] ?? '').split('\n');
  expect(commands.length).toBe(5);
  expect(readme).toContain(`\`\`\`sh\n${commands[0]}`);
  expect(readme).toContain(`\n${packing}\n`);
  expect(readme).toContain(installing.replace(' react react-dom', ''));
  expect(new Set(commands.join('').match(/AUTH_JWT_SECRET=\S+/g)).size).toBe(1);
});

it('a token from the command line is good for a question from the command line', async () => {
  const demo = await serveTest(DEVELOPMENT);
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: join(demo.dataDir, 'data') };
  const { stdout } = await promisify(execFile)('sh', ['-c', `set -eu\n${commands[1]}`], { cwd: root, env });
  expect(JSON.parse(stdout)).toMatchObject({ data: { me: { userId: 'ben', presence: expect.any(Object) } } });
});

it('a back end and a page of their own show who is here and who types', async () => {
  const [, secret = ''] = /AUTH_JWT_SECRET=(\S+)/.exec(commands[2] ?? '') ?? [];
  const rollcall = await serveTest({ ...DEVELOPMENT, AUTH_JWT_SECRET: secret });
  // No page, no demo users: the log alone.
  expect(rollcall.run.stdout().trimEnd().split('\n')).toEqual(
    expect.arrayContaining([expect.stringMatching(/^\{.*listening/)]),
  );
  expect(rollcall.run.stdout()).not.toContain('ada');

  writeFileSync(join(folder, 'back-end.mjs'), backEnd);
  const child = spawn(process.execPath, ['back-end.mjs'], {
    cwd: folder,
    env: { PATH: process.env.PATH, AUTH_JWT_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told = createInbox<string>('the back end');
  child.stdout.setEncoding('utf8').on('data', (text: string) => told.push(text));
  const ended = new Promise((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });

  expect(page).toContain(`It prints \`${(await told.next()).trim()}\``);
  const { default: config } = (await import(`data:text/javascript,${encodeURIComponent(viteConfig)}`)) as {
    default: { server: { proxy: Record<string, string> } };
  };
  // It says so just before it listens.
  const alan = await vi.waitFor(
    async () => (await fetch(`${config.server.proxy['/token']}/token?user=u2`)).text(),
    20_000,
  );
  const { printed, pressKey } = openFrontEnd({
    folder,
    modules: { main },
    address: `http://127.0.0.1:${BACK_END}/?user=u1`,
    body: html,
  });
  const shows = (text: string) => printed.nextWhere(({ shown }: Printed) => shown?.includes(text) === true, 30_000);
  await shows('u1: ONLINE');
  const say = (document: string) => post(rollcall.url, alan, document);
  await say('mutation { setPresence(input: { status: AWAY }) { id } }');
  await shows('Alan: AWAY');
  await say('mutation { setTyping(input: { conversationId: "c1" }) { id } }');
  await shows('Alan is typing…');
  pressKey();
  await expect
    .poll(async () => (await say('{ typing(conversationId: "c1") { userId } }')).body)
    .toEqual({ data: { typing: [{ userId: 'u1' }] } });
});
