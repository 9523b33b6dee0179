// Runs before `npm start`, which has nothing to run where nothing was built.
import { existsSync } from 'node:fs';

if (!existsSync('dist/main.js')) {
  process.stderr.write(
    'There is no dist/main.js. Run npm ci, which builds it, and then npm prune --omit=dev if you like.\n',
  );
  process.exit(1);
}
