import { formatValue } from '@pushforward/tensor';

/** A name that a pickle asks for: a class or a function of Python. Nothing is looked up by it. */
export class Global {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** A pickle's persistent id: where a tensor's numbers are. */
export class PersistentId {
  constructor(readonly id: unknown) {}
}

/** A call that a pickle asks for. It is not made: whoever reads the result decides what it may mean. */
export class Call {
  constructor(
    readonly callee: Global,
    readonly args: unknown,
  ) {}
}

const MARK = Symbol('mark');

/** Names longer than this are none of a model. */
const LONGEST = 1 << 16;

/**
 * The value of a pickle, as plain data: dictionaries are Maps, tuples and lists arrays, and whatever would run code in Python is a {@link Call} or refused.
 *
 * @param source what errors call the pickle
 * @param allowed the globals that may be asked for
 * @throws Error, in one line, if the pickle is damaged, asks for another global, or has an instruction that plain data needs none of
 */
export function unpickle(source: string, bytes: Uint8Array, allowed: ReadonlySet<string>): unknown {
  return new Machine(source, bytes, allowed).run();
}

class Machine {
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  readonly #view: DataView;
  #at = 0;

  constructor(
    readonly source: string,
    readonly bytes: Uint8Array,
    readonly allowed: ReadonlySet<string>,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  run(): unknown {
    try {
      for (;;) {
        const code = this.#byte();
        if (code === 0x2e) return this.#pop();
        this.#step(code);
      }
    } catch (error) {
      if (error instanceof RangeError) throw this.#damaged(error);
      throw error;
    }
  }

  #step(code: number): void {
    switch (code) {
      case 0x80: // PROTO
        this.#take(1);
        return;
      case 0x28: // MARK
        this.#stack.push(MARK);
        return;
      case 0x4e: // NONE
        this.#stack.push(null);
        return;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        this.#stack.push(code === 0x88);
        return;
      case 0x4b: // BININT1
        this.#stack.push(this.#byte());
        return;
      case 0x4d: // BININT2
        this.#stack.push(this.#view.getUint16(this.#take(2), true));
        return;
      case 0x4a: // BININT
        this.#stack.push(this.#view.getInt32(this.#take(4), true));
        return;
      case 0x8a: // LONG1
        this.#stack.push(this.#long(this.#byte()));
        return;
      case 0x47: // BINFLOAT
        this.#stack.push(this.#view.getFloat64(this.#take(8)));
        return;
      case 0x58: // BINUNICODE
        this.#stack.push(this.#text(this.#view.getUint32(this.#take(4), true)));
        return;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        this.#stack.push([]);
        return;
      case 0x7d: // EMPTY_DICT
        this.#stack.push(new Map());
        return;
      case 0x74: // TUPLE
        this.#stack.push(this.#marked());
        return;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        this.#stack.push(this.#popped(code - 0x84));
        return;
      case 0x61: // APPEND
        this.#extend(this.#popped(1));
        return;
      case 0x65: // APPENDS
        this.#extend(this.#marked());
        return;
      case 0x73: // SETITEM
        this.#setItems(this.#popped(2));
        return;
      case 0x75: // SETITEMS
        this.#setItems(this.#marked());
        return;
      case 0x71: // BINPUT
        this.#memo.set(this.#byte(), this.#top());
        return;
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#view.getUint32(this.#take(4), true), this.#top());
        return;
      case 0x68: // BINGET
        this.#recall(this.#byte());
        return;
      case 0x6a: // LONG_BINGET
        this.#recall(this.#view.getUint32(this.#take(4), true));
        return;
      case 0x63: // GLOBAL
        this.#stack.push(this.#global());
        return;
      case 0x51: // BINPERSID
        this.#stack.push(new PersistentId(this.#pop()));
        return;
      case 0x52: // REDUCE
        this.#call();
        return;
      case 0x62: // BUILD: of the dictionaries that are allowed it sets attributes, which say nothing about tensors
        this.#pop();
        if (!(this.#top() instanceof Map)) throw this.#damaged();
        return;
      default:
        throw new Error(
          `${this.source} must be plain data and tensors, got the instruction ${code} at ${this.#at - 1}`,
        );
    }
  }

  #call(): void {
    const [callee, args] = this.#popped(2);
    if (!(callee instanceof Global)) throw this.#damaged();
    // An ordered dictionary is made empty, and filled by the instructions that follow.
    this.#stack.push(String(callee) === 'collections.OrderedDict' ? new Map() : new Call(callee, args));
  }

  #global(): Global {
    const global = new Global(this.#line(), this.#line());
    if (!this.allowed.has(String(global)))
      throw new Error(
        `${this.source} must hold nothing but tensors by name, as torch.save(model.state_dict(), …) writes them, got ${formatValue(String(global))}`,
      );
    return global;
  }

  #extend(items: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#damaged();
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly unknown[]): void {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0) throw this.#damaged();
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  #recall(index: number): void {
    if (!this.#memo.has(index)) throw this.#damaged();
    this.#stack.push(this.#memo.get(index));
  }

  /** Pops everything above the last mark, and the mark. */
  #marked(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#damaged();
    const items = this.#stack.splice(mark + 1);
    this.#stack.pop();
    return items;
  }

  #popped(count: number): unknown[] {
    if (this.#stack.length < count || this.#stack.slice(-count).includes(MARK)) throw this.#damaged();
    return this.#stack.splice(this.#stack.length - count);
  }

  #pop(): unknown {
    return this.#popped(1)[0];
  }

  #top(): unknown {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.#damaged();
    return value;
  }

  #byte(): number {
    return this.bytes[this.#take(1)];
  }

  /** The position of the next bytes. */
  #take(count: number): number {
    const start = this.#at;
    if (start + count > this.bytes.length) throw this.#damaged();
    this.#at += count;
    return start;
  }

  #long(count: number): number {
    if (count > 8) throw this.#damaged();
    const start = this.#take(count);
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]);
    return Number(BigInt.asIntN(8 * count, value));
  }

  #text(length: number): string {
    if (length > LONGEST) throw this.#damaged();
    const start = this.#take(length);
    return new TextDecoder().decode(this.bytes.subarray(start, start + length));
  }

  #line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    if (end < 0 || end - this.#at > LONGEST) throw this.#damaged();
    const line = new TextDecoder().decode(this.bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return line;
  }

  #damaged(cause?: unknown): Error {
    return new Error(`${this.source} is damaged: its data make no sense at byte ${this.#at}`, { cause });
  }
}
