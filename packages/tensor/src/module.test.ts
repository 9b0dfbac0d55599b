import { memory, ones, tidy, type Variable, variable, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type BuildModule, buildModule, type Json, Module, type ModuleConfig } from './module.js';

class Scale extends Module {
  static readonly type: string = 'Scale';
  static fromConfig(config: ModuleConfig): Scale {
    return new Scale(config.dim as number);
  }
  readonly scale: Variable;
  constructor(readonly dim: number, trainable = true) {
    super();
    this.scale = tidy(() => variable(ones([dim]), trainable));
  }
  config(): ModuleConfig {
    return { type: Scale.type, dim: this.dim };
  }
}

class Stack extends Module {
  static readonly type = 'Stack';
  static fromConfig(config: ModuleConfig, build: BuildModule): Stack {
    return new Stack((config.layers as Json[]).map((layer) => build(layer)));
  }
  readonly name = 'not a variable';
  readonly bias: Variable;
  constructor(readonly layers: readonly Module[], readonly extra: readonly (Variable | readonly Variable[])[] = []) {
    super();
    this.bias = tidy(() => variable(zeros([1])));
  }
  config(): ModuleConfig {
    return { type: Stack.type, layers: this.layers.map((layer) => layer.config()) };
  }
}

class OtherScale extends Scale {
  readonly mask = ones([this.dim]);
  override dispose(): void {
    super.dispose();
    this.mask.dispose();
  }
}

const shapes = (module: Module) => [...module.variables()].map(([path, { shape }]) => [path, shape]);

describe('variables', () => {
  test('stand under dotted paths, in the order of the properties', () => {
    const weights = [variable(zeros([1])), variable(zeros([2]))];
    const stack = new Stack([new Scale(1), new Stack([new Scale(2)])], [weights[0], [weights[1]]]);
    expect([...stack.variables().keys()]).toEqual([
      'layers.0.scale', 'layers.1.layers.0.scale', 'layers.1.bias', 'extra.0', 'extra.1.0', 'bias',
    ]);
    expect(stack.variables().get('layers.1.layers.0.scale')?.shape).toEqual([2]);
    stack.dispose();
  });

  test('that are shared stand under their first path only', () => {
    const shared = new Scale(3);
    const stack = new Stack([shared, new Stack([shared])], [shared.scale]);
    expect([...stack.variables().keys()]).toEqual(['layers.0.scale', 'layers.1.bias', 'bias']);
    stack.dispose();
  });

  test('that are not trainable are left out of trainableVariables', () => {
    const stack = new Stack([new Scale(1), new Scale(2, false)]);
    expect(stack.trainableVariables()).toEqual([(stack.layers[0] as Scale).scale, stack.bias]);
    stack.dispose();
  });

  test('of equal modules do not clash', () => {
    const [a, b] = [new Scale(2), new Scale(2)];
    expect(a.scale.name).not.toBe(b.scale.name);
    a.dispose();
    b.dispose();
  });
});

describe('dispose', () => {
  test('frees every variable once, and may be repeated', () => {
    const before = memory().numTensors;
    const shared = new Scale(3);
    const stack = new Stack([shared, shared, new Scale(1)]);
    expect(memory().numTensors).toBe(before + 3);
    stack.dispose();
    stack.dispose();
    shared.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test("goes through the children's own dispose", () => {
    const before = memory().numTensors;
    const child = new OtherScale(2);
    new Stack([new Stack([child]), child]).dispose();
    expect(child.mask.isDisposed).toBe(true);
    expect(memory().numTensors).toBe(before);
  });

  test('is what Symbol.dispose does', () => {
    const module = new Scale(3);
    module[Symbol.dispose]();
    expect(module.scale.isDisposed).toBe(true);
  });
});

describe('buildModule', () => {
  test('rebuilds the structure from JSON', () => {
    const stack = new Stack([new Scale(1), new Stack([new Scale(2)])]);
    const rebuilt = buildModule<Stack>(JSON.parse(JSON.stringify(stack.config())), [Scale, Stack]);
    expect(rebuilt).toBeInstanceOf(Stack);
    expect(rebuilt.config()).toEqual(stack.config());
    expect(shapes(rebuilt)).toEqual(shapes(stack));
    stack.dispose();
    rebuilt.dispose();
  });

  test('refuses a type that is not among the classes', () => {
    expect(() => buildModule({ type: 'Scale', dim: 1 }, [Stack])).toThrow("buildModule: classes must include one of type 'Scale', got Stack");
    expect(() => buildModule({ type: 'Stack', layers: [{ type: '__proto__' }] }, [Stack])).toThrow("one of type '__proto__', got Stack");
    expect(() => buildModule({ type: 'Scale' }, [])).toThrow('got none');
  });

  test.each([[null], [3], ['Scale'], [[{ type: 'Scale' }]], [{ dim: 1 }], [{ type: 1 }]])('refuses %j', (config) => {
    expect(() => buildModule(config as Json, [Scale])).toThrow(`buildModule: config must be an object with a type, got ${JSON.stringify(config)}`);
  });

  test('refuses two classes of one type, but not one class twice', () => {
    expect(() => buildModule({ type: 'Scale', dim: 1 }, [Scale, OtherScale])).toThrow("buildModule: classes has two different classes of type 'Scale'");
    const module = buildModule({ type: 'Scale', dim: 1 }, [Scale, Scale]);
    expect(module).toBeInstanceOf(Scale);
    module.dispose();
  });
});
