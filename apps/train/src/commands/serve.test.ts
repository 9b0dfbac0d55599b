import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { affine, Chain, maf, MapContext } from '@pushforward/bijectors';
import { type Distribution, StandardNormal, Transformed } from '@pushforward/distributions';
import { saveModule } from '@pushforward/io/node';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../testing/run-cli.js';
import { serveCli, type Served } from '../testing/serve-cli.js';

const PARQUET = 'application/vnd.apache.parquet';
const notes = {
  kind: 'flow',
  columns: ['height, cm', 'weight'],
  trainedOn: 'a.csv',
  rows: 3,
  testLogLikelihood: -1.5,
  commandLine: 'train',
};
const units = affine({ loc: [170, 70], scale: [10, 15] });
const weighty = { hidden: [8], init: 'orthogonal', seed: 0 } as const;

let cwd: string;
const save = (name: string, model: Distribution, more = {}) =>
  saveModule(model, path.join(cwd, name), { metadata: { ...notes, ...more } });

beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  const flow = new Transformed(new StandardNormal(2), new Chain([maf({ dim: 2, ...weighty }), units]));
  await save('model', flow);
  await save('counts', flow, {
    kinds: [{ kind: 'integer', low: null, high: null }, null],
    grid: [
      { start: 0, step: 1, parts: 1 },
      { start: 0, step: 0 },
    ],
  });
  const given = new MapContext(maf({ dim: 2, contextDim: 1, ...weighty }), affine({ loc: [40], scale: [10] }));
  await save('given', new Transformed(new StandardNormal(2), new Chain([given, units])), {
    given: [{ name: 'age', place: 1, low: 20, high: 60 }],
  });
});
afterAll(() => rmSync(cwd, { recursive: true }));

const started: Served[] = [];
afterEach(async () => {
  for (const served of started.splice(0)) await served.stop();
});

async function start(...args: string[]): Promise<Served> {
  const served = await serveCli(cwd, args);
  started.push(served);
  return served;
}

async function post(url: string, content: unknown, headers: Record<string, string> = {}) {
  const isRaw = content instanceof Uint8Array || typeof content === 'string';
  const body = isRaw ? (content as string | Uint8Array<ArrayBuffer>) : JSON.stringify(content);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function ask(url: string, content: unknown, headers?: Record<string, string>) {
  const { bytes, ...answer } = await post(url, content, headers);
  return { ...answer, content: JSON.parse(bytes.toString()) };
}

/** What `score` says of the rows of a file. */
async function scores(model: string, text: string): Promise<number[]> {
  writeFileSync(path.join(cwd, 'rows.csv'), text);
  const { stdout, code } = await runCli(cwd, ['score', model, '--data', 'rows.csv']);
  expect(code).toBe(0);
  return stdout.trim().split('\n').slice(1).map(Number);
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-5));
}

/** A client that speaks for itself. */
async function client(url: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const head = (length: number, more = '') =>
  `POST /score HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`;

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it never came to hold');
}

const active = async (url: string) => ((await (await fetch(`${url}/health`)).json()) as { requests: number }).requests;

