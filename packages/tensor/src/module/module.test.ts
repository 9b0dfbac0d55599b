import { add, memory, variable, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Module } from './module.js';
import { OtherScale, Scale, Stack } from '../testing/example-modules.js';

describe('variables', () => {
  test('stand under dotted paths, in the order of the properties', () => {
    const weights = [variable(zeros([1])), variable(zeros([2]))];
    const stack = new Stack([new Scale(1), new Stack([new Scale(2)])], [weights[0], [weights[1]]]);
    expect([...stack.variables().keys()]).toEqual([
      'layers.0.scale',
      'layers.1.layers.0.scale',
      'layers.1.bias',
      'extra.0',
      'extra.1.0',
      'bias',
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

const firstScale = (module: Stack) => (module.layers[0] as Scale).scale;

describe('clone', () => {
  test('has the same numbers, in variables of its own', async () => {
    const stack = new Stack([new Scale(2), new Stack([new Scale(1)])]);
    const copy = stack.clone();
    expect(copy).toBeInstanceOf(Stack);
    expect(copy.config()).toEqual(stack.config());
    const changed = add(firstScale(stack), 1);
    firstScale(stack).assign(changed);
    changed.dispose();
    await expect(firstScale(stack)).toBeAllClose([2, 2]);
    await expect(firstScale(copy)).toBeAllClose([1, 1]);
    stack.dispose();
    await expect(firstScale(copy)).toBeAllClose([1, 1]);
    copy.dispose();
  });

  test('is tied where the module is, by modules or by variables', () => {
    const shared = new Scale(3);
    const stack = new Stack([shared, new Scale(3), new Stack([shared])]);
    const [, second] = stack.layers as Scale[];
    second.scale.dispose();
    Object.assign(second, { scale: shared.scale });
    const copy = stack.clone();
    const [first, tied, nested] = copy.layers as [Scale, Scale, Stack];
    expect(tied.scale).toBe(first.scale);
    expect((nested.layers[0] as Scale).scale).toBe(first.scale);
    expect([...copy.variables().keys()]).toEqual([...stack.variables().keys()]);
    const before = memory().numTensors;
    stack.clone().dispose();
    expect(memory().numTensors).toBe(before);
    copy.dispose();
    stack.dispose();
  });

  test('is trainable where the module is', () => {
    const stack = new Stack([new Scale(1), new Scale(2, false)]);
    stack.bias.trainable = false;
    const copy = stack.clone();
    expect([...copy.variables().values()].map(({ trainable }) => trainable)).toEqual([true, false, false]);
    copy.dispose();
    stack.dispose();
  });

  test('needs a class that can be rebuilt', () => {
    class Nameless extends Module {
      override config() {
        return { type: 'Nameless' };
      }
    }
    expect(() => new Nameless().clone()).toThrow(
      new Error('Nameless: the class must have a static type and a static fromConfig'),
    );
  });

  test('that fails leaves nothing in memory', () => {
    class Private extends Module {
      static readonly type = 'Private';
      static override readonly fromConfig = Stack.fromConfig;
      readonly scale = new Scale(2);
      readonly #hidden = new OtherScale(1);
      override config() {
        return { type: Private.type, layers: [this.scale.config(), { ...this.#hidden.config(), type: 'OtherScale' }] };
      }
    }
    const module = new Private();
    const { numTensors } = memory();
    expect(() => module.clone()).toThrow(
      /^clone: config\.layers\.1: classes must include one of type 'OtherScale', got /,
    );
    expect(memory().numTensors).toBe(numTensors);
  });
});
