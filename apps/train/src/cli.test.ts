import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from './testing/run-cli.js';

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(path.join(cwd, name), text);
const rows = (line: (i: number) => string) => Array.from({ length: 30 }, (_, i) => line(i)).join('\n');

describe('help and version', () => {
  test('--version', async () => {
    expect(await runCli(cwd, ['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  test('--help names every command', async () => {
    const { code, stdout } = await runCli(cwd, ['--help']);
    expect(code).toBe(0);
    for (const command of ['digits|vae', 'train', 'sample', 'score', 'info'])
      expect(stdout).toContain(`\n  ${command} `);
  });

  test.each(['digits', 'train', 'sample', 'score', 'info'])('%s --help', async (command) => {
    const { code, stdout, stderr } = await runCli(cwd, [command, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: pushforward ${command}`);
    expect((await runCli(cwd, ['help', command])).stdout).toBe(stdout);
  });
});

describe('invalid arguments', () => {
  test.each([
    [
      ['trian'],
      "error: unknown command 'trian'; commands are digits, vae, train, sample, score, check, impute, export, paper, serve, import, info",
    ],
    [['digits', 'extra'], "error: too many arguments for 'digits'. Expected 0 arguments but got 1."],
    [['--colour'], "error: unknown option '--colour'"],
    [['--stepz', '3'], "error: unknown option '--stepz' (Did you mean --steps?)"],
    [['--steps'], "error: option '--steps <n>' argument missing"],
    [
      ['--steps', 'many'],
      "error: option '--steps <n>' argument 'many' is invalid. Expected a whole number of at least 1.",
    ],
    [['--steps', '0'], "error: option '--steps <n>' argument '0' is invalid. Expected a whole number of at least 1."],
    [['--lr', '-1'], "error: option '--lr <x>' argument '-1' is invalid. Expected a number above 0."],
    [
      ['--hidden', '64,x'],
      "error: option '--hidden <widths>' argument '64,x' is invalid. Expected whole numbers of at least 1, separated by commas.",
    ],
    [['--seed', '1.5'], "error: option '--seed <n>' argument '1.5' is invalid. Expected a whole number."],
    [
      ['--posterior', 'normal'],
      "error: option '--posterior <name>' argument 'normal' is invalid. Allowed choices are gaussian, iaf, lstm-iaf, attention-iaf, both.",
    ],
    [['--resume', 'x', '--steps', '3'], "error: option '--resume <dir>' cannot be used with option '--steps <n>'"],
    [['train'], 'error: train needs --data <file> (or --resume <dir>)'],
    [
      ['train', '--data', 'x.csv', '--test', '1'],
      "error: option '--test <part>' argument '1' is invalid. Expected a number between 0 and 1.",
    ],
    [['sample'], "error: missing required argument 'model'"],
    [['sample', 'm', '--out', 'x.txt'], 'error: --out x.txt: must end in .csv or .png'],
    [['score', 'm'], "error: required option '--data <file>' not specified"],
  ])('%j', async (args, line) => {
    expect(await runCli(cwd, args)).toEqual({ code: 2, stdout: '', stderr: `${line}\n` });
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('files that are not what they should be', () => {
  beforeEach(() => {
    write('ragged.csv', 'a,b\n1,2\n3\n');
    write('text.csv', 'a,b\n1,2\n3,red\n');
    write('nan.csv', 'a,b\n1,2\nNaN,4\n');
    write('one.csv', 'a,b\n1,2\n');
    write('constant.csv', `a,b\n${rows((i) => `${i},7`)}\n`);
    write('dependent.csv', `a,b,c\n${rows((i) => `${i},${i * i},${2 * i - 3 * i * i}`)}\n`);
    write('narrow.csv', `a,b\n${rows((i) => `${i},${1e6 + 0.001 * i}`)}\n`);
    write('wide.csv', `${rows((i) => Array.from({ length: 40 }, (_, j) => (i * j) % 7).join(','))}\n`);
  });

  test.each([
    [['train', '--data', 'nowhere.csv'], 'nowhere.csv: no such file'],
    [['train', '--data', '.'], '.: is a directory, not a file'],
    [
      ['train', '--data', 'ragged.csv'],
      'ragged.csv:3: expected 2 fields as in line 1, got 1; they are separated by commas, and --delimiter chooses something else',
    ],
    [
      ['train', '--data', 'text.csv'],
      'text.csv:3:2: "red" in column "b" is not a number; --drop 2 leaves the column out, --kind b=categorical takes it for categories',
    ],
    [
      ['train', '--data', 'nan.csv'],
      'nan.csv:3:1: NaN in column "a" is not a finite number; --missing drop leaves such rows out, and --flow any-order learns from them',
    ],
    [['train', '--data', 'one.csv'], 'one.csv: 1 row is too few for 2 columns, at least 10 are needed'],
    [['train', '--data', 'wide.csv'], 'wide.csv: 30 rows are too few for 40 columns, at least 80 are needed'],
    [
      ['train', '--data', 'constant.csv'],
      'constant.csv: column 2 ("b") is constant, 7 in every row: it has no density, leave it out',
    ],
    [
      ['train', '--data', 'dependent.csv'],
      'dependent.csv: column 3 ("c") is a linear function of those before it: together they have no density, leave it out',
    ],
    [
      ['train', '--data', 'narrow.csv'],
      'narrow.csv: column 2 ("b") varies too little for its size (1000000 to 1000000.029) for single precision: subtract a constant first',
    ],
    [
      ['train', '--data', 'constant.csv', '--validation', '0.5', '--test', '0.5'],
      'constant.csv: --validation and --test leave 0 of 30 rows to train on, at least 3 are needed',
    ],
    [['--data', 'nowhere'], 'nowhere: no such directory'],
    [['--data', '.'], '.: must hold train-images-idx3-ubyte or train-images-idx3-ubyte.gz, has neither'],
    [['--resume', 'nowhere'], 'nowhere: no such directory'],
    [['--resume', '.'], '.: is not the directory of a run, it has no run.json'],
    [['sample', 'nowhere'], 'nowhere: no such directory'],
    [['info', '.'], '.: has no model in it'],
    [['info', 'one.csv'], 'one.csv: is a file; a model is a directory'],
    [['score', 'nowhere', '--data', 'text.csv'], 'nowhere: no such directory'],
  ])('%j', async (args, line) => {
    const before = readdirSync(cwd);
    expect(await runCli(cwd, args)).toEqual({ code: 1, stdout: '', stderr: `error: ${line}\n` });
    expect(readdirSync(cwd)).toEqual(before);
  });

  test('--debug shows where an error comes from', async () => {
    const { code, stderr } = await runCli(cwd, ['train', '--data', 'one.csv', '--debug']);
    expect(code).toBe(1);
    expect(stderr).toContain('1 row is too few');
    expect(stderr).toMatch(/^ +at .*splits/m);
  });
});