describe('scores what score scores', () => {
  const rows = [
    [180, 75],
    [150, 50],
    [1e30, 0],
  ];
  const csv = `"height, cm",weight\n${rows.map((row) => row.join(',')).join('\n')}\n`;

  test('rows as lists, as objects, as CSV and as Parquet', async () => {
    const expected = await scores('model', csv);
    expect(expected[2]).toBe(-Infinity);
    const { url } = await start('model');
    const objects = rows.map(([height, weight]) => ({ weight, 'height, cm': height, other: 'x' }));
    for (const content of [rows, objects]) {
      const answer = await ask(`${url}/score`, { rows: content });
      expect(answer.status).toBe(200);
      expectClose(answer.content.log_density.slice(0, 2), expected.slice(0, 2));
      // JSON has no infinite numbers.
      expect(answer.content.log_density[2]).toBeNull();
    }
    const columnData = [
      { name: 'weight', data: rows.map(([, weight]) => weight), type: 'DOUBLE' as const },
      { name: 'height, cm', data: rows.map(([height]) => height), type: 'DOUBLE' as const },
    ];
    const table = new Uint8Array(parquetWriteBuffer({ columnData }));
    for (const [body, type] of [
      [csv, 'text/csv; charset=utf-8'],
      [table, PARQUET],
    ] as const) {
      const answer = await post(`${url}/score`, body, { 'Content-Type': type, Accept: PARQUET });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, PARQUET]);
      const file = new Uint8Array(answer.bytes).buffer;
      const found = (await parquetReadObjects({ file })).map(({ log_density }) => log_density as number);
      expectClose(found.slice(0, 2), expected.slice(0, 2));
      expect(found[2]).toBe(-Infinity);
    }
    const asText = await post(`${url}/score`, csv, { 'Content-Type': 'text/csv', Accept: 'text/csv' });
    expect(asText.bytes.toString().split('\n')[0]).toBe('log_density');
  });

  test('many requests at once, each its own rows', async () => {
    const many = Array.from({ length: 60 }, (_, i) => [150 + i, 40 + i]);
    const expected = await scores('model', `"height, cm",weight\n${many.map((row) => row.join(',')).join('\n')}\n`);
    const { url } = await start('model');
    const answers = await Promise.all(many.map((row) => ask(`${url}/score`, { rows: [row, row] })));
    answers.forEach(({ content }, i) => expectClose(content.log_density, [expected[i], expected[i]]));
  });

  test('columns on a grid, with the noise of the seed', async () => {
    const expected = await scores('counts', '"height, cm",weight\n180,75.5\n150,50\n');
    const { url } = await start('counts');
    const counts = [
      [180, 75.5],
      [150, 50],
    ];
    expectClose((await ask(`${url}/score`, { rows: counts })).content.log_density, expected);
    const other = (await ask(`${url}/score`, { rows: counts, seed: 1 })).content.log_density;
    expect(other).not.toEqual(expected);
    expect((await ask(`${url}/score`, { rows: [[180.5, 75]] })).content).toEqual({
      error: 'body: row 1, column 1 ("height, cm"): must be a whole number, got 180.5',
    });
  });

  test('conditional densities, with a warning far outside', async () => {
    const expected = await scores('given', '"height, cm",age,weight\n180,30,75\n150,90,50\n');
    const { url } = await start('given');
    const { content } = await ask(`${url}/score`, {
      rows: [
        [180, 30, 75],
        [150, 90, 50],
      ],
    });
    expectClose(content.log_density, expected);
    expect(content.warnings).toEqual([
      expect.stringContaining('"age" is far outside of the training rows (20 to 60) in 1 of 2 rows'),
    ]);
  });
});

describe('draws what sample draws', () => {
  test('as JSON, CSV and Parquet; a seed of its own is said', async () => {
    const { stdout } = await runCli(cwd, ['sample', 'model', '--count', '3', '--seed', '5']);
    const { url } = await start('model');
    const asText = await post(`${url}/sample`, { count: 3, seed: 5 }, { Accept: 'text/csv' });
    expect(asText.bytes.toString()).toBe(stdout);
    const lines = stdout.trim().split('\n').slice(1);
    const { content } = await ask(`${url}/sample`, { count: 3, seed: 5 });
    expect(content).toEqual({
      columns: notes.columns,
      rows: lines.map((line) => line.split(',').map(Number)),
      seed: 5,
    });
    const { bytes } = await post(`${url}/sample`, { count: 3, seed: 5 }, { Accept: PARQUET });
    const found = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
    expect(found.map((row) => Object.values(row))).toEqual(content.rows);

    const drawn = (await ask(`${url}/sample`, {})).content;
    expect(drawn.rows).toHaveLength(1);
    expect((await ask(`${url}/sample`, { seed: drawn.seed })).content).toEqual(drawn);
  });

  test('given a row, or each of several', async () => {
    const { stdout } = await runCli(cwd, ['sample', 'given', '--given', 'age=30', '--count', '2']);
    const { url } = await start('given');
    const one = await post(`${url}/sample`, { count: 2, seed: 0, given: { age: 30 } }, { Accept: 'text/csv' });
    expect(one.bytes.toString()).toBe(stdout);
    const two = (await ask(`${url}/sample`, { count: 2, seed: 0, given: [[30], [50]] })).content;
    expect(two.columns).toEqual(['height, cm', 'age', 'weight']);
    expect(two.rows.map((row: number[]) => row[1])).toEqual([30, 30, 50, 50]);
    expect((await ask(`${url}/sample`, { count: 2 })).content.error).toMatch(/^the model is given age: /);
  });
});

