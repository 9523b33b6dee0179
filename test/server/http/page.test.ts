import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPage } from '../../../src/server/http/page.js';
import { removeFolder } from '../../support/cluster/folders.js';
import { startServer, type TestServer } from '../harness.js';

const INDEX = '<!doctype html><title>Rollcall</title>';
const SCRIPT = 'export const page = true;';
const PEOPLE = {
  people: [{ id: 'ada', name: 'Ada Lovelace', token: 'a.b.c' }],
  conversationId: 'lobby',
  post: { id: 'post-1', ownerId: 'ada' },
  hostToken: 'd.e.f',
};

/** A built page in a folder, with a secret beside the folder. */
const startWithPage = async () => {
  const parent = await mkdtemp(join(tmpdir(), 'rollcall-page-'));
  onTestFinished(() => removeFolder(parent));
  const folder = join(parent, 'page');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(parent, 'secret.js'), 'a secret');
  await writeFile(join(folder, 'index.html'), INDEX);
  await writeFile(join(folder, 'notes.txt'), 'of a type that no page loads');
  await writeFile(join(folder, 'assets/index-4f1b.js'), SCRIPT);
  await writeFile(join(folder, 'assets/index-77aa.css'), 'body { margin: 0 }');
  await writeFile(join(folder, 'assets/icon-09cd.svg'), '<svg/>');
  return startServer({ page: await openPage({ folder, people: async () => PEOPLE }) });
};

/** A GET as node:http makes it: path and headers as given, which fetch would change. */
const get = ({ port }: TestServer, path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (data: string) => {
        text += data;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    sent.on('error', reject).end();
  });

