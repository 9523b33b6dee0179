/** Every snippet of the README, taken from the page and run as it stands there: only the port is another. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { createClient } from 'graphql-ws';
import ts from 'typescript';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createSchema } from '../../src/graphql/schema.js';
import { removeFolder } from '../support/cluster/folders.js';
import { freePort } from '../support/cluster/freePort.js';
import type { Presence } from '../support/http/api.js';
import { post } from '../support/http/http.js';
import { serve } from '../support/http/rollcall.js';
import { createInbox } from '../support/unit/inbox.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const snippetsIn = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text ?? '');
const [query = '', subscription = '', mutation = ''] = snippetsIn('graphql');
const curl = snippetsIn('sh')[1] ?? '';
const client = snippetsIn('ts')[0] ?? '';

const PORT = String(await freePort());
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

it('the page has these snippets, and no others', () => {
  const languages = [...readme.matchAll(/^```(\w*)\n[\s\S]*?^```$/gm)].map(([, language]) => language);
  // The last one is the tree of folders. Of the two others in `sh`, install.test.ts runs one, and the other runs this.
  expect(languages).toEqual(['sh', 'graphql', 'graphql', 'graphql', 'sh', 'ts', 'sh', '']);
  expect([snippetsIn('sh')[0], snippetsIn('sh')[2]]).toEqual(['npm ci && npm start\n', 'npm ci && npm test\n']);
});

it('what is to be tried shows what the page says', async () => {
  const asked = await post(rollcall.url, tokenOf('ada'), query);
  expect(asked.body.errors).toBeUndefined();
  const three = asked.body.data?.presence as Presence[];
  expect(three.map(({ status }) => status)).toEqual(['OFFLINE', 'OFFLINE', 'OFFLINE']);

  const events = createInbox<Presence>('the subscription of the README');
  const ada = createClient({
    url: rollcall.wsUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${tokenOf('ada')}`, presence: false },
  });
  onTestFinished(async () => void (await ada.dispose()));
  ada.subscribe<{ presenceChanged: Presence }>(
    { query: subscription },
    {
      next: ({ data, errors }) => {
        if (data) events.push(data.presenceChanged);
        else events.end(new Error(JSON.stringify(errors)));
      },
      error: (error) => events.end(new Error(JSON.stringify(error))),
      complete: () => events.end(new Error('completed')),
    },
  );
  const snapshot = await events.take(3);
  expect(snapshot.map(({ userId }) => userId).sort()).toEqual(['ben', 'cleo', 'dev']);

  const said = await post(rollcall.url, tokenOf('ben'), mutation);
  expect(said.body).toMatchObject({ data: { setPresence: { status: 'DO_NOT_DISTURB' } } });
  expect(await events.next()).toMatchObject({
    userId: 'ben',
    user: { name: 'Ben Bitdiddle' },
    status: 'DO_NOT_DISTURB',
    statusMessage: { text: 'In the studio', emoji: '🎧' },
    activities: [{ type: 'IN_STUDIO', name: 'Ardour' }],
  });

  const block = /`(mutation \{ block\([^`]*)`/.exec(readme)?.[1] ?? '';
  expect((await post(rollcall.url, tokenOf('ben'), block)).body).toEqual({ data: { block: true } });
  expect(await events.next()).toMatchObject({ userId: 'ben', status: 'OFFLINE', statusMessage: null });
  const unblock = block.replace('block', 'unblock');
  expect((await post(rollcall.url, tokenOf('ben'), unblock)).body).toEqual({ data: { unblock: true } });
  expect(await events.next()).toMatchObject({ userId: 'ben', status: 'DO_NOT_DISTURB' });
});

it('the same without a browser', async () => {
  const script = `set -eu\n${curl.replaceAll('127.0.0.1:4000', `127.0.0.1:${PORT}`)}`;
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: join(rollcall.dataDir, 'data') };
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd: root, env });
  expect(JSON.parse(stdout)).toMatchObject({ data: { me: { userId: 'ben', presence: expect.any(Object) } } });
});

describe('the client in TypeScript', () => {
  /** How much faster its clock goes than ours. */
  const FASTER = 4;
  const source = client.replaceAll('127.0.0.1:4000', `127.0.0.1:${PORT}`);

  it('fits its types, and asks for what there is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-readme-'));
    onTestFinished(() => removeFolder(folder));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'token.d.ts'), 'declare const getToken: () => Promise<string>;');
    writeFileSync(join(folder, 'client.ts'), source);
    const program = ts.createProgram([join(folder, 'client.ts'), join(folder, 'token.d.ts')], {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: [],
    });
    const faults = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
    expect(faults).toEqual([]);
    const document = /query: '([^']*)'/.exec(source)?.[1] ?? '';
    expect(validate(createSchema(), parse(document))).toEqual([]);
  });

  it('comes back with its session after the server was gone for seconds', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-readme-'));
    onTestFinished(() => removeFolder(folder));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    // What a browser has and Node.js 20 has not; each attempt to connect that fails is told. Its time runs faster.
    const browser = `
      globalThis.setTimeout = ((set) => (act, ms) => set(act, ms / ${FASTER}))(setTimeout);
      import { WebSocket as Socket } from 'ws';
      globalThis.sessionStorage = {};
      globalThis.getToken = async () => ${JSON.stringify(tokenOf('ada'))};
      globalThis.WebSocket = class extends Socket {
        constructor(...args) {
          super(...args);
          this.addEventListener('error', () => console.log('"refused"'));
        }
      };
      console.log = ((log) => (value) => log(JSON.stringify(value)))(console.log);
    `.replace(`'"refused"'`, `'refused'`);
    writeFileSync(join(folder, 'browser.mjs'), browser);
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    writeFileSync(join(folder, 'client.mjs'), outputText);

    const child = spawn(process.execPath, ['--import', './browser.mjs', 'client.mjs'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed = createInbox<unknown>('the client of the README');
    let unread = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (unread + text).split('\n');
      unread = lines.pop() ?? '';
      for (const line of lines) printed.push(JSON.parse(line));
    });
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    const ended = new Promise<void>((resolve) =>
      child.on('close', () => {
        printed.end(new Error(`the client ended: ${complaints}`));
        resolve();
      }),
    );
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
    });

    const sessions = async () => {
      const { body } = await post(rollcall.url, tokenOf('ada'), '{ me { sessions { id device } } }');
      return (body.data as { me: { sessions: unknown[] } }).me.sessions;
    };
    await printed.nextWhere((event) => event !== 'refused');
    const before = await sessions();
    expect(before).toMatchObject([{ device: 'WEB' }]);

    await rollcall.stop('SIGKILL');
    // Its attempts are 1, 2 and 4 of its seconds apart and some more: the port is closed for more than 4 of them.
    for (let refused = 0; refused < 3; refused += 1) await printed.nextWhere((event) => event === 'refused', 20_000);
    await rollcall.start();
    await printed.nextWhere((event) => event !== 'refused', 30_000);
    expect(await sessions()).toEqual(before);
  }, 90_000);
});