test('categories are texts, in what is asked and in what is answered', async () => {
  const cities = ['Zürich', 'north, east', 'Oslo'];
  const rows = Array.from({ length: 120 }, (_, i) => `"${cities[i % 3]}",${(i % 3) + ((i * 37) % 50) / 40}\n`);
  writeFileSync(path.join(cwd, 'cities.csv'), `city,height\n${rows.join('')}`);
  const small = ['--transforms', '1', '--hidden', '8', '--epochs', '2', '--kind', 'city=categorical', '--out'];
  for (const [name, ...given] of [['learned'], ['known', '--given', 'city']]) {
    const training = ['train', '--data', 'cities.csv', ...small, name, ...given];
    expect((await runCli(cwd, training)).code).toBe(0);
    const expected = await scores(name, 'city,height\nOslo,2\n"north, east",1.5\n');
    const { url } = await start(name);
    const asked = [['Oslo', 2], { height: 1.5, city: 'north, east' }];
    expectClose((await ask(`${url}/score`, { rows: asked })).content.log_density, expected);
    const table = new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'height', data: [2, 1.5], type: 'DOUBLE' },
          { name: 'city', data: ['Oslo', 'north, east'], type: 'STRING' },
        ],
      }),
    );
    const answer = await ask(`${url}/score`, table, { 'Content-Type': PARQUET });
    expectClose(answer.content.log_density, expected);
    const of = name === 'known' ? { given: { city: 'Oslo' } } : {};
    const drawn = (await ask(`${url}/sample`, { count: 20, seed: 3, ...of })).content;
    expect(drawn.columns).toEqual(['city', 'height']);
    expect(drawn.rows.every(([city]: [string]) => (name === 'known' ? city === 'Oslo' : cities.includes(city)))).toBe(
      true,
    );
    const { bytes } = await post(`${url}/sample`, { count: 20, seed: 3, ...of }, { Accept: PARQUET });
    const found = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
    expect(found.map((row) => Object.values(row))).toEqual(drawn.rows);
    expect((await (await fetch(`${url}/model`)).json()).columns[0].categories.toSorted()).toEqual(cities.toSorted());
    const strange = await ask(`${url}/score`, { rows: [['Bern', 2]] });
    // Learned, another city has no density; given, there is no density at all.
    if (name === 'learned') {
      const warnings = ['"city" has categories that are not among those of the model: there is no density'];
      expect(strange.content).toEqual({ log_density: [null], warnings });
      const { content } = await ask(`${url}/score`, {
        rows: [
          ['Oslo', 2],
          ['NA', 2],
        ],
      });
      expect(content.error).toMatch(/^rows\[1\]: "city" must be one of "[^]*", got "NA"$/);
    } else expect(strange.content.error).toMatch(/^rows\[0\]: "city" must be one of "[^]*", got "Bern"$/);
  }
});

test('says what the model is, and that it is well', async () => {
  const { url } = await start('given');
  for (const place of ['/', '/model']) {
    const model = await (await fetch(url + place)).json();
    expect(model).toMatchObject({
      columns: [
        { name: 'height, cm', role: 'learned' },
        { name: 'age', role: 'given', trainedFrom: 20, trainedTo: 60 },
        { name: 'weight', role: 'learned' },
      ],
      trainedOn: 'a.csv',
      limits: { requests: 64, rows: 100_000, bytes: 16_000_000, seconds: 30 },
    });
  }
  const health = await fetch(`${url}/health`);
  expect([health.status, await health.json()]).toEqual([200, { status: 'ok', requests: 0, limit: 64 }]);
  // Longer than the minute for which proxies keep an idle connection.
  expect(health.headers.get('keep-alive')).toBe('timeout=75');
});

