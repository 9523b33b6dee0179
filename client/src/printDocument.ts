/** The text of a document that was parsed by `graphql`, for programs that keep documents so; without `graphql` itself. */

/** A node of the syntax tree, with the fields that this file reads. */
interface Node {
  readonly kind: string;
  readonly [field: string]: unknown;
}

const all = (nodes: unknown, separator = ' ', before = '', after = ''): string => {
  const text = ((nodes ?? []) as Node[]).map(print).join(separator);
  return text && before + text + after;
};
const one = (node: unknown, before = '', after = ''): string => (node ? before + print(node as Node) + after : '');

const print = (node: Node): string => {
  const { alias, name, value, type } = node;
  /** What many kinds have, each in this order. */
  const rest = () =>
    one(name) +
    all(node.variableDefinitions ?? node.arguments, ', ', '(', ')') +
    one(node.typeCondition, ' on ') +
    all(node.directives, ' ', ' ') +
    one(node.selectionSet, ' ');
  switch (node.kind) {
    case 'Document':
      return all(node.definitions);
    case 'OperationDefinition':
      return `${node.operation} ${rest()}`;
    case 'FragmentDefinition':
      return `fragment ${rest()}`;
    case 'VariableDefinition':
      return one(node.variable, '', ': ') + one(type) + one(node.defaultValue, ' = ') + rest();
    case 'SelectionSet':
      return all(node.selections, ' ', '{ ', ' }');
    case 'Field':
      return one(alias, '', ': ') + rest();
    case 'FragmentSpread':
    case 'InlineFragment':
      return `...${rest()}`;
    case 'Argument':
    case 'ObjectField':
      return one(name, '', ': ') + one(value);
    case 'Directive':
      return `@${rest()}`;
    case 'Variable':
      return one(name, '$');
    case 'StringValue':
      return JSON.stringify(value);
    case 'NullValue':
      return 'null';
    case 'ListValue':
      return `[${all(node.values, ', ')}]`;
    case 'ObjectValue':
      return `{${all(node.fields, ', ')}}`;
    case 'NamedType':
      return one(name);
    case 'ListType':
      return `[${one(type)}]`;
    case 'NonNullType':
      return one(type, '', '!');
    default:
      // Name, IntValue, FloatValue, BooleanValue, EnumValue
      return String(value);
  }
};

/** The document as text, for the server. */
export const printDocument = (document: unknown): string => print(document as Node);
