import { readdirSync, readFileSync } from 'node:fs';
import { generate } from '@graphql-codegen/cli';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import codegen from '../../codegen.js';
import { printContract } from '../../src/cli/printSchema.js';
import { ACTIVITY_TYPES, DEVICES, STATUSES } from '../../src/presence/types.js';
import { AUDIENCES } from '../../src/presence/visibility.js';
import { schema } from './operation.js';

const valuesOf = (name: string): readonly string[] => {
  const type = schema.getType(name);
  return type && 'getValues' in type ? type.getValues().map((value) => value.name) : [];
};

describe('the schema', () => {
  it('prints as committed; `npm run schema` rewrites it', () => {
    expect(printContract(schema)).toBe(readFileSync('schema/schema.graphqls', 'utf8'));
  });

  it('has the values of the domain, in their order', () => {
    expect(valuesOf('PresenceStatus')).toEqual(STATUSES);
    expect(valuesOf('ActivityType')).toEqual(ACTIVITY_TYPES);
    expect(valuesOf('DeviceType')).toEqual(DEVICES);
    expect(valuesOf('Audience')).toEqual(AUDIENCES);
  });

  it('describes every field of the roots, with its errors', () => {
    for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
      expect(root?.description).toContain('UNAUTHENTICATED');
      for (const field of Object.values(root?.getFields() ?? {})) {
        if (field.name !== 'userPresence') expect(`${field.name}: ${field.description}`).toMatch(/Errors: [A-Z_]+/);
      }
    }
  });
});

describe('the documents for SDKs', () => {
  const documents = readdirSync('schema/operations').map((name) => readFileSync(`schema/operations/${name}`, 'utf8'));
  const all = parse(documents.join('\n'));

  it('fit the schema', () => {
    expect(validate(schema, all).map(({ message }) => message)).toEqual([]);
  });

  it('use every field of the roots, each by an operation of its name', () => {
    const operations = all.definitions.flatMap((definition) =>
      definition.kind === 'OperationDefinition' ? [definition.name?.value ?? ''] : [],
    );
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}));
    expect([...operations].sort()).toEqual(fields.map((name) => name.charAt(0).toUpperCase() + name.slice(1)).sort());
  });

  it('are generated as committed; `npm run codegen` rewrites them', async () => {
    const generated: readonly { readonly filename: string; readonly content: string }[] = await generate(
      { ...codegen, silent: true },
      false,
    );
    expect(generated.map(({ filename }) => filename)).toEqual(['test/generated/operations.ts']);
    for (const { filename, content } of generated) expect(content).toBe(readFileSync(filename, 'utf8'));
  });
});
