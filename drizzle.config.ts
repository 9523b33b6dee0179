import { defineConfig } from 'drizzle-kit';

/** `npx drizzle-kit generate` writes the next migration from the changes of `tables.ts`. */
export default defineConfig({ dialect: 'postgresql', schema: './src/adapters/sql/tables.ts', out: './drizzle' });
