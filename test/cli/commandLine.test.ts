import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandOf, HELP } from '../../src/cli/commandLine.js';

const documented = readFileSync(new URL('../../docs/semantics.md', import.meta.url), 'utf8');

describe('the command line', () => {
  it.each([
    [[], { kind: 'start' }],
    [['start'], { kind: 'start' }],
    [['--help'], { kind: 'help' }],
    [['-h'], { kind: 'help' }],
    [['help'], { kind: 'help' }],
    [['token', '--help'], { kind: 'help' }],
    [['--version'], { kind: 'version' }],
    [['-v'], { kind: 'version' }],
    [['token', 'ada', '--service'], { kind: 'token', args: ['ada', '--service'] }],
  ])('%j', (args, command) => {
    expect(commandOf(args)).toEqual(command);
  });

  it.each([
    [['stop'], '"stop" is no command.'],
    [['--port', '80'], '"--port" is no command.'],
    [['start', 'now'], '"start" takes no arguments.'],
  ])('%j is no command, and starts nothing', (args, sentence) => {
    expect(commandOf(args)).toEqual({ kind: 'mistake', sentence: expect.stringContaining(sentence) });
  });

  it.each([
    [['DATABASE_URL=postgres://me:hunter2@db/rollcall']],
    [['--redis-url', 'redis://:hunter2@redis']],
    [['postgres://me:hunter2@db/rollcall']],
    [['start', 'AUTH_JWT_SECRET=hunter2']],
    [['\u001b]0;hunter2\u0007']],
  ])('what is no command is not repeated where it may hold a password: %j', (args) => {
    const command = commandOf(args);
    expect(command).toMatchObject({ kind: 'mistake' });
    expect(JSON.stringify(command)).not.toContain('hunter2');
  });

  it('has a help that names settings which there are, in lines that fit a terminal', () => {
    const named = HELP.match(/\b[A-Z]{2,}_[A-Z_]+\b|\bHOST\b|\bPORT\b/g) ?? [];
    expect(named.length).toBeGreaterThan(8);
    for (const name of named) expect(documented).toContain(`\`${name}\``);
    for (const line of HELP.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
