/** The report in Markdown: the goals first, then a table a figure. */
import { SERVERS, type ServerName } from './contenders.js';
import { COLUMNS, type Columns, FIGURES, type Figure, GOALS, type Goal } from './figures.js';
import {
  differencesOf,
  isClientBound,
  type Result,
  ratiosOf,
  readingsOf,
  short,
  spreadOf,
  spreadText,
  tableOf,
} from './measure.js';

const BARE = 'ws';

/** How busy the client was, with a star where it set the pace. */
const clientShare = (readings: readonly Result[]): string => {
  const share = spreadOf(readings.map(({ clientMs, wallMs }) => (100 * clientMs) / wallMs)).median;
  return `${Math.round(share)} %${isClientBound(readings) ? ' *' : ''}`;
};

const figureTable = (results: readonly Result[], { workload, figure, title, unit, per }: Figure): string | null => {
  const rows = (Object.keys(SERVERS) as ServerName[]).flatMap((server) => {
    const which = { workload, figure, server };
    const readings = readingsOf(results, which);
    if (readings.length === 0) return [];
    const ratios = ratiosOf(results, which, BARE);
    return [
      [
        SERVERS[server].title,
        spreadText(spreadOf(readings.map(({ value }) => value))),
        ratios.length === 0 ? '–' : spreadText(spreadOf(ratios)),
        unit === 'KiB' ? '–' : clientShare(readings),
      ],
    ];
  });
  if (rows.length === 0) return null;
  return `### ${title}\n\n${tableOf(['server', unit === '' ? per : `${per}, ${unit}`, 'ratio to bare ws', 'client busy'], rows)}`;
};

/** A row for each server that has the first of the columns. */
const columnTable = (results: readonly Result[], { workload, title, columns }: Columns): string | null => {
  const rows = (Object.keys(SERVERS) as ServerName[]).flatMap((server) => {
    const [first = [], ...others] = columns.map(({ figure }) => readingsOf(results, { workload, figure, server }));
    if (first.length === 0) return [];
    const cells = [first, ...others].map((readings) => spreadText(spreadOf(readings.map(({ value }) => value))));
    return [[SERVERS[server].title, ...cells, clientShare(first)]];
  });
  if (rows.length === 0) return null;
  return `### ${title}\n\n${tableOf(['server', ...columns.map(({ head }) => head), 'client busy'], rows)}`;
};

const measuredOf = (results: readonly Result[], goal: Goal): readonly number[] => {
  if (goal.to === null) return readingsOf(results, goal).map(({ value }) => value);
  return goal.plus ? differencesOf(results, goal, goal.to) : ratiosOf(results, goal, goal.to, goal.toFigure);
};

const goalTable = (results: readonly Result[]): string | null => {
  const rows = GOALS.flatMap((goal) => {
    const values = measuredOf(results, goal);
    if (values.length === 0) return [];
    const spread = spreadOf(values);
    const against = goal.toFigure ? `its ${goal.toFigure}` : (goal.to ?? '–');
    return [
      [
        goal.what,
        goal.server,
        against,
        `≤ ${goal.plus ? '+ ' : ''}${short(goal.atMost)}`,
        spreadText(spread),
        spread.median <= goal.atMost ? 'met' : 'not met',
      ],
    ];
  });
  if (rows.length === 0) return null;
  return `### Goals\n\n${tableOf(['what', 'server', 'against', 'goal (median)', 'measured', ''], rows)}`;
};

/** The whole report. `about` says of which machine and when; it comes first. */
export const reportOf = (results: readonly Result[], about: string): string => {
  const tables = [
    goalTable(results),
    ...FIGURES.map((figure) => figureTable(results, figure)),
    ...COLUMNS.map((columns) => columnTable(results, columns)),
  ];
  return [
    about,
    'Every cell is least – **median** – most over the rounds. Ratios are taken within a round.',
    ...tables.filter((table) => table !== null),
    '\\* The client was busier than the server and set the pace; the CPU time of the server is its own all the same.',
  ].join('\n\n');
};
