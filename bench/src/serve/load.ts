import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { DIM, type RunningServer } from './server.js';

/** What a server made of a load. */
export interface LoadResult {
  readonly seconds: number;
  /** Milliseconds that good requests took. */
  readonly times: readonly number[];
  /** Good requests that were not answered with 200 and as many numbers as rows. */
  readonly errors: number;
  /** Bad requests, and those of them that were not refused with a status from 400 to 499. */
  readonly bad: number;
  readonly notRefused: number;
  /** Clients that left before the answer. */
  readonly left: number;
  /** The server's memory, in MB, second by second. */
  readonly sizes: readonly number[];
}

/** Every so manieth good request has many rows. */
const MANY_EVERY = 10;
const MANY = 100;
/** Between two bad requests, and between two clients that leave. */
const PAUSE_MS = 25;

const row = (i: number) => Array.from({ length: DIM }, (_, j) => Math.sin(i + j));
const rowsOf = (count: number, i: number) =>
  JSON.stringify({ rows: Array.from({ length: count }, (_, k) => row(i + k)) });

const BAD: readonly string[] = [
  '{"rows": [[1, 2',
  '{"rows": [[1, 2]]}',
  '{"rows": []}',
  '{"rows": [[NaN, 0, 0, 0, 0, 0]]}',
  '{"rows": [["a", 0, 0, 0, 0, 0]]}',
  '{"rows": [[null, 0, 0, 0, 0, 0]]}',
];

/** Lets so many clients ask as fast as they are answered, while others send what makes no sense or leave. */
export async function load({ url, memory }: RunningServer, clients: number, seconds: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const others = new Agent({ keepAlive: true, maxSockets: 1 });
  const end = performance.now() + 1000 * seconds;
  const goesOn = () => performance.now() < end;
  const times: number[] = [];
  let [errors, bad, notRefused, left] = [0, 0, 0, 0];

  const good = async (client: number) => {
    for (let i = client; goesOn(); i += clients) {
      const count = i % MANY_EVERY === 0 ? MANY : 1;
      const body = rowsOf(count, i);
      const start = performance.now();
      const answer = await post(agent, url, body).catch(() => undefined);
      times.push(performance.now() - start);
      if (answer?.status !== 200 || densities(answer.text)?.length !== count) errors++;
    }
  };
  const senseless = async () => {
    for (; goesOn(); bad++) {
      const answer = await post(others, url, BAD[bad % BAD.length]).catch(() => undefined);
      if (!answer || answer.status < 400 || answer.status > 499) notRefused++;
      await pause(PAUSE_MS);
    }
  };
  const leaving = async () => {
    for (; goesOn(); left++) {
      await leave(url, left);
      await pause(PAUSE_MS);
    }
  };
  const sizes: number[] = [];
  const watch = async () => {
    for (; goesOn(); await pause(1000)) sizes.push(memory());
  };
  await Promise.all([...Array.from({ length: clients }, (_, i) => good(i)), senseless(), leaving(), watch()]);
  agent.destroy();
  others.destroy();
  return { seconds, times, errors, bad, notRefused, left, sizes };
}

/** Several loads as one. */
export function together(parts: readonly LoadResult[]): LoadResult {
  const total = (of: (part: LoadResult) => number) => parts.reduce((sum, part) => sum + of(part), 0);
  return {
    seconds: total(({ seconds }) => seconds),
    times: parts.flatMap(({ times }) => times),
    errors: total(({ errors }) => errors),
    bad: total(({ bad }) => bad),
    notRefused: total(({ notRefused }) => notRefused),
    left: total(({ left }) => left),
    sizes: parts.flatMap(({ sizes }) => sizes),
  };
}

function densities(text: string): unknown[] | undefined {
  try {
    return (JSON.parse(text) as { log_density: unknown[] }).log_density.filter(Number.isFinite);
  } catch {
    return undefined;
  }
}

function post(agent: Agent, url: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const sent = request(`${url}/score`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode!, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A client that sends half of its request, or all of it, and leaves. */
function leave(url: string, i: number): Promise<void> {
  const { hostname, port } = new URL(url);
  const body = rowsOf(MANY, i);
  const head = `POST /score HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(head + (i % 2 === 0 ? body.slice(0, body.length / 2) : body));
      setTimeout(() => socket.destroy(), i % 5);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
