/** Every snippet of docs/doors.md, taken from the page and run as it stands there: only ports and folders are others. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { keyOf, signedHeaders } from '../../src/doors/webhook/webhookSignatures.js';
import { removeFolder } from '../support/cluster/folders.js';
import { freePort } from '../support/cluster/freePort.js';
import { post } from '../support/http/http.js';
import { serve } from '../support/http/rollcall.js';
import { copyPreparedData } from '../support/http/server.js';
import { createInbox, type Inbox } from '../support/unit/inbox.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const written = readFileSync(join(root, 'docs/doors.md'), 'utf8');
const [ROLLCALL, NATS, RECEIVER, STAND_IN] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
const page = written
  .replaceAll('127.0.0.1:4000', `127.0.0.1:${ROLLCALL}`)
  .replaceAll('127.0.0.1:4222', `127.0.0.1:${NATS}`)
  .replaceAll('nats-server --addr', `nats-server --port ${NATS} --addr`)
  .replaceAll('8080', `${RECEIVER}`)
  .replaceAll('4010', `${STAND_IN}`);

/** The snippets of a section, in the order of the page. */
const snippetsOf = (section: string): readonly { readonly language: string; readonly text: string }[] => {
  const [, body = ''] = new RegExp(`^## ${section}\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(page) ?? [];
  return [...body.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({ language, text }));
};
const textOf = (section: string, index = 0): string => snippetsOf(section)[index]?.text ?? '';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-doors-page-'));
afterAll(() => removeFolder(folder));

/** What a terminal has: no settings but a port and a folder. */
const terminal = (dataDir: string, port = 0): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  PORT: String(port),
  DATA_DIR: dataDir,
});

/** Runs a snippet that ends, and gives what it printed. */
const run = async (text: string, env: NodeJS.ProcessEnv): Promise<string> =>
  (await promisify(execFile)('sh', ['-c', `set -eu\n${text}`], { cwd: root, env })).stdout;

const linesOf = (output: NodeJS.ReadableStream, lines: Inbox<string>): void => {
  createInterface({ input: output }).on('line', (line) => lines.push(line));
};

/** Starts a snippet that goes on, in a process group that ends with the test, and gives the lines that it prints. */
const start = (text: string, env: NodeJS.ProcessEnv): Inbox<string> => {
  const shell = spawn('sh', ['-c', `set -eu\n${text}wait`], { cwd: root, env, detached: true });
  const ended = new Promise((resolve) => shell.on('close', resolve));
  onTestFinished(async () => {
    if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
    await ended;
  });
  const lines = createInbox<string>(text);
  linesOf(shell.stdout, lines);
  linesOf(shell.stderr, lines);
  return lines;
};

/** On a busy machine a start takes most of a minute. */
const STARTED_MS = 100_000;
/** All of the texts come, each at the beginning of a line, in whatever order. */
const see = async (lines: Inbox<string>, ...texts: string[]): Promise<void> => {
  await vi.waitFor(
    () => {
      for (const text of texts) {
        expect(lines.transcript).toContainEqual(expect.stringMatching(new RegExp(`^${text}`)));
      }
    },
    { timeout: STARTED_MS, interval: 50 },
  );
};

/** A server that a snippet starts, with data as a first start leaves it. */
const startServer = async (name: string, text: string) => {
  const dataDir = join(folder, name);
  await copyPreparedData(dataDir);
  const env = terminal(dataDir);
  const lines = start(text, env);
  const listening = await lines.nextWhere((line) => line.includes('"msg":"listening"'), STARTED_MS);
  const { port } = JSON.parse(listening) as { port: number };
  return {
    env,
    lines,
    /** Ada comes. */
    async arrive() {
      const token = (await run('npm run --silent token -- ada', env)).trim();
      const { body } = await post(`http://127.0.0.1:${port}/graphql`, token, ARRIVING);
      expect(body.errors).toBeUndefined();
    },
  };
};
const ARRIVING = 'mutation { setPresence(input: { status: ONLINE }) { id } }';

