/** The documents of docs/api.md are valid, and between them name every operation of the social layer. */
import { readFileSync } from 'node:fs';
import { buildSchema, type DocumentNode, parse, validate, visit } from 'graphql';
import { expect, it } from 'vitest';

const page = readFileSync('docs/api.md', 'utf8');
const schema = buildSchema(readFileSync('schema/schema.graphqls', 'utf8'));
const documents = [...page.matchAll(/^```graphql\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

const fieldsOf = (document: DocumentNode): readonly string[] => {
  const names: string[] = [];
  visit(document, { Field: ({ name }) => void names.push(name.value) });
  return names;
};

it.each(documents)('%s', (text) => {
  expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
});

it('each operation of the social layer has a document', () => {
  const shown = documents.flatMap((text) => fieldsOf(parse(text)));
  const operations = `
    putConversation tell retract putCounts enter leave here hereChanged inbox notices noticeActs markSeen markRead mute unmute
    inboxChanged timeline timelineChanged counts countsChanged presenceHistory`;
  for (const operation of operations.trim().split(/\s+/)) expect(shown).toContain(operation);
});