describe('the page', () => {
  it('is at /, with a policy that lets it load from this server alone', async () => {
    const server = await startWithPage();
    const response = await fetch(`${server.url}/`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).toBe(INDEX);
    const policy = Object.fromEntries(
      response.headers
        .get('content-security-policy')!
        .split('; ')
        .map((directive) => [directive.split(' ', 1)[0], directive.split(' ').slice(1).join(' ')]),
    );
    expect(policy).toMatchObject({ 'default-src': "'none'", 'script-src': "'self'", 'connect-src': "'self'" });
    expect(policy).toMatchObject({ 'frame-ancestors': "'none'", 'base-uri': "'none'", 'form-action': "'none'" });
    expect(Object.values(policy).join(' ')).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });

  it('is asked for again each time, and its hashed files are kept for a year', async () => {
    const server = await startWithPage();
    const index = await fetch(`${server.url}/`);
    expect(index.headers.get('cache-control')).toBe('no-cache');
    const tag = index.headers.get('etag')!;
    const again = await get(server, '/', { 'if-none-match': tag });
    expect(again).toEqual({ status: 304, text: '' });
    expect((await get(server, '/', { 'if-none-match': '"another"' })).status).toBe(200);

    for (const [file, type] of [
      ['index-4f1b.js', 'text/javascript; charset=utf-8'],
      ['index-77aa.css', 'text/css; charset=utf-8'],
      ['icon-09cd.svg', 'image/svg+xml'],
    ] as const) {
      const asset = await fetch(`${server.url}/assets/${file}`);
      expect(asset.status).toBe(200);
      expect(asset.headers.get('content-type')).toBe(type);
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(asset.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('answers HEAD with the same headers and no body', async () => {
    const server = await startWithPage();
    for (const path of ['/', '/assets/index-4f1b.js', '/demo.json']) {
      const [head, full] = [await fetch(server.url + path, { method: 'HEAD' }), await fetch(server.url + path)];
      expect(head.status).toBe(200);
      expect(await head.text()).toBe('');
      for (const name of ['content-type', 'content-length', 'cache-control', 'content-security-policy'])
        expect(head.headers.get(name)).toBe(full.headers.get(name));
    }
  });

  it('has its own files and no others, however a path is written', async () => {
    const server = await startWithPage();
    const paths = [
      '/../secret.js',
      '/assets/../../secret.js',
      '/..%2fsecret.js',
      '/%2e%2e/secret.js',
      '/assets/..%2f..%2fsecret.js',
      '/assets/..\\..\\secret.js',
      '//secret.js',
      '/assets/',
      '/assets',
      '/notes.txt',
      '/constructor',
      '/assets/index-0000.js',
      '/index.html%00.js',
    ];
    for (const path of paths) {
      const { status, text } = await get(server, path);
      expect([path, status]).toEqual([path, 404]);
      expect(text).not.toContain('a secret');
    }
    expect((await get(server, '/?theme=dark')).text).toBe(INDEX);
  });

  it('is read and nothing else', async () => {
    const server = await startWithPage();
    for (const path of ['/', '/assets/index-4f1b.js', '/demo.json'])
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
        expect((await fetch(server.url + path, { method })).status).toBe(404);
  });

  it('is not there where it was not built', async () => {
    const people = async () => PEOPLE;
    expect(await openPage({ folder: join(tmpdir(), 'rollcall-no-such-folder'), people })).toBeNull();
    const empty = await mkdtemp(join(tmpdir(), 'rollcall-page-'));
    onTestFinished(() => removeFolder(empty));
    expect(await openPage({ folder: empty, people })).toBeNull();
  });

  it('is not there without demo users: neither it nor their tokens', async () => {
    const server = await startServer();
    for (const path of ['/', '/demo.json', '/assets/index-4f1b.js'])
      expect((await fetch(server.url + path)).status).toBe(404);
  });
});

describe('the tokens of demo users', () => {
  it('are for the page, and no cache keeps them', async () => {
    const server = await startWithPage();
    const response = await fetch(`${server.url}/demo.json`, { headers: { 'sec-fetch-site': 'same-origin' } });
    expect(await response.json()).toEqual(PEOPLE);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect((await get(server, '/demo.json', { host: `${host}:${server.port}` })).status).toBe(200);
  });

  it('are not for a page that reached this server under a name of its own', async () => {
    const server = await startWithPage();
    for (const host of [`evil.example:${server.port}`, '127.0.0.1.evil.example', 'localhost.evil.example', '@']) {
      const { status, text } = await get(server, '/demo.json', { host });
      expect([host, status]).toEqual([host, 403]);
      expect(text).not.toContain('a.b.c');
    }
  });

  it('are not for who asks through a proxy or a tunnel, whatever Host it names', async () => {
    const server = await startWithPage();
    for (const header of [
      { forwarded: 'for=203.0.113.7' },
      { 'x-forwarded-for': '203.0.113.7' },
      { 'x-forwarded-host': 'demo.example.com' },
      { 'x-real-ip': '203.0.113.7' },
      { via: '1.1 tunnel' },
    ] as Record<string, string>[]) {
      const { status, text } = await get(server, '/demo.json', { host: `127.0.0.1:${server.port}`, ...header });
      expect([header, status]).toEqual([header, 403]);
      expect(text).not.toContain('a.b.c');
    }
  });

  it('are not for a Host that only resembles this machine', async () => {
    const server = await startWithPage();
    const hosts = ['localhost.', '127.0.0.1:80@evil', '0.0.0.0', '[::ffff:7f00:2]', '127.0.0.1, evil', 'localhost%00'];
    for (const host of hosts) expect([host, (await get(server, '/demo.json', { host })).status]).toEqual([host, 403]);
    const absolute = await get(server, `http://127.0.0.1:${server.port}/demo.json`, { host: 'evil.example' });
    expect(absolute.status).toBe(403);
  });

  it('are not for pages of other origins, of this machine either', async () => {
    const server = await startWithPage();
    const host = `127.0.0.1:${server.port}`;
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: 'http://127.0.0.1:1' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      expect((await get(server, '/demo.json', { host, ...headers } as Record<string, string>)).status).toBe(403);
    expect((await get(server, '/demo.json', { host, origin: `http://${host}` })).status).toBe(200);
  });
});
