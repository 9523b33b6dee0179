/** What a GraphQL document asks for, looked up by the keys of its result: aliases and fragments are seen through. */
import type { DocumentNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';

/** A parsed document. One without definitions (a persisted one, known by its id) is taken to have no aliases. */
export type Document = Pick<DocumentNode, 'definitions'> | { readonly definitions?: undefined };

/** What is asked of an object: selection sets of one document; `LEAF` of a scalar; nothing where it is not known. */
export type Shape = Selected | typeof LEAF | undefined;

export const LEAF = Symbol('leaf');

interface Selected {
  readonly sets: readonly SelectionSetNode[];
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** What it comes to, by the type of the object; made at first use, as lists have many objects of one shape. */
  readonly byType: Map<unknown, Fields>;
}

export interface Field {
  /** As the schema calls it. */
  readonly name: string;
  readonly hasArguments: boolean;
  readonly below: Shape;
}

/** What is asked of one object. `keys` are all keys of the result; nothing where that is not known. */
export interface Fields {
  under(key: string): Field;
  readonly keys?: readonly string[];
}

const UNKNOWN: Fields = { under: (key) => ({ name: key, hasArguments: false, below: undefined }) };

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shapes = new WeakMap<Document, Shape>();

export const shapeOf = (document: Document): Shape => {
  if (!shapes.has(document)) shapes.set(document, readShape(document));
  return shapes.get(document);
};

const readShape = ({ definitions }: Document): Shape => {
  const operation = definitions?.find((definition) => definition.kind === 'OperationDefinition');
  if (!definitions || !operation) return undefined;
  const fragments = definitions.filter((definition) => definition.kind === 'FragmentDefinition');
  return {
    sets: [operation.selectionSet],
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    byType: new Map(),
  };
};

/** What is asked of an object of that type; fragments on other types are left out where its type is known. */
export const fieldsOf = (shape: Shape, typename: unknown): Fields => {
  if (shape === undefined || shape === LEAF) return UNKNOWN;
  const known = shape.byType.get(typename);
  if (known) return known;
  const fields = collectFields(shape, typename);
  shape.byType.set(typename, fields);
  return fields;
};

const collectFields = ({ sets, fragments }: Selected, typename: unknown): Fields => {
  const asked = new Map<string, { name: string; hasArguments: boolean; sets: SelectionSetNode[] }>();
  const collect = (set: SelectionSetNode) => {
    for (const selection of set.selections) {
      if (selection.kind === 'Field') {
        const key = selection.alias?.value ?? selection.name.value;
        const hasArguments = (selection.arguments?.length ?? 0) > 0;
        const field = asked.get(key) ?? { name: selection.name.value, hasArguments, sets: [] };
        if (selection.selectionSet) field.sets.push(selection.selectionSet);
        asked.set(key, field);
        continue;
      }
      const fragment = selection.kind === 'InlineFragment' ? selection : fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value;
      if (fragment && (condition === undefined || typename === undefined || condition === typename)) {
        collect(fragment.selectionSet);
      }
    }
  };
  sets.forEach(collect);

  const fields = new Map<string, Field>();
  for (const [key, { name, hasArguments, sets }] of asked) {
    const below = sets.length > 0 ? { sets, fragments, byType: new Map<unknown, Fields>() } : LEAF;
    fields.set(key, { name, hasArguments, below });
  }
  return { keys: [...fields.keys()], under: (key) => fields.get(key) ?? UNKNOWN.under(key) };
};
