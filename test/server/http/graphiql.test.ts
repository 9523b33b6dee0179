import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { overLimit } from '../../../src/server/execution/documentLimits.js';
import { DEFAULT_QUERY } from '../../../src/server/http/graphiql.js';

it('the first query of GraphiQL is valid, and within the limits', () => {
  const schema = buildSchema(readFileSync(new URL('../../../schema/schema.graphqls', import.meta.url), 'utf8'));
  const document = parse(DEFAULT_QUERY);
  expect(validate(schema, document)).toEqual([]);
  expect(overLimit(document)).toBeNull();
});
