/**
 * Limits on what one request may select, as a pure function of its document (docs/semantics.md, "Limits"). Fragments count
 * as often as they are spread, but are computed once each: nesting them costs the server nothing.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';

export const MAX_DEPTH = 8;
export const MAX_ALIASES = 5;
export const MAX_DIRECTIVES = 5;
export const MAX_TOKENS = 1_000;
/** Length of a document. It bounds the cost of parsing before parsing. */
export const MAX_DOCUMENT_CHARS = 64 * 1024;
/** Fields of one name in an operation and its fragments: validation compares every pair. */
export const MAX_ALIKE = 50;
/**
 * Faults reported of a document, and of variables. Each quotes the text and computes its position, so their number bounds
 * the cost of a request that is wrong everywhere.
 */
export const MAX_DOCUMENT_FAULTS = 5;
export const MAX_VARIABLE_FAULTS = 1;

/** The cost of a part of a document, with its fragments spread. */
interface Cost {
  /** Levels of fields. `__schema` and `__type` with all below them count as none, and so do fragments. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
}

const NO_COST: Cost = { depth: 0, aliases: 0, directives: 0 };

const beside = (a: Cost, b: Cost): Cost => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  directives: a.directives + b.directives,
});

const isIntrospection = (name: string): boolean => name === '__schema' || name === '__type';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );

/** Computes the cost of selections, each fragment once. A fragment within itself adds nothing there. */
const createCosting = (fragments: Fragments) => {
  const known = new Map<string, Cost>();

  const ofSet = (set: SelectionSetNode | undefined): Cost =>
    (set?.selections ?? []).map(ofSelection).reduce(beside, NO_COST);

  const ofFragment = (name: string): Cost => {
    const before = known.get(name);
    if (before) return before;
    known.set(name, NO_COST);
    const fragment = fragments.get(name);
    const own = { ...NO_COST, directives: fragment?.directives?.length ?? 0 };
    const cost = beside(own, ofSet(fragment?.selectionSet));
    known.set(name, cost);
    return cost;
  };

  const ofSelection = (selection: SelectionNode): Cost => {
    const own = { ...NO_COST, directives: selection.directives?.length ?? 0 };
    switch (selection.kind) {
      case Kind.FIELD: {
        const below = ofSet(selection.selectionSet);
        const depth = isIntrospection(selection.name.value) ? 0 : 1 + below.depth;
        return beside(
          { ...own, depth, aliases: selection.alias ? 1 : 0 },
          below.depth ? { ...below, depth: 0 } : below,
        );
      }
      case Kind.INLINE_FRAGMENT:
        return beside(own, ofSet(selection.selectionSet));
      case Kind.FRAGMENT_SPREAD:
        return beside(own, ofFragment(selection.name.value));
    }
  };
  return { ofSet };
};

/** The greatest number of fields of one name; a spread fragment counts once. */
const mostAlike = (set: SelectionSetNode, fragments: Fragments): number => {
  const counts = new Map<string, number>();
  const sets = [set];
  const spread = new Set<string>();
  for (let next = sets.pop(); next; next = sets.pop()) {
    for (const selection of next.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value;
        const fragment = spread.has(name) ? undefined : fragments.get(name);
        spread.add(name);
        if (fragment) sets.push(fragment.selectionSet);
        continue;
      }
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      if (selection.selectionSet) sets.push(selection.selectionSet);
    }
  }
  return Math.max(0, ...counts.values());
};

/**
 * A sentence about the limit that a document exceeds; null where it keeps all of them. Each operation is checked by itself,
 * with its own directives and those of its variables.
 */
export const overLimit = (document: DocumentNode): string | null => {
  const fragments = fragmentsOf(document);
  const costing = createCosting(fragments);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, aliases, directives: within } = costing.ofSet(definition.selectionSet);
    const onVariables = (definition.variableDefinitions ?? []).flatMap(({ directives }) => directives ?? []).length;
    const directives = within + (definition.directives?.length ?? 0) + onVariables;
    if (depth > MAX_DEPTH) return `The query is ${depth} levels deep; at most ${MAX_DEPTH} are allowed.`;
    if (aliases > MAX_ALIASES) return `The query has ${aliases} aliases; at most ${MAX_ALIASES} are allowed.`;
    if (directives > MAX_DIRECTIVES) {
      return `The query has ${directives} directives; at most ${MAX_DIRECTIVES} are allowed.`;
    }
    const alike = mostAlike(definition.selectionSet, fragments);
    if (alike > MAX_ALIKE) return `The query has ${alike} fields of one name; at most ${MAX_ALIKE} are allowed.`;
  }
  return null;
};

/** Whether every operation of a document selects nothing but the schema (and `__typename`). */
export const isPureIntrospection = (document: DocumentNode): boolean => {
  const fragments = fragmentsOf(document);
  const visited = new Set<string>();
  const isPureFragment = (name: string): boolean => {
    if (visited.has(name)) return true;
    visited.add(name);
    const fragment = fragments.get(name);
    return fragment !== undefined && isPure(fragment.selectionSet);
  };
  const isPureSelection = (selection: SelectionNode): boolean => {
    switch (selection.kind) {
      case Kind.FIELD:
        return isIntrospection(selection.name.value) || selection.name.value === '__typename';
      case Kind.INLINE_FRAGMENT:
        return isPure(selection.selectionSet);
      case Kind.FRAGMENT_SPREAD:
        return isPureFragment(selection.name.value);
    }
  };
  const isPure = (set: SelectionSetNode): boolean => set.selections.every(isPureSelection);
  return document.definitions.every(
    (each) => each.kind !== Kind.OPERATION_DEFINITION || (each.operation === 'query' && isPure(each.selectionSet)),
  );
};

/** A subscription whose only field is skipped would subscribe to nothing: the specification leaves that undefined. */
export const UnconditionalSubscriptionRule: ValidationRule = (context) => ({
  OperationDefinition({ operation, selectionSet }) {
    if (operation !== OperationTypeNode.SUBSCRIPTION) return;
    for (const selection of selectionSet.selections) {
      const condition = selection.directives?.find(({ name }) => name.value === 'skip' || name.value === 'include');
      if (!condition) continue;
      const message = `The field of a subscription takes no @${condition.name.value}: leave out the whole subscription.`;
      context.reportError(new GraphQLError(message, { nodes: condition }));
    }
  },
});
