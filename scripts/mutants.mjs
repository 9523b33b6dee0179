/**
 * Puts faults into the code, one at a time, and says which of them no test notices: `npm run test:mutants`.
 *
 *     npm run test:mutants                     all of them
 *     npm run test:mutants -- presence         those of test/mutants/presence.mjs, since a word that names a list means that list
 *     npm run test:mutants -- store 'grace'    else those whose list, or whose own name, contains a word
 *     npm run test:mutants -- --table          writes their table into docs/testing.md, and runs none
 *
 * The lists are `test/mutants/*.mjs`; `test/mutants/mutant.d.ts` says what an entry is. Each fault is put into a copy of the
 * repository, never into the repository itself. A fault is caught when a test of its list fails; its tests have to pass
 * without it, which is asked first. The exit code is 1 where a fault survives, or where tests fail without any.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '..');
const LISTS = join(ROOT, 'test/mutants');
const TABLE_PAGE = join(ROOT, 'docs/testing.md');
const TABLE_START = '<!-- mutants: written by npm run test:mutants -- --table -->';
const TABLE_END = '<!-- /mutants -->';
/** For how long the tests of one fault may run, in ms. Tests that never end have noticed it. */
const LIMIT_MS = 300_000;
/** For how long a test may wait, in ms: less than in the suite, since of many faults each lets one wait for what never comes. */
const TEST_LIMIT_MS = 60_000;
/** The projects of `vitest.config.ts` that the tests of faults are in: some black-box tests run on Redis alone. */
const PROJECTS = ['unit', 'main', 'redis', 'client'];
/** Tests that drive whole processes run what is built. */
const DRIVES_PROCESSES = /^test\/(e2e|cluster|cluster-slow)\//;

/** All faults, in the order of their files, each with the name of its list as `room`. */
export const readMutants = async () => {
  const rooms = readdirSync(LISTS)
    .filter((name) => name.endsWith('.mjs'))
    .sort();
  const lists = await Promise.all(
    rooms.map(async (name) => {
      const { default: mutants } = await import(pathToFileURL(join(LISTS, name)).href);
      return mutants.map((mutant) => ({ ...mutant, room: name.slice(0, -'.mjs'.length) }));
    }),
  );
  return lists.flat();
};

/** Those that the words mean: a list's own name means that list alone, another word what contains it. No word means all. */
export const selectMutants = (mutants, words) => {
  const rooms = new Set(mutants.map(({ room }) => room));
  const means = (word, { room, name }) =>
    rooms.has(word) ? room === word : room.includes(word) || name.includes(word);
  return words.length === 0 ? mutants : mutants.filter((mutant) => words.some((word) => means(word, mutant)));
};

/** The source with the fault in it. Throws where the text to be replaced does not stand there exactly once. */
export const withFault = (source, { name, file, from, to }) => {
  const places = source.split(from).length - 1;
  if (places !== 1)
    throw new Error(`"${name}": its text stands ${places} times in ${file}, and must stand there once.`);
  return source.replace(from, () => to);
};

/** A fault that does not parse would be caught by any test. */
const checkSyntax = ({ name, file }, source) => {
  if (!file.endsWith('.ts')) return;
  const { diagnostics } = ts.transpileModule(source, { reportDiagnostics: true, fileName: file });
  if (diagnostics?.length) throw new Error(`"${name}": ${file} does not parse with the fault in it.`);
};

/** The table of all faults, as docs/testing.md holds it. */
export const tableOf = (mutants) =>
  [
    '| room | promise | fault | noticed by |',
    '|---|---|---|---|',
    ...mutants.map(({ room, promise, name, tests }) => {
      const cell = (text) => text.replaceAll('|', '\\|');
      return `| ${room} | ${cell(promise)} | ${cell(name)} | ${tests.map((test) => `\`${test}\``).join(', ')} |`;
    }),
  ].join('\n');

/** The page with that table between its marks. */
export const withTable = (page, table) => {
  const [before, after] = [page.indexOf(TABLE_START), page.indexOf(TABLE_END)];
  if (before < 0 || after < before) throw new Error('docs/testing.md has lost the marks around the table of faults.');
  return `${page.slice(0, before)}${TABLE_START}\n${table}\n${page.slice(after)}`;
};

/** A copy of what git tracks or would track, with this repository's packages. */
const copyRepository = () => {
  const copy = mkdtempSync(join(tmpdir(), 'rollcall-mutants-'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  for (const file of files.split('\n').filter(Boolean)) cpSync(join(ROOT, file), join(copy, file));
  // Of the workspaces, the page alone has packages of its own.
  for (const packages of ['node_modules', 'web/node_modules'])
    if (existsSync(join(ROOT, packages))) symlinkSync(join(ROOT, packages), join(copy, packages));
  return copy;
};

const run = (copy, command, args, env = {}) =>
  new Promise((done) => {
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd: copy, detached: true, stdio, env: { ...process.env, ...env } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), LIMIT_MS);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done({ passed: code === 0, endless: signal === 'SIGKILL', output });
    });
  });

const runTests = async (copy, tests) => {
  if (tests.some((test) => DRIVES_PROCESSES.test(test))) {
    const built = await run(copy, 'npm', ['run', 'build', '--silent']);
    // The compiler writes what it can also where types do not fit; what it then does is for the tests to say.
    if (built.endless) return built;
  }
  const options = [
    ...PROJECTS.flatMap((project) => ['--project', project]),
    '--bail',
    '1',
    '--reporter',
    'dot',
    '--testTimeout',
    String(TEST_LIMIT_MS),
  ];
  // Which of their rounds would catch a fault is not chosen at random.
  const env = tests.some((test) => test.startsWith('test/model/')) ? { ROLLCALL_THOROUGH: 'on' } : {};
  return run(copy, 'npx', ['vitest', 'run', ...options, ...tests], env);
};

const main = async (words) => {
  const all = await readMutants();
  if (words[0] === '--table') {
    writeFileSync(TABLE_PAGE, withTable(readFileSync(TABLE_PAGE, 'utf8'), tableOf(all)));
    return 0;
  }
  const mutants = selectMutants(all, words);
  const copy = copyRepository();
  try {
    const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))];
    const sound = await runTests(copy, tests);
    if (!sound.passed) {
      console.log(`${sound.output}\nTests fail without any fault.`);
      return 1;
    }
    const survivors = [];
    for (const mutant of mutants) {
      const path = join(copy, mutant.file);
      const source = readFileSync(path, 'utf8');
      const faulty = withFault(source, mutant);
      checkSyntax(mutant, faulty);
      writeFileSync(path, faulty);
      const { passed, endless } = await runTests(copy, mutant.tests);
      writeFileSync(path, source);
      if (passed) survivors.push(mutant);
      console.log(`${passed ? 'SURVIVED' : endless ? 'endless ' : 'caught  '}  ${mutant.room}: ${mutant.name}`);
    }
    console.log(`${mutants.length} faults, ${survivors.length} of them unnoticed.`);
    return survivors.length === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
