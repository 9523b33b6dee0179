/** Writes the contract: `node dist/cli/printSchema.js schema/schema.graphqls`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type GraphQLSchema, printSchema } from 'graphql';
import { createSchema } from '../graphql/schema.js';

const HEADER = `# The contract, printed from the code by \`npm run schema\`. Additions are welcome when they are documented;
# a removal or a rename is a breaking change, which \`npm run schema:check\` names.
`;

/** The whole of `schema/schema.graphqls`. */
export const printContract = (schema: GraphQLSchema): string => `${HEADER}\n${printSchema(schema)}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = process.argv[2];
  if (path === undefined) {
    process.stderr.write('Say where to write the schema: node dist/cli/printSchema.js schema/schema.graphqls\n');
    process.exitCode = 2;
  } else {
    writeFileSync(path, printContract(createSchema()));
  }
}
