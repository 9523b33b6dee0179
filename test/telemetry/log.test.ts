import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/telemetry/log.js';

const logged = (error: unknown) => {
  const lines: string[] = [];
  createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } }).error({ err: error }, 'failed');
  return { text: lines.join(), line: JSON.parse(lines[0] ?? '') };
};

describe('the log', () => {
  it('an error is logged with its kind, code, first line and frames', () => {
    const { line } = logged(Object.assign(new TypeError('no\nmore'), { code: 'EX' }));
    expect(line).toMatchObject({ level: 50, msg: 'failed', err: { type: 'TypeError', code: 'EX', message: 'no' } });
    expect(line.err.stack).toMatch(/^\s+at /);
  });

  it('the parameters of a failed query are left out, and its cause is logged', () => {
    const cause = Object.assign(new Error('relation "users" does not exist'), {
      code: '42P01',
      detail: 'private text',
    });
    const error = Object.assign(new Error('Failed query: insert …\nparams: private text', { cause }), {
      params: ['private text'],
      query: 'insert …',
    });
    const { text, line } = logged(error);
    expect(text).not.toContain('private text');
    expect(line.err.cause).toMatchObject({ code: '42P01', message: 'relation "users" does not exist' });
  });

  it('causes that go round end, and what is no error is not written', () => {
    const error = new Error('round');
    error.cause = error;
    expect(logged(error).line.err.type).toBe('Error');
    expect(logged('private text').text).not.toContain('private text');
  });

  it('what lies below the level is not written', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'silent', destination: { write: (line) => void lines.push(line) } });
    log.fatal('nothing');
    expect(lines).toEqual([]);
  });
});
