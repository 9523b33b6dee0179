/** Which test files run in which project of `vitest.config.ts`. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Run by commands and configurations of their own. */
const SLOW = /^test\/(?:cluster-slow|install|scale|timing)\//;

/** Their subject is the embedded database, or none. */
const EMBEDDED_ONLY = new Set(['test/e2e/page.test.ts', 'test/e2e/starting.test.ts']);

/** Their subject is what asks the back ends nothing. */
const REDIS_ONLY =
  /^test\/e2e\/(?:broadcast|dialect-sockets|first-subscription|graphiql|history|http|http-sessions|indistinguishable-.*|invisibility|limits-.*|log|many-subscriptions|me|metrics|operations|random-changes|relation-lists|roster|signing-in|social-(?:counts|due|model|places|timeline|trays|worlds)|sockets|stream|visibility-changes)\.test\.ts$/;

const isThorough = process.env.ROLLCALL_THOROUGH === 'on';

const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => `test/${file.replaceAll('\\', '/')}`);

/** The projects of each file, as Vitest finds them. */
const projectsOf = (): ReadonlyMap<string, readonly string[]> => {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const listed = execFileSync(process.execPath, [vitest, 'list', '--filesOnly', '--json'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const found = new Map<string, string[]>();
  for (const { file, projectName } of JSON.parse(listed) as { file: string; projectName: string }[]) {
    const name = file.slice(ROOT.length);
    found.set(name, [...(found.get(name) ?? []), projectName]);
  }
  return found;
};

describe('the projects of the tests', () => {
  it('run each file once, black-box tests of what is kept with each kind of back ends, and leave the slow ones to their commands', () => {
    const projects = projectsOf();
    for (const file of files) {
      const ran = projects.get(file) ?? [];
      if (SLOW.test(file)) expect(ran, file).toEqual([]);
      else if (!file.startsWith('test/e2e/')) expect([['unit'], ['main']], file).toContainEqual(ran);
      else if (EMBEDDED_ONLY.has(file)) expect(ran, file).toEqual(['main']);
      else if (REDIS_ONLY.test(file) && !isThorough) expect(ran, file).toEqual(['redis']);
      else expect([...ran].sort(), file).toEqual(['main', 'redis']);
    }
    const wanted = (file: string) =>
      file.startsWith('client/test/') ? 'client' : file.startsWith('web/test/browser/') ? 'browser' : 'web';
    const beside = [...projects].filter(([file]) => !files.includes(file));
    for (const [file, ran] of beside) {
      expect(file).toMatch(/^(?:client|web)\/test\//);
      expect(ran, file).toEqual([wanted(file)]);
    }
  });
});
