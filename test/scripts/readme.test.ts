/** Every snippet of the README, taken from the page and run as it stands there: only the port is another. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from 'graphql-ws';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { removeFolder } from '../support/cluster/folders.js';
import { freePort } from '../support/cluster/freePort.js';
import type { Presence } from '../support/http/api.js';
import { openFrontEnd, type Printed } from '../support/http/frontEnd.js';
import { post } from '../support/http/http.js';
import { serve } from '../support/http/rollcall.js';
import { createInbox, type Inbox } from '../support/unit/inbox.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PORT = String(await freePort());
const ADDRESS = '127.0.0.1:4000';
const readme = readFileSync(join(root, 'README.md'), 'utf8').replaceAll(ADDRESS, `127.0.0.1:${PORT}`);
const snippetsIn = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text ?? '');
const [query = '', subscription = ''] = snippetsIn('graphql');
const [startCommand, testCommand, tellCommands = '', installCommands = ''] = snippetsIn('sh');
const [presence = ''] = snippetsIn('ts');
const [screen = ''] = snippetsIn('tsx');

/** As `npm start` has it, with nothing set but where it listens. */
const rollcall = await serve({
  ...Object.fromEntries(['NODE_ENV', 'HOST', 'AUTH_JWT_SECRET', 'BROADCAST_INTERVAL'].map((name) => [name, undefined])),
  ...Object.fromEntries(['PRESENCE', 'TYPING', 'MUTATIONS', 'READS'].map((name) => [`RATE_${name}`, undefined])),
  PORT,
});

