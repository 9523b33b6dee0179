import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { restPage } from '../../scripts/rest-docs.mjs';
import { DIALECTS } from '../../src/server/rest/dialectTables.js';
import { describeRest, errorsOf } from '../../src/server/rest/openapi.js';

const description = describeRest(DIALECTS);

it('docs/rest.md is what the tables print: npm run build && node scripts/rest-docs.mjs', () => {
  expect(readFileSync('docs/rest.md', 'utf8')).toBe(restPage(DIALECTS, errorsOf));
});

describe('the description in OpenAPI', () => {
  it('is valid, as 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(description));
    expect(result).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every row, with its errors and what it takes', () => {
    for (const dialect of DIALECTS) {
      for (const route of dialect.routes) {
        const operation = description.paths[route.path]?.[route.method.toLowerCase()] as {
          readonly parameters: readonly { readonly name: string; readonly in: string }[];
          readonly requestBody?: unknown;
          readonly responses: Readonly<Record<string, unknown>>;
        };
        const names = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
        expect(names).toEqual([
          ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `path ${name}`),
          ...Object.keys(route.query ?? {}).map((name) => `query ${name}`),
        ]);
        expect(operation.requestBody !== undefined).toBe(route.body !== undefined);
        const success = route.answer === null ? '204' : '200';
        const statuses = [success, ...Object.keys(errorsOf(route, dialect))];
        expect(Object.keys(operation.responses).sort()).toEqual(statuses.sort());
      }
    }
  });

  it('refers to responses that are there', () => {
    const referred = [...JSON.stringify(description).matchAll(/#\/components\/(\w+)\/(\w+)/g)];
    const { components } = description;
    for (const [, kind = '', name = ''] of referred) {
      expect(components[kind as 'responses' | 'schemas']).toHaveProperty(name);
    }
    expect(new Set(referred.map(([, , name]) => name)).size).toBe(Object.keys(components.responses).length + 1);
  });
});