describe('what is wrong is said in a line', () => {
  let url: string;
  let served: Served;
  beforeAll(async () => {
    served = await serveCli(cwd, ['model', '--max-rows', '3', '--max-body', '0.0005']);
    ({ url } = served);
  });
  afterAll(async () => expect(await served.stop()).toBe(0));

  test.each([
    ['{"rows": [[1, 2]', 400, /^the body is not JSON: /],
    ['{"rows": [[NaN, 2]]}', 400, /^the body is not JSON: /],
    [new Uint8Array([0x22, 0xff, 0x22]), 400, /^the body is not JSON: /],
    ['', 400, /^the body is not JSON: /],
    [
      '{"rows": [[1, -1e400]]}',
      400,
      /^rows\[0\]: "weight" must be a finite number of single precision, got -Infinity$/,
    ],
    ['[[1, 2]]', 400, /^the body must be an object with rows, seed, got a list$/],
    ['{"row": [[1, 2]]}', 400, /^the body has "row"; what it may have is rows, seed$/],
    ['{}', 400, /^rows must be a list of at least one row, got nothing$/],
    ['{"rows": []}', 400, /^rows must be a list of at least one row, got an empty list$/],
    ['{"rows": [7]}', 400, /^rows\[0\] must be a list of values, or an object of them by column, got 7$/],
    ['{"rows": [[1, 2], [1]]}', 400, /^rows\[1\] must have 2 values \(height, cm, weight\), got 1$/],
    ['{"rows": [[1, null]]}', 400, /^rows\[0\]: "weight" must be a finite number of single precision, got null$/],
    ['{"rows": [[1, 1e39]]}', 400, /^rows\[0\]: "weight" must be a finite number of single precision, got 1e\+39$/],
    ['{"rows": [["1", 2]]}', 400, /^rows\[0\]: "height, cm" must be a finite number of single precision, got "1"$/],
    ['{"rows": [{"weight": 1}]}', 400, /^rows\[0\] has no "height, cm"$/],
    ['{"rows": [{"__proto__": 1, "weight": 1}]}', 400, /^rows\[0\] has no "height, cm"$/],
    ['{"rows": [[1, 2]], "seed": 0.5}', 400, /^seed must be a whole number, got 0.5$/],
    ['{"rows": [[1,2],[1,2],[1,2],[1,2]]}', 413, /^rows has 4 rows, at most 3 are taken at once$/],
    [
      `{"rows": [[1, 2]]}${' '.repeat(500)}`,
      413,
      /^the body is longer than 500 bytes, split it into several requests$/,
    ],
  ])('%s', async (body, status, error) => {
    const answer = await ask(`${url}/score`, body);
    expect(answer).toMatchObject({ status, content: { error: expect.stringMatching(error) } });
  });

  test.each([
    ['text/csv', 'a,b\n1,2\n', 400, /^body: has no column "height, cm", which the model was trained on$/],
    ['text/csv', '1,2\n1,x\n', 400, /^body:2/],
    ['text/csv', '1,2\n1,2\n1,2\n1,2\n', 413, /^the body has more than 3 rows, which are taken at once at most$/],
    [PARQUET, 'PAR1 no', 400, /^body: is damaged, or no Parquet file that can be read: /],
    [
      'application/x-www-form-urlencoded',
      '{}',
      415,
      /^Content-Type must be application\/json, text\/csv or .*, got "application\/x-www-form-urlencoded"$/,
    ],
  ])('%s: %s', async (type, body, status, error) => {
    const answer = await ask(`${url}/score`, body, { 'Content-Type': type });
    expect(answer).toMatchObject({ status, content: { error: expect.stringMatching(error) } });
  });

  test.each([
    ['{"count": 0}', 400, /^count must be a whole number of at least 1, got 0$/],
    ['{"count": 4}', 413, /^4 rows of 2 values are asked for, at most 3 rows are drawn at once$/],
    ['{"given": {"age": 1}}', 400, /^nothing is given to this model: leave "given" out$/],
  ])('sample: %s', async (body, status, error) => {
    expect(await ask(`${url}/sample`, body)).toMatchObject({
      status,
      content: { error: expect.stringMatching(error) },
    });
  });

  test('a packed body', async () => {
    const answer = await ask(`${url}/score`, gzipSync('{"rows": [[1, 2]]}'), { 'Content-Encoding': 'gzip' });
    expect([answer.status, answer.content.error]).toEqual([
      415,
      'Content-Encoding gzip is not read: send the body as it is',
    ]);
  });

  test('a place or a method that there is not', async () => {
    const answer = await ask(`${url}/scores`, {});
    expect([answer.status, answer.content.error]).toEqual([
      404,
      'there is no /scores; there are GET /, GET /model, GET /health, POST /score, POST /sample',
    ]);
    const get = await fetch(`${url}/score`);
    expect([get.status, get.headers.get('allow'), await get.json()]).toEqual([
      405,
      'POST',
      { error: '/score takes POST, not GET' },
    ]);
    expect((await fetch(`${url}/health`, { method: 'HEAD' })).status).toBe(200);
  });

  test('what is no HTTP, and a body that is announced to be too long before it is sent', async () => {
    const noise = await client(url, 'hello\r\n\r\n');
    expect(String(await buffer(noise))).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[^]*\{"error":"Bad Request: /);
    const patient = await client(url, head(1e9, 'Expect: 100-continue\r\nConnection: close\r\n'));
    const [answer] = await once(patient, 'data');
    patient.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
    const polite = await client(url, head(17, 'Expect: 100-continue\r\nConnection: close\r\n'));
    expect(String((await once(polite, 'data'))[0])).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    polite.write('{"rows":[[1,2]]} ');
    expect(String(await buffer(polite))).toMatch(/^HTTP\/1.1 200 /);
  });

  test('whatever bytes a Parquet file is damaged in, the answer is an answer', async () => {
    const columnData = notes.columns.map((name) => ({ name, data: [1.5, 2.5] }));
    const whole = new Uint8Array(parquetWriteBuffer({ columnData }));
    expect(whole.length).toBeLessThanOrEqual(500);
    for (let i = 0; i < whole.length; i += 3) {
      const damaged = whole.with(i, whole[i] ^ 0x55);
      const { status } = await post(`${url}/score`, damaged, { 'Content-Type': PARQUET });
      expect([200, 400, 413]).toContain(status);
    }
    expect((await ask(`${url}/score`, { rows: [[1, 2]] })).status).toBe(200);
  });
});

test('when as many requests are worked on as there may be, more are turned down, and those that left make room', async () => {
  const { url } = await start('model', '--queue', '2');
  const stuck = [await client(url, head(100)), await client(url, head(100, 'X: y\r\n'))];
  await eventually(async () => (await active(url)) === 2);
  const full = await ask(`${url}/score`, { rows: [[1, 2]] });
  expect([full.status, full.headers.get('retry-after'), full.content]).toEqual([
    503,
    '1',
    { error: '2 requests are being worked on, as many as there may be: come back later' },
  ]);
  for (const socket of stuck) socket.destroy();
  await eventually(async () => (await active(url)) === 0);
  expect((await ask(`${url}/score`, { rows: [[1, 2]] })).status).toBe(200);
});

test('clients that leave are forgotten, whatever they were doing, and nobody else notices', async () => {
  const { url, stderr } = await start('model', '--queue', '1000');
  const body = JSON.stringify({ rows: Array.from({ length: 2000 }, () => [170, 70]) });
  const others = Array.from({ length: 40 }, () => ask(`${url}/score`, { rows: [[170, 70]] }));
  for (let i = 0; i < 40; i++) {
    const socket = await client(url, head(body.length) + body.slice(0, i % 2 === 0 ? 100 : undefined));
    setTimeout(() => socket.destroy(), i);
  }
  for (const { status } of await Promise.all(others)) expect(status).toBe(200);
  await eventually(async () => (await active(url)) === 0);
  expect(stderr()).toBe('');
});

test('a request that takes too long is turned down, and one that does not come in cut off', async () => {
  const { url } = await start('model', '--timeout', '0.05', '--max-rows', '10000000');
  const slow = await ask(`${url}/sample`, { count: 5_000_000 });
  expect([slow.status, slow.headers.get('retry-after'), slow.content.error]).toEqual([
    503,
    '1',
    'not done within 0.05 s: come back later, or ask for fewer rows',
  ]);
  const half = await client(url, head(100));
  expect(String(await buffer(half))).toMatch(/^HTTP\/1.1 408 /);
});

test('asked to stop, it finishes what it has, takes no more, and exits with 0', async () => {
  const served = await serveCli(cwd, ['model']);
  const { url } = served;
  const body = JSON.stringify({ rows: [[170, 70]] });
  const begun = await client(url, head(body.length) + body.slice(0, 5));
  await eventually(async () => (await active(url)) === 1);
  const code = served.stop();
  await eventually(async () =>
    fetch(`${url}/health`).then(
      ({ ok }) => !ok,
      () => true,
    ),
  );
  begun.write(body.slice(5));
  expect(String(await buffer(begun))).toMatch(/^HTTP\/1.1 200 OK\r\n(.*\r\n)*Connection: close\r\n/i);
  expect(await code).toBe(0);
  expect(served.stderr()).toBe('stopping: requests that have begun are finished\n');
  await expect(fetch(url)).rejects.toThrow();
});

test('where it cannot listen it says why', async () => {
  const { url } = await start('model');
  const { port } = new URL(url);
  const { code, stderr } = await runCli(cwd, ['serve', 'model', '--port', port]);
  expect([code, stderr]).toEqual([
    1,
    `error: --host 127.0.0.1 --port ${port}: another program listens there; --port chooses another, 0 any that is free\n`,
  ]);
  for (const option of [
    ['--port', '70000'],
    ['--timeout', '1e9'],
  ])
    expect((await runCli(cwd, ['serve', 'model', ...option])).code).toBe(2);
});
