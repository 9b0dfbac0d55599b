import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { categoriesOf } from '../columns/kinds/declared-kind.js';
import { tableColumns } from '../model/given-columns.js';
import { UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';
import { listsOf, sendJson, sendTable } from './answer.js';
import type { FlowService } from './flow-service.js';
import { busy, HttpError } from './http-error.js';
import { mediaType } from './media-types.js';
import { discard, readBody } from './read-body.js';
import { scoreRequest } from './request-rows.js';
import { sampleRequest } from './sample-request.js';

/** How much a server takes on. */
export interface Limits {
  /** Requests at once: those that are read, that wait, that are computed and that are answered. */
  readonly requests: number;
  /** Rows of a request, to score or to draw. */
  readonly rows: number;
  /** Bytes of a request's body. */
  readonly bytes: number;
  /** Seconds that a request may take to come in, and to be answered. */
  readonly seconds: number;
}

/** Connections that are open at once, used or not. */
const CONNECTIONS = 1024;

/**
 * How long a connection that is not used stays open. Proxies keep theirs for a minute; one that reuses a connection at the moment at which the server closes it
 * loses the request.
 */
const IDLE_MS = 75_000;

/** How much longer than a request may take a connection may be silent: by then it has been told so. */
const SLACK_MS = 5000;

type Handler = (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => Promise<void> | void;

/** A model of rows behind HTTP. What is wrong with a request is said in one line, as `{"error": "…"}`. */
export class FlowServer {
  readonly server: Server;
  readonly #routes: Readonly<Record<string, Readonly<Record<string, Handler>>>>;
  /** What has not been answered to the end. */
  readonly #open = new Set<ServerResponse>();
  #active = 0;
  #isStopping = false;

  /** @param report takes a line for whoever runs the server */
  constructor(
    private readonly service: FlowService,
    private readonly limits: Limits,
    private readonly report: (line: string) => void,
  ) {
    const model: Handler = (_, response) => sendJson(response, 200, { ...service.describe(), limits });
    this.#routes = {
      '/': { GET: model },
      '/model': { GET: model },
      '/health': { GET: (_, response) => this.#health(response) },
      '/score': { POST: (...given) => this.#limited(...given, this.#score) },
      '/sample': { POST: (...given) => this.#limited(...given, this.#sample) },
    };
    const handle = (request: IncomingMessage, response: ServerResponse) => void this.#handle(request, response);
    const milliseconds = 1000 * limits.seconds;
    this.server = createServer(
      {
        requestTimeout: milliseconds,
        headersTimeout: milliseconds,
        connectionsCheckingInterval: 1000,
        keepAliveTimeout: IDLE_MS,
      },
      handle,
    );
    // Whoever asks before sending a long body is answered before that.
    this.server.on('checkContinue', handle);
    this.server.on('clientError', refuseConnection);
    // Of a client that reads no answer, the answer is not kept for ever.
    this.server.setTimeout(milliseconds + SLACK_MS);
    this.server.maxConnections = CONNECTIONS;
  }

  /** Takes no more requests, and waits for the end of those that it has. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const response of this.#open) closeAfter(response);
    const closed = once(this.server, 'close');
    this.server.close();
    const timer = setTimeout(() => this.server.closeAllConnections(), 1000 * this.limits.seconds);
    await closed;
    clearTimeout(timer);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const controller = new AbortController();
    const timer = setTimeout(
      () => controller.abort(busy(`not done within ${this.limits.seconds} s: come back later, or ask for fewer rows`)),
      1000 * this.limits.seconds,
    );
    this.#open.add(response);
    response.on('close', () => {
      this.#open.delete(response);
      clearTimeout(timer);
      controller.abort(new HttpError(400, 'the client left'));
      if (this.#isStopping) setImmediate(() => this.server.closeIdleConnections());
    });
    response.on('error', () => {});
    if (this.#isStopping) closeAfter(response);
    try {
      await this.#route(request)(request, response, controller.signal);
    } catch (error) {
      this.#refuse(request, response, error);
    }
  }

  #route({ url = '', method = '' }: IncomingMessage): Handler {
    const path = url.split('?', 1)[0];
    if (!Object.hasOwn(this.#routes, path)) {
      const known = Object.entries(this.#routes).map(([each, methods]) => `${Object.keys(methods).join(', ')} ${each}`);
      throw new HttpError(404, `there is no ${excerpt(path)}; there are ${known.join(', ')}`);
    }
    const methods = this.#routes[path];
    const wanted = method === 'HEAD' ? 'GET' : method;
    if (Object.hasOwn(methods, wanted)) return methods[wanted];
    const allowed = Object.keys(methods).join(', ');
    throw new HttpError(405, `${path} takes ${allowed}, not ${excerpt(method)}`, { Allow: allowed });
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) return void response.destroy();
    discard(request);
    if (error instanceof HttpError) sendJson(response, error.status, { error: error.message }, error.headers);
    else if (error instanceof UserError) sendJson(response, 400, { error: error.message });
    else {
      this.report(`${request.method} ${excerpt(request.url ?? '')}: ${(error as Error).stack}`);
      sendJson(response, 500, { error: 'something went wrong in the server, which its own output tells of' });
    }
  }

  #health(response: ServerResponse): void {
    sendJson(response, this.#isStopping ? 503 : 200, {
      status: this.#isStopping ? 'stopping' : 'ok',
      requests: this.#active,
      limit: this.limits.requests,
    });
  }

  /** Turns requests down rather than let them pile up. */
  async #limited(
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
    handle: Handler,
  ): Promise<void> {
    if (this.#isStopping) throw busy('the server is stopping');
    if (this.#active >= this.limits.requests)
      throw busy(`${this.#active} requests are being worked on, as many as there may be: come back later`);
    this.#active++;
    response.on('close', () => this.#active--);
    await handle.call(this, request, response, signal);
  }

  async #score(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const body = await readBody(request, response, this.limits.bytes);
    const type = mediaType(request.headers['content-type']);
    const asked = await scoreRequest(body, type, this.service.model, this.limits.rows);
    const { values, warnings } = await this.service.score(asked, signal);
    const table = { names: ['log_density'], values, rows: values.length, columns: 1 };
    sendTable(request, response, table, () => ({ log_density: [...values], ...warned(warnings) }));
  }

  async #sample(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const body = await readBody(request, response, this.limits.bytes);
    const type = mediaType(request.headers['content-type']);
    const asked = sampleRequest(body, type, this.service.model, this.limits.rows);
    const { rows, seed, warnings } = await this.service.sample(asked, signal);
    const { names, kinds } = tableColumns(this.service.model.notes);
    const table = { ...rows, names, categories: kinds.map(categoriesOf) };
    sendTable(request, response, table, () => ({
      columns: names,
      rows: listsOf(table),
      seed,
      ...warned(warnings),
    }));
  }
}

/** A connection that is kept for further requests would keep the server from stopping. */
function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

function warned(warnings: readonly string[]): { warnings?: readonly string[] } {
  return warnings.length > 0 ? { warnings } : {};
}

/** What does not speak HTTP is told so in the same form. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }[error.code ?? ''] ?? 400;
  const content = `${JSON.stringify({ error: `${STATUS_CODES[status]}: ${excerpt(error.message)}` })}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(content)}\r\nConnection: close\r\n\r\n${content}`,
  );
}