it('the page has these snippets, and no others', () => {
  const languages = (section: string) => snippetsOf(section).map(({ language }) => language);
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, section = '']) => section);
  expect(Object.fromEntries(sections.map((section) => [section, languages(section)]))).toEqual({
    REST: ['sh'],
    'Sockets of the dialects': ['sh'],
    NATS: ['sh', 'sh'],
    Webhooks: ['sh', 'js'],
    Stream: ['http', 'sh'],
    History: ['graphql', 'sh'],
  });
  expect(page.match(/^```/gm)).toHaveLength(2 * 10);
});

describe('beside a server in development', async () => {
  const rollcall = await serve({
    ...Object.fromEntries(['NODE_ENV', 'HOST', 'AUTH_JWT_SECRET'].map((name) => [name, undefined])),
    PORT: String(ROLLCALL),
    REST: 'on',
    PRESENCE_HISTORY: '90d',
  });
  const env = terminal(join(rollcall.dataDir, 'data'), ROLLCALL);

  it('ada says that she is in her studio, and sees who is there', async () => {
    const answers = (await run(textOf('REST'), env)).replaceAll(/(?<=[}\]])(?=[{[])/g, '\n').split('\n');
    expect(answers.filter(Boolean).map((answer) => JSON.parse(answer))).toEqual([
      { status: 'success', message: 'presence_updated' },
      {
        status: 'success',
        users: [
          expect.objectContaining({ user_id: 'ada', status: 'in_studio', daw: 'Ableton Live', message: 'mixing' }),
        ],
      },
      ['ben', 'cleo', 'dev'].map((user_id) => expect.objectContaining({ user_id, status: 'offline' })),
      expect.objectContaining({ user_id: 'ada', status: 'online', custom_status: 'mixing' }),
    ]);
  });

  it('two sockets see each other', async () => {
    const lines = start(textOf('Sockets of the dialects'), env);
    await see(lines, '3 on the roster', 'ben is online', 'heartbeat answered', 'ada is online');
  });

  it('the history is asked for, and reported', async () => {
    const host = (await run('npm run --silent token -- backend --service', env)).trim();
    const { body } = await post(rollcall.url, host, textOf('History'));
    expect(body).toEqual({
      data: { presenceHistory: { edges: [], pageInfo: { hasNextPage: false, endCursor: null } } },
    });
    const days = (await run(textOf('History', 1), env)).trim().split('\n');
    expect(days).toHaveLength(7);
    expect(days.at(-1)).toMatch(/^\d{4}-\d\d-\d\d {2}\d+\.\d\d h/);
  });
});

it('a gateway over NATS brings its user', async () => {
  const { env } = await startServer('nats', textOf('NATS'));
  await see(start(textOf('NATS', 1), env), 'ada is online');
});

it('the receiver of webhooks is told who comes', async () => {
  const { lines, arrive } = await startServer('webhooks', textOf('Webhooks'));
  await arrive();
  await see(lines, `listening on ${RECEIVER}`, 'ada is ONLINE');
});

it('the stand-in for Stream is sent the fields that the page has', async () => {
  const { lines, arrive } = await startServer('stream', textOf('Stream', 1));
  await arrive();
  await see(lines, '\\{"id":"ada","status":"online"');
  const [, shown = ''] = textOf('Stream').split('\n\n');
  const { users } = JSON.parse(shown);
  const sent = JSON.parse(lines.transcript.find((line) => line.startsWith('{"id":"ada"')) ?? '');
  // Of who is in no studio one field is unset.
  expect(Object.keys(users[0].set).sort()).toEqual(
    [...Object.keys(sent).filter((field) => field !== 'id'), 'daw_type'].sort(),
  );
});

describe('the check of a signature', async () => {
  const secret = `whsec_${Buffer.from('thirty-two bytes, more or less..').toString('base64')}`;
  const file = join(folder, 'isGenuine.mjs');
  writeFileSync(file, textOf('Webhooks', 1));
  vi.stubEnv('WEBHOOK_SECRET', secret);
  const { isGenuine } = (await import(pathToFileURL(file).href)) as {
    isGenuine: (headers: Readonly<Record<string, string | undefined>>, body: string) => boolean;
  };
  vi.unstubAllEnvs();
  const now = Math.floor(Date.now() / 1_000);
  const body = JSON.stringify({ events: [] });
  const ours = keyOf(secret);
  const another = keyOf('another secret');

  it('takes what is signed by its secret, and by another one beside it', () => {
    expect(isGenuine(signedHeaders(body, [ours], now), body)).toBe(true);
    expect(isGenuine(signedHeaders(body, [another, ours], now), body)).toBe(true);
  });

  it.each([
    ['another secret', signedHeaders(body, [another], now)],
    ['another body', signedHeaders(`${body} `, [ours], now)],
    ['another time', { ...signedHeaders(body, [ours], now), 'webhook-timestamp': String(now + 1) }],
    ['an old time', signedHeaders(body, [ours], now - 301)],
    ['no signature', { ...signedHeaders(body, [ours], now), 'webhook-signature': undefined }],
    ['nothing', {}],
  ])('refuses %s', (_, headers) => {
    expect(isGenuine(headers, body)).toBe(false);
  });
});