/** The token in the link that was printed for that user. */
const tokens = new Map<string, string>();
beforeAll(async () => {
  const links = () => [...rollcall.run.stdout().matchAll(/\((\w+)\)\n.*#token=([\w.-]+)/g)];
  await vi.waitUntil(() => links().length === 4, { timeout: 10_000 });
  for (const [, user = '', token = ''] of links()) tokens.set(user, token);
});
const tokenOf = (user: string) => tokens.get(user) ?? '';

/** Somebody's subscription to everybody on their roster, or to who types. A watcher, unless they are to be live. */
const watch = <T>(user: string, document: string, { isLive = false } = {}): Inbox<T> => {
  const events = createInbox<T>(`what ${user} is sent`);
  const client = createClient({
    url: rollcall.wsUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${tokenOf(user)}`, presence: isLive },
  });
  onTestFinished(async () => void (await client.dispose()));
  client.subscribe<Record<string, T>>(
    { query: document },
    {
      next: ({ data, errors }) => {
        if (data) events.push(Object.values(data)[0] as T);
        else events.end(new Error(JSON.stringify(errors)));
      },
      error: (error) => events.end(new Error(JSON.stringify(error))),
      complete: () => events.end(new Error('completed')),
    },
  );
  return events;
};

it('the page has these snippets, and no others', () => {
  const languages = [...readme.matchAll(/^```(\w*)\n[\s\S]*?^```$/gm)].map(([, language]) => language);
  // Of the first two, test/install runs one, and the other runs this.
  expect(languages).toEqual(['sh', 'sh', 'graphql', 'graphql', 'sh', 'sh', 'ts', 'tsx']);
  expect([startCommand, testCommand]).toEqual(['npm ci && npm start\n', 'npm ci && npm test\n']);
});

it('a start prints the address of the page before any other', async () => {
  const printed = rollcall.run
    .stdout()
    .split('\n')
    .filter((line) => !line.startsWith('{'))
    .join('\n');
  const [address = ''] = /http:\S+/.exec(printed) ?? [];
  expect(readme).toContain(`<${address}>`);
  expect(await (await fetch(address)).text()).toContain('<title>Rollcall');
});

it('what is to be asked is answered, and changes are sent', async () => {
  const asked = await post(rollcall.url, tokenOf('ada'), query);
  expect(asked.body.errors).toBeUndefined();
  const three = asked.body.data?.presence as Presence[];
  expect(three.map(({ status }) => status)).toEqual(['OFFLINE', 'OFFLINE', 'OFFLINE']);

  const events = watch<Presence>('ada', subscription);
  const snapshot = await events.take(3);
  expect(snapshot.map(({ userId }) => userId).sort()).toEqual(['ben', 'cleo', 'dev']);
  const { body } = await post(
    rollcall.url,
    tokenOf('ben'),
    `mutation {
      setPresence(input: { status: AWAY, statusMessage: { text: "Out", emoji: "🎧" }, activities: [{ type: IN_STUDIO, name: "Ardour" }] }) { status }
    }`,
  );
  expect(body).toEqual({ data: { setPresence: { status: 'AWAY' } } });
  expect(await events.next()).toMatchObject({
    userId: 'ben',
    user: { name: 'Ben Bitdiddle' },
    status: 'AWAY',
    statusMessage: { text: 'Out', emoji: '🎧' },
    activities: [{ type: 'IN_STUDIO', name: 'Ardour' }],
  });
});

it('what the back end tells is in the tray of whom it names, live', async () => {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: join(rollcall.dataDir, 'data') };
  // A group of its own, which ends with the subscription that it leaves in the background.
  const shell = spawn('sh', ['-c', `set -eu\n${tellCommands}wait`], { cwd: root, env, detached: true });
  onTestFinished(() => {
    if (shell.pid !== undefined) process.kill(-shell.pid);
  });
  let printed = '';
  for (const output of [shell.stdout, shell.stderr]) output.on('data', (text) => (printed += text));

  const tray = { inbox: { unseen: 1 }, notices: [{ verb: 'like', actors: [{ name: 'Ben Bitdiddle' }] }] };
  await vi.waitFor(
    () => expect(printed).toContain(`data: ${JSON.stringify({ data: { inboxChanged: tray } })}`),
    20_000,
  );
  await vi.waitFor(() => expect(printed).toContain(JSON.stringify({ data: { tell: 1 } })));
  // What came before it: the tray as it was.
  expect(printed.indexOf('"unseen":0')).toBeLessThan(printed.indexOf('"unseen":1'));
});

/** A front end in a folder of its own, beside a folder `rollcall` with the packed client. */
const place = mkdtempSync(join(tmpdir(), 'rollcall-readme-'));
const app = join(place, 'my-app');
afterAll(() => removeFolder(place));

const install = async () => {
  mkdirSync(join(place, 'rollcall'));
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
  const [pack = '', ...others] = installCommands.trimEnd().split('\n');
  const npm = { prefer_offline: 'true', audit: 'false', fund: 'false', pack_destination: join(place, 'rollcall') };
  const env = {
    ...process.env,
    ...Object.fromEntries(Object.entries(npm).map(([name, value]) => [`npm_config_${name}`, value])),
  };
  const sh = (line: string, cwd: string) => promisify(execFile)('sh', ['-c', line], { cwd, env });
  await sh(pack, root);
  for (const line of others) await sh(line, join(place, 'rollcall'));
  // What the front end has already.
  mkdirSync(join(app, 'node_modules/@types'), { recursive: true });
  for (const name of ['react', 'react-dom', 'happy-dom', 'ws', '@types/react', '@types/react-dom'])
    symlinkSync(join(root, 'node_modules', name), join(app, 'node_modules', name));
};

/** Opens the front end as ada. */
const open = () =>
  openFrontEnd({
    folder: app,
    modules: { presence, screen },
    address: `http://127.0.0.1:${PORT}/`,
    body: '<input><div id="root"></div>',
    globals: `getToken: async () => ${JSON.stringify(tokenOf('ada'))}`,
  });

describe('the front end', () => {
  beforeAll(install);

  it('fits the types of the installed client', () => {
    writeFileSync(join(app, 'token.d.ts'), 'declare const getToken: () => Promise<string>;');
    writeFileSync(join(app, 'presence.ts'), presence);
    writeFileSync(join(app, 'screen.tsx'), screen);
    const program = ts.createProgram(
      ['token.d.ts', 'presence.ts', 'screen.tsx'].map((file) => join(app, file)),
      {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        jsx: ts.JsxEmit.ReactJSX,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
        types: [],
      },
    );
    const faults = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
    expect(faults).toEqual([]);
  });

  it('shows people and typing, says what its user does, and comes back after the server was gone', async () => {
    const typing = watch<{ userId: string; isTyping: boolean }>(
      'ben',
      'subscription { typingChanged(conversationId: "lobby") { userId isTyping } }',
      { isLive: true },
    );
    const { printed, pressKey } = open();
    const seen = (wanted: (line: Printed) => boolean) => printed.nextWhere(wanted, 30_000);
    await seen(({ shown }) => shown?.includes('>Ben Bitdiddle<') === true);

    const say = (document: string) => post(rollcall.url, tokenOf('ben'), document);
    const ask = async (user: string, document: string) => (await post(rollcall.url, tokenOf(user), document)).body.data;
    await vi.waitFor(async () =>
      expect(await ask('ben', '{ userPresence(userId: "ada") { status statusMessage { text emoji } } }')).toEqual({
        userPresence: { status: 'DO_NOT_DISTURB', statusMessage: { text: 'In the studio', emoji: '🎧' } },
      }),
    );

    await say('mutation { setPresence(input: { status: DO_NOT_DISTURB }) { id } }');
    await seen(
      ({ logged: [people] = [] }) => Array.isArray(people) && people.includes('Ben Bitdiddle: DO_NOT_DISTURB'),
    );
    await say('mutation { setTyping(input: { conversationId: "lobby" }) { id } }');
    await seen(({ shown }) => shown?.includes('Ben Bitdiddle is typing…') === true);
    expect(printed.transcript).toContainEqual({ logged: ['typing:', ['Ben Bitdiddle']] });
    expect(printed.transcript.findLast(({ shown }) => shown)?.shown).toContain('<p class="DO_NOT_DISTURB">Ben');

    pressKey();
    expect(await typing.next()).toEqual({ userId: 'ada', isTyping: true });

    const sessions = () => ask('ada', '{ me { sessions { id device } } }');
    const before = await sessions();
    expect(before).toMatchObject({ me: { sessions: [{ device: 'WEB' }] } });
    await rollcall.stop('SIGKILL');
    await rollcall.start();
    await vi.waitFor(async () => expect(await sessions()).toEqual(before), 30_000);
    await say('mutation { setPresence(input: { status: AWAY }) { id } }');
    await seen(({ shown }) => shown?.includes('<p class="AWAY">Ben Bitdiddle<') === true);
  }, 90_000);
});
