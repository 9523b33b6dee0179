// The compiler leaves the scripts that Redis runs where they are; the server finds them beside its own code.
import { cpSync } from 'node:fs';

cpSync(new URL('../src/adapters/redis/lua', import.meta.url), new URL('../dist/adapters/redis/lua', import.meta.url), {
  recursive: true,
});
