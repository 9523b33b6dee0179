/** How PostgreSQL reads tables, as EXPLAIN tells it in JSON. */
export interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  readonly 'Parent Relationship'?: string;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly Plan[];
}

/** The row that `explain (format json)` answers with. */
export type Explained = {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: Plan; readonly 'Execution Time'?: number }];
};

/** A plan's nodes, from the top. */
export const nodesOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Whether a node reads of a table or an index other than what it looks up: from end to end, or until something is found. */
const isScan = (node: Plan, parent: Plan | undefined): boolean => {
  const type = node['Node Type'];
  if (type === 'ModifyTable' || type === 'LockRows' || type === 'Bitmap Heap Scan') return false;
  if (type === 'Bitmap Index Scan') return node['Index Cond'] === undefined;
  if (node['Relation Name'] === undefined) return false;
  if (!type.startsWith('Index')) return true;
  // The first of an index is found without a condition.
  const isFirst = parent?.['Node Type'] === 'Limit' && node.Filter === undefined;
  return node['Index Cond'] === undefined && !isFirst;
};

/** The tables that are read other than by looking something up in an index, as `Node Type of table`. */
export const readWhole = (plan: Plan, parent?: Plan): readonly string[] => [
  ...(isScan(plan, parent) ? [`${plan['Node Type']} of ${plan['Relation Name'] ?? plan['Index Name']}`] : []),
  ...(plan.Plans ?? []).flatMap((below) => readWhole(below, plan)),
];
