// Runs after npm has installed: patches the driver of PostgreSQL. patch-package alone finds nothing to do where patches/ is
// missing, as in an image that copies package.json first, and the driver would stay as it is in silence.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (!existsSync('patches')) {
  process.stderr.write('patches/ is not there. Copy it, and scripts/, beside package.json before npm ci runs.\n');
  process.exit(1);
}
execFileSync('patch-package', ['--error-on-fail'], { stdio: 'inherit' });
