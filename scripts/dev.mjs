/**
 * `npm run dev`: builds, runs the server, and does both again whenever a source changes. The compiler writes only what
 * changed; Node.js restarts the server when a file that it has loaded is another.
 */
import { spawn, spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (...command) => spawnSync(command[0], command.slice(1), { cwd: root, stdio: 'inherit' }).status;
if (run('npm', 'run', '--silent', 'build') !== 0) process.exit(1);

const children = [
  spawn(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  ),
  spawn(process.execPath, ['--watch', '--watch-preserve-output', 'dist/main.js'], { cwd: root, stdio: 'inherit' }),
];
watch(new URL('../src/adapters/redis/lua', import.meta.url), () => run(process.execPath, 'scripts/copy-scripts.mjs'));

const stop = () => {
  for (const child of children) child.kill('SIGTERM');
  process.exit();
};
process.on('SIGINT', stop).on('SIGTERM', stop);
