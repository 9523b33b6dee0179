import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** The server that `npm run dev -w @rollcall/page` works with: `npm run dev` at the root. */
const SERVER = process.env.ROLLCALL_URL ?? 'http://127.0.0.1:4000';

export default defineConfig({
  root: at('.'),
  plugins: [react()],
  resolve: {
    // The client from its sources: the page is built without a step before it, and changes with them.
    alias: [
      { find: '@rollcall/client/react-social', replacement: at('../client/src/react/social.tsx') },
      { find: '@rollcall/client/react', replacement: at('../client/src/react/index.tsx') },
      { find: '@rollcall/client/social', replacement: at('../client/src/social/index.ts') },
      { find: '@rollcall/client', replacement: at('../client/src/index.ts') },
    ],
    dedupe: ['react', 'react-dom', 'graphql'],
  },
  build: {
    outDir: at('../dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    // The page's policy allows no `data:` addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/graphql': { target: SERVER, ws: true }, '/demo.json': SERVER },
  },
});
