/**
 * Writes docs/rest.md from the tables of the REST dialects: `npm run build && node scripts/rest-docs.mjs`. A test compares the page with
 * what is printed here.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const code = (text) => `\`${text}\``;

/** A schema in a few words, as it stands in a cell of a table. */
const inWords = (schema) => {
  if (schema.oneOf) return [...new Set(schema.oneOf.map(inWords))].join(' or ');
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.type === 'array') return `list of ${inWords(schema.items)}`;
  if (schema.type === 'object') return objectInWords(schema);
  if (schema.description) return schema.description.replace(/\.$/, '');
  if (schema.format === 'date-time') return 'instant';
  if (schema.type === 'null') return 'null';
  if (schema.type === 'boolean') return 'true or false';
  if (schema.type === 'integer' && 'default' in schema) {
    return `${schema.minimum} to ${schema.maximum.toLocaleString('en-US')}, else ${schema.default}`;
  }
  if (schema.type === 'integer' || schema.type === 'number') return 'number';
  return schema.maxLength ? `text, at most ${schema.maxLength}` : 'text';
};

const fieldsInWords = (entries) =>
  entries.map(([name, schema, required]) => `${code(required ? name : `${name}?`)}: ${inWords(schema)}`).join('; ');

const objectInWords = ({ properties = {}, required = [] }) =>
  `{ ${fieldsInWords(Object.entries(properties).map(([name, schema]) => [name, schema, required.includes(name)]))} }`.replace(
    '{  }',
    '{ }',
  );

const given = ({ params = {}, query = {}, body = {} }) =>
  fieldsInWords(
    [params, query, body].flatMap((fields) =>
      Object.entries(fields).map(([name, { schema, required }]) => [name, schema, required]),
    ),
  ) || '–';

const queryOf = ({ query = {} }) => {
  const names = Object.keys(query);
  return names.length === 0 ? '' : `?${names.map((name) => `${name}=`).join('&')}`;
};

const row = (dialect, route, errorsOf) => {
  const answer = route.answer === null ? '204' : `200 ${inWords(route.answer)}`;
  const errors = Object.keys(errorsOf(route, dialect)).join(', ');
  return `| ${code(`${route.method} ${route.path}${queryOf(route)}`)} | ${route.summary} | ${given(route)} | ${answer} | ${errors} |`;
};

const section = (dialect, errorsOf) =>
  [
    `## ${dialect.name}`,
    '',
    dialect.summary,
    '',
    '| request | what it does | takes | answers | errors |',
    '|---|---|---|---|---|',
    ...dialect.routes.map((route) => row(dialect, route, errorsOf)),
    '',
  ].join('\n');

/** The page. `errorsOf` a route and its dialect are statuses by name. */
export const restPage = (dialects, errorsOf) => `# REST

<!-- Written by scripts/rest-docs.mjs from the tables in src/server/rest. -->

The paths that a server with \`REST=on\` answers beside \`/graphql\`, from the same tables as \`/openapi.json\`, which describes them for
programs. [Doors](doors.md#rest) says what they have in common: signing in, words, errors.

${dialects.map((dialect) => section(dialect, errorsOf)).join('\n')}`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const built = (file) => import(pathToFileURL(resolve(import.meta.dirname, '../dist/server/rest', file)).href);
  const [{ DIALECTS }, { errorsOf }] = await Promise.all([built('dialectTables.js'), built('openapi.js')]);
  writeFileSync(resolve(import.meta.dirname, '../docs/rest.md'), restPage(DIALECTS, errorsOf));
}
