/**
 * The page that a development server shows at `/`: files that are built into `dist/page`, and the tokens of the demo users
 * and of the host's back end that the page plays. A server in production has none of it.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isLoopback } from '../../config/settings.js';
import { codeOf } from '../../config/startFault.js';
import { ALWAYS, sendError, sendJson } from './respond.js';

/** Where `npm run build` puts the page, beside the compiled server. */
export const BUILT_PAGE = fileURLToPath(new URL('../../page/', import.meta.url));

const INDEX = '/index.html';
/** Names of files below contain a hash of their content. */
const HASHED = '/assets/';
const TOKENS_PATH = '/demo.json';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page loads from this server alone, runs no script but its files, and is shown in no frame. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  /** Quoted, as the header has it. */
  readonly etag: string;
}

/** Whom the page can be. */
export interface DemoPeople {
  readonly people: readonly { readonly id: string; readonly name: string; readonly token: string }[];
  /** The conversation that all of them share. */
  readonly conversationId: string;
  /** What they like and comment on, and whose it is. */
  readonly post: { readonly id: string; readonly ownerId: string };
  /** The host's service token: a script of the page plays the host's back end. */
  readonly hostToken: string;
}

export interface Page {
  /** Answers a GET or HEAD of a path of the page. Resolves to false, having done nothing, where it has nothing there. */
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>;
}

/** All files of a folder by their path in it, such as `/assets/index-4f1b.js`; null where there is no such folder. */
const readFiles = async (folder: string): Promise<ReadonlyMap<string, PageFile> | null> => {
  const files = new Map<string, PageFile>();
  try {
    for (const name of await readdir(folder, { recursive: true })) {
      const type = TYPES[extname(name)];
      if (type === undefined) continue;
      const bytes = await readFile(join(folder, name));
      const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
      files.set(`/${name.split(sep).join('/')}`, { bytes, type, etag });
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  return files;
};

/** Where proxies and tunnels say for whom they ask. Many of them name this machine in `Host`, wherever the request is from. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

const isLoopbackHost = (host: string): boolean =>
  URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname);

/**
 * Whether the request comes from a page of this server that was opened by an address of this machine. A name that
 * somebody else's DNS points here is not one, so a page from elsewhere cannot read the tokens by rebinding its name.
 */
const isFromOwnPage = ({ headers }: IncomingMessage): boolean => {
  const { host = '', origin } = headers;
  if (!isLoopbackHost(host) || FORWARDED.some((name) => headers[name] !== undefined)) return false;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) return false;
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
};

/**
 * Reads the built files of the page into memory, so that no request names a file of the disk. Null where the page was not
 * built. `people` makes new tokens at each call.
 */
export const openPage = async ({
  folder,
  people,
}: {
  readonly folder: string;
  readonly people: () => Promise<DemoPeople>;
}): Promise<Page | null> => {
  const files = await readFiles(folder);
  if (!files?.has(INDEX)) return null;

  const sendFile = (request: IncomingMessage, response: ServerResponse, path: string, file: PageFile): void => {
    const headers = {
      ...SECURITY,
      etag: file.etag,
      'cache-control': path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    if (request.headers['if-none-match'] === file.etag) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, { ...headers, 'content-type': file.type, 'content-length': file.bytes.length });
    response.end(request.method === 'HEAD' ? undefined : file.bytes);
  };

  const sendPeople = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isFromOwnPage(request)) {
      const message =
        'Tokens of demo users are for the page of this server, opened by a loopback address such as 127.0.0.1.';
      return sendError(response, 403, { code: 'FORBIDDEN', message });
    }
    for (const [name, value] of Object.entries({ ...SECURITY, ...ALWAYS })) response.setHeader(name, value);
    sendJson(response, 200, await people());
  };

  return {
    async serve(request, response, path) {
      if (path === TOKENS_PATH) {
        await sendPeople(request, response);
        return true;
      }
      const name = path === '/' ? INDEX : path;
      const file = files.get(name);
      if (!file) return false;
      sendFile(request, response, name, file);
      return true;
    },
  };
};
