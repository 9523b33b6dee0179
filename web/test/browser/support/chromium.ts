/** One Chromium and one development server for all files of the project. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../../../test/support/cluster/freePort.js';
import { type Environment, startProcess } from '../../../../test/support/http/server.js';

export interface Stage {
  /** Where browsers connect to Chromium. */
  readonly endpoint: string;
  /** The same Chromium without what Playwright changes of it: tabs are hidden as they are for people. */
  readonly rawEndpoint: string;
  /** The server's address, such as `http://127.0.0.1:4000`. */
  readonly origin: string;
  /** What the server signs tokens with. */
  readonly secret: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly stage: Stage;
  }
}

/** A server as `npm run dev` starts one, with the page. */
export const DEVELOPMENT: Environment = {
  NODE_ENV: undefined,
  HOST: undefined,
  AUTH_JWT_SECRET: undefined,
  DATABASE_URL: undefined,
};

/** The secret that a development server made for itself. */
export const secretOf = async (dataDir: string): Promise<string> =>
  (await readFile(join(dataDir, 'data', 'development-secret'), 'utf8')).trim();

/** As distributions call it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

const findChromium = (): string => {
  const path = execFileSync('sh', ['-c', `for name in ${NAMES.join(' ')}; do command -v $name && break; done; true`], {
    encoding: 'utf8',
  }).trim();
  if (path === '') throw new Error(`The tests of the page need Chromium: none of ${NAMES.join(', ')} is in the path.`);
  return path;
};

export default async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  const port = await freePort();
  const server = await startProcess(DEVELOPMENT);
  const browser = await chromium.launchServer({
    executablePath: findChromium(),
    // Its sandbox needs what root in a container has not.
    args: ['--no-sandbox', '--disable-gpu', `--remote-debugging-port=${port}`],
  });
  provide('stage', {
    endpoint: browser.wsEndpoint(),
    rawEndpoint: `http://127.0.0.1:${port}`,
    origin: server.origin,
    secret: await secretOf(server.dataDir),
  });
  return async () => {
    await browser.close();
    await server.remove();
  };
};
