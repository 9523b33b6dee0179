import type { CodegenConfig } from '@graphql-codegen/cli';

/** From the contract and its documents to typed documents, which the tests use as an SDK would. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphqls',
  documents: 'schema/operations/*.graphql',
  generates: {
    'test/generated/operations.ts': {
      plugins: ['typescript', 'typescript-operations', 'typed-document-node'],
      config: {
        enumsAsTypes: true,
        scalars: { DateTime: 'string' },
        skipTypename: true,
        strictScalars: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;
