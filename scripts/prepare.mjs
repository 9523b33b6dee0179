// Runs after `npm ci`: builds. An install without the development dependencies has no compiler; it takes `dist/` as it is.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (existsSync('node_modules/typescript')) execFileSync('npm', ['run', 'build'], { stdio: 'inherit' });
