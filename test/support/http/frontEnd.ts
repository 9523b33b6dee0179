/** A front end that a page of the documentation shows, in a process of its own with what a browser has. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { onTestFinished } from 'vitest';
import { createInbox, type Inbox } from '../unit/inbox.js';

/** One line of the front end's output: what it logged, or what its screen shows after a change, as HTML. */
export interface Printed {
  readonly logged?: readonly unknown[];
  readonly shown?: string;
}

export interface FrontEnd {
  readonly printed: Inbox<Printed>;
  /** A key in the first text field. */
  pressKey(): void;
}

const browser = (address: string, body: string, globals: string) => `
  import { createInterface } from 'node:readline';
  import { Window } from 'happy-dom';
  import { WebSocket } from 'ws';
  const window = new Window({ url: ${JSON.stringify(address)} });
  const { document, location, navigator, sessionStorage } = window;
  const overNetwork = fetch;
  const given = {
    window, document, location, navigator, sessionStorage, WebSocket,
    fetch: (path, init) => overNetwork(new URL(path, location.href), init),
    ${globals}
  };
  for (const [name, value] of Object.entries(given))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  document.body.innerHTML = ${JSON.stringify(body)};
  const print = console.log;
  console.log = (...values) => print(JSON.stringify({ logged: values }));
  const screen = document.querySelector('#root');
  new window.MutationObserver(() => print(JSON.stringify({ shown: screen.innerHTML })))
    .observe(screen, { childList: true, subtree: true, attributes: true, characterData: true });
  createInterface({ input: process.stdin }).on('line', () => {
    document.querySelector('input').dispatchEvent(new window.Event('input', { bubbles: true }));
  });
`;

/**
 * Runs modules by name, of which the last imports the others, in a folder that has their packages. `globals` are further globals, as
 * the inside of an object literal. It ends with the test.
 */
export const openFrontEnd = (options: {
  readonly folder: string;
  readonly modules: Readonly<Record<string, string>>;
  /** The address of the page, which relative ones resolve against. */
  readonly address: string;
  readonly body: string;
  readonly globals?: string;
}): FrontEnd => {
  const { folder, modules, address, body, globals = '' } = options;
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, jsx: ts.JsxEmit.ReactJSX };
  writeFileSync(join(folder, 'browser.mjs'), browser(address, body, globals));
  for (const [name, source] of Object.entries(modules)) {
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    // A bundler finds a file without its ending; Node.js does not.
    writeFileSync(join(folder, `${name}.mjs`), outputText.replace(/from '(\.\/\w+)'/g, `from '$1.mjs'`));
  }
  const entry = `./${Object.keys(modules).at(-1)}.mjs`;
  const child = spawn(process.execPath, ['--import', './browser.mjs', entry], { cwd: folder });

  const printed = createInbox<Printed>('the front end');
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) printed.push(JSON.parse(line) as Printed);
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const ended = new Promise<void>((resolve) =>
    child.on('close', () => {
      printed.end(new Error(`the front end ended: ${complaints}`));
      resolve();
    }),
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { printed, pressKey: () => void child.stdin.write('\n') };
};
