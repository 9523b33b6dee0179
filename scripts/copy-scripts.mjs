// The compiler leaves the scripts that Redis runs where they are; the server finds them beside its own code.
import { cpSync } from 'node:fs';

cpSync(new URL('../src/store/lua', import.meta.url), new URL('../dist/store/lua', import.meta.url), {
  recursive: true,
});
