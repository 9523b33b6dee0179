import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const SCRIPT = resolve('scripts/check-schema.mjs');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own, where git looks for no repository above it and at nobody's settings. */
const createProject = () => {
  const cwd = mkdtempSync(join(tmpdir(), 'rollcall-schema-'));
  folders.push(cwd);
  const env = { PATH: process.env.PATH, HOME: cwd, GIT_CEILING_DIRECTORIES: tmpdir(), GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.invalid', ...args], { cwd, env, stdio: 'pipe' });
  mkdirSync(join(cwd, 'schema'));
  return {
    write: (sdl: string) => writeFileSync(join(cwd, 'schema/schema.graphqls'), sdl),
    git,
    commit: () => {
      git('add', '.');
      git('commit', '-m', 'x');
    },
    check: () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], { cwd, env, encoding: 'utf8' });
      return { status, output: stdout + stderr };
    },
  };
};

const BEFORE = 'type Query { a: Int b(c: Boolean! = false): String! }';

describe('the check of the contract', () => {
  it('lets additions pass, by name', () => {
    const project = createProject();
    project.git('init', '-b', 'main');
    project.write(BEFORE);
    project.commit();
    project.write(BEFORE.replace('}', ' added: Int }'));
    const { status, output } = project.check();
    expect(output).toContain("compatible  Field 'added' was added to object type 'Query'");
    expect(output).toContain('against main: 1 changes, 0 of them breaking.');
    expect(status).toBe(0);
  });

  it('names breaking changes against main, also on another branch, and fails', () => {
    const project = createProject();
    project.git('init', '-b', 'main');
    project.write(BEFORE);
    project.commit();
    project.git('checkout', '-b', 'feature');
    project.write('type Query { b(c: Boolean! = false): String }');
    project.commit();
    const { status, output } = project.check();
    expect(output).toContain("breaking    Field 'a' was removed from object type 'Query'");
    expect(output).toContain("breaking    Field 'Query.b' changed type from 'String!' to 'String'");
    expect(output).toContain('against main: 2 changes, 2 of them breaking.');
    expect(status).toBe(1);
  });

  it('compares with HEAD where there is no main', () => {
    const project = createProject();
    project.git('init', '-b', 'other');
    project.write(BEFORE);
    project.commit();
    project.git('checkout', '--detach');
    project.write('type Query { a: Int }');
    const { status, output } = project.check();
    expect(output).toContain('against HEAD: 1 changes, 1 of them breaking.');
    expect(status).toBe(1);
  });

  it('passes where nothing was committed, or without git', () => {
    const project = createProject();
    project.write(BEFORE);
    expect(project.check()).toEqual({ status: 0, output: 'No earlier schema/schema.graphqls to compare with.\n' });
    project.git('init', '-b', 'main');
    expect(project.check()).toEqual({ status: 0, output: 'No earlier schema/schema.graphqls to compare with.\n' });
  });

  it('fails on a contract that cannot be read', () => {
    const project = createProject();
    project.git('init', '-b', 'main');
    project.write(BEFORE);
    project.commit();
    project.write('type Query {');
    expect(project.check().status).toBe(1);
  });
});
